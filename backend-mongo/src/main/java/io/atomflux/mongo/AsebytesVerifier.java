package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.number;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks for what Python leaves when it writes at the same time as others, or dies (asebytes 0.3, hazards M2 to M5).
 *
 * <p>Reads the sort keys and the ids of all documents, no rows: about 35 bytes for each row. What is being written meanwhile
 * is looked at twice before it is reported.
 */
final class AsebytesVerifier {

    private static final int MOST_FINDINGS = 100;

    private final AsebytesIndex index;
    private final Documents documents;

    AsebytesVerifier(AsebytesIndex index, Documents documents) {
        this.index = index;
        this.documents = documents;
    }

    /** What is allowed to stand there without being listed, and what is listed. */
    private record Known(AsebytesHead head, long[] listed, long[] sorted, List<long[]> ranges, long[] garbage) {

        boolean isListed(long id) {
            return Arrays.binarySearch(sorted, id) >= 0;
        }

        boolean isExplained(long id) {
            return isListed(id)
                    || Arrays.binarySearch(garbage, id) >= 0
                    || ranges.stream().anyMatch(range -> id >= range[0] && id < range[1]);
        }
    }

    /** Ids of documents; those that are no numbers apart. */
    private static final class Stored {
        private long[] ids = new long[1024];
        private int count;
        private final List<BsonValue> others = new ArrayList<>();

        void add(RawBsonDocument document) {
            BsonValue id = document.get("_id");
            if (id instanceof BsonNumber number) {
                if (count == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * count);
                }
                ids[count++] = number.longValue();
            } else if (id != null && !id.isString()
                    || id != null && !id.asString().getValue().equals(AsebytesDocs.META)) {
                others.add(id);
            }
        }

        long[] sorted() {
            long[] sorted = Arrays.copyOf(ids, count);
            Arrays.sort(sorted);
            return sorted;
        }
    }

    Flux<String> verify() {
        return known().flatMap(first -> stored(new BsonDocument())
                        .flatMap(stored -> suspects(first, stored)
                                .flatMap(suspects -> known().map(now -> report(now, stored, suspects)))))
                .flatMapIterable(findings -> findings);
    }

    private Mono<Known> known() {
        return index.all()
                .flatMap(all -> documents
                        .findOne(AsebytesDocs.meta(), AsebytesDocs.include("af"))
                        .defaultIfEmpty(new BsonDocument())
                        .flatMap(meta -> {
                            BsonDocument af = AsebytesAttempts.child(meta, "af");
                            List<long[]> ranges = new ArrayList<>();
                            for (String kind : List.of("open", "dead")) {
                                for (BsonValue value :
                                        AsebytesAttempts.child(af, kind).values()) {
                                    BsonDocument attempt = value.isDocument() ? value.asDocument() : new BsonDocument();
                                    long from = number(attempt.get("first"), 0);
                                    ranges.add(new long[] {from, from + number(attempt.get("n"), 0)});
                                }
                            }
                            return garbage().map(garbage -> {
                                long[] sorted = all.ids().clone();
                                Arrays.sort(sorted);
                                return new Known(all.head(), all.ids(), sorted, ranges, garbage);
                            });
                        }));
    }

    /** Collects the lists of replaced rows and what they list. */
    private Mono<long[]> garbage() {
        BsonDocument lists = AsebytesDocs.doc("garbage", AsebytesDocs.exists(true));
        return documents
                .find(lists, new BsonDocument(), 0)
                .collect(Stored::new, (all, list) -> {
                    all.add(list);
                    for (long id : AsebytesGarbage.ids(list)) {
                        all.add(new RawBsonDocument(
                                new BsonDocument("_id", number(id)), new org.bson.codecs.BsonDocumentCodec()));
                    }
                })
                .map(Stored::sorted);
    }

    private Mono<Stored> stored(BsonDocument filter) {
        return documents.find(filter, AsebytesDocs.include("_id"), 0).collect(Stored::new, Stored::add);
    }

    private record Suspects(long[] orphans, long[] missing) {}

    private Mono<Suspects> suspects(Known known, Stored stored) {
        long[] there = stored.sorted();
        long[] orphans =
                Arrays.stream(there).filter(id -> !known.isExplained(id)).toArray();
        long[] missing = Arrays.stream(known.sorted)
                .filter(id -> Arrays.binarySearch(there, id) < 0)
                .distinct()
                .toArray();
        // Both are looked at once more, since rows come and go while the ids are read.
        return some(orphans)
                .flatMap(still -> some(missing)
                        .map(come -> new Suspects(
                                Arrays.stream(orphans).filter(still::contains).toArray(),
                                Arrays.stream(missing)
                                        .filter(id -> !come.contains(id))
                                        .toArray())));
    }

    private Mono<Set<Long>> some(long[] ids) {
        List<long[]> portions = new ArrayList<>();
        for (int from = 0; from < ids.length; from += 10_000) {
            portions.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + 10_000)));
        }
        return Flux.fromIterable(portions)
                .concatMap(portion -> documents.find(
                        AsebytesDocs.byIds(portion, false), new BsonDocument("_id", new BsonInt32(1)), 0))
                .map(document -> number(document.get("_id"), -1))
                .collect(HashSet::new, Set::add);
    }

    private static List<String> report(Known now, Stored stored, Suspects suspects) {
        List<String> findings = new ArrayList<>();
        if (now.head.count() != now.listed.length) {
            findings.add("count is %d, but sort_keys lists %d rows: two writers overwrote each other's metadata"
                    .formatted(now.head.count(), now.listed.length));
        }
        duplicates(now, findings);
        runs(
                Arrays.stream(suspects.missing).filter(now::isListed).toArray(),
                findings,
                (from, to) ->
                        "sort_keys lists %d to %d, but no such documents stand there: their rows were deleted by a Python process that did not know they moved, or by its clear"
                                .formatted(from, to));
        runs(
                Arrays.stream(suspects.orphans)
                        .filter(id -> !now.isExplained(id))
                        .toArray(),
                findings,
                (from, to) ->
                        "documents %d to %d stand in no row: an append or insert of a Python process that died half-way or still runs, rows dropped from sort_keys by a Python delete at the same time, or deleted ones that a Python set brought back"
                                .formatted(from, to));
        long most = now.sorted.length == 0 ? -1 : now.sorted[now.sorted.length - 1];
        if (most >= now.head.next()) {
            findings.add(
                    "next_sort_key is %d, but sort key %d is in use: a clear of a Python process reset it while another appended"
                            .formatted(now.head.next(), most));
        }
        stored.others.stream()
                .limit(10)
                .forEach(id -> findings.add("document with _id %s is of another program".formatted(id)));
        if (findings.size() > MOST_FINDINGS) {
            int more = findings.size() - MOST_FINDINGS;
            List<String> some = new ArrayList<>(findings.subList(0, MOST_FINDINGS));
            some.add("and %d findings more".formatted(more));
            return some;
        }
        return findings;
    }

    private static void duplicates(Known now, List<String> findings) {
        for (int i = 1; i < now.sorted.length && findings.size() <= MOST_FINDINGS; i++) {
            if (now.sorted[i] == now.sorted[i - 1] && (i == 1 || now.sorted[i] != now.sorted[i - 2])) {
                findings.add("sort key %d stands in sort_keys more than once".formatted(now.sorted[i]));
            }
        }
    }

    private interface Told {
        String of(long from, long to);
    }

    /** Reports neighbours together. */
    private static void runs(long[] ids, List<String> findings, Told told) {
        int from = 0;
        for (int i = 1; i <= ids.length && findings.size() <= 2 * MOST_FINDINGS; i++) {
            if (i == ids.length || ids[i] != ids[i - 1] + 1) {
                findings.add(told.of(ids[from], ids[i - 1]));
                from = i;
            }
        }
    }
}
