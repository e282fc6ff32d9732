package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.doc;
import static io.atomflux.mongo.AsebytesDocs.number;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonNumber;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Clears away what crashed writers left, and rows that were replaced long enough ago.
 *
 * <p>A writer first loses the right to publish, then its documents; they are deleted once more when as much time has passed
 * again, because a slow writer may insert after the first time. Time, the server's, only decides when; any writer may be
 * swept at any moment without harm. Whatever crashes in the middle is resumed by the next sweep.
 */
final class AsebytesSweeper {

    private static final Duration FORGOTTEN = Duration.ofDays(1);
    private static final int AT_ONCE = 1000;

    private final Documents documents;
    private final AsebytesIndex index;
    private final AsebytesTimes times;

    AsebytesSweeper(Documents documents, AsebytesIndex index, AsebytesTimes times) {
        this.documents = documents;
        this.index = index;
        this.times = times;
    }

    /** Sweeps once; empty also if there is nothing to sweep. */
    Mono<Void> sweep() {
        return documents
                .serverTime()
                .flatMap(now -> documents
                        .findOne(AsebytesDocs.meta(), AsebytesDocs.include("af.open", "af.dead", "af.done"))
                        .flatMap(meta -> {
                            BsonDocument af = AsebytesAttempts.child(meta, "af");
                            return open(af, now)
                                    .then(Mono.defer(() -> dead(af, now)))
                                    .then(Mono.defer(() -> clients(af, now)));
                        })
                        .then(Mono.defer(() -> garbage(now))));
    }

    private static List<Map.Entry<String, BsonValue>> before(BsonDocument entries, Instant limit) {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof BsonDocument known
                        && known.get("at") instanceof BsonDateTime at
                        && at.getValue() <= limit.toEpochMilli())
                .toList();
    }

    /** Still of that time; a server may keep it more finely than it shows it, as the stand-in for MongoDB does. */
    private static BsonDocument within(BsonDocument entry) {
        long millis = entry.getDateTime("at").getValue();
        return doc("$gte", new BsonDateTime(millis)).append("$lt", new BsonDateTime(millis + 1));
    }

    private Mono<Void> open(BsonDocument af, Instant now) {
        return Flux.fromIterable(before(AsebytesAttempts.child(af, "open"), now.minus(times.stale())))
                .concatMap(entry -> {
                    BsonDocument attempt = entry.getValue().asDocument();
                    long first = number(attempt.get("first"), -1);
                    long count = number(attempt.get("n"), 0);
                    String open = "af.open." + entry.getKey();
                    BsonDocument overdue = AsebytesDocs.meta()
                            .append(open + ".first", number(first))
                            .append(open + ".at", within(attempt));
                    return documents
                            .change(
                                    overdue,
                                    AsebytesAttempts.buried(entry.getKey(), first, count),
                                    AsebytesDocs.include("_id"),
                                    false)
                            .flatMap(gone -> delete(first, count));
                })
                .then();
    }

    private Mono<Void> dead(BsonDocument af, Instant now) {
        return Flux.fromIterable(before(AsebytesAttempts.child(af, "dead"), now.minus(times.stale())))
                .concatMap(entry -> {
                    BsonDocument attempt = entry.getValue().asDocument();
                    BsonDocument same =
                            AsebytesDocs.meta().append("af.dead." + entry.getKey() + ".at", within(attempt));
                    return delete(number(attempt.get("first"), -1), number(attempt.get("n"), 0))
                            .then(unset(same, "af.dead." + entry.getKey()));
                })
                .then();
    }

    /** Records of clients that are long gone; a client that runs renews its own with each write. */
    private Mono<Void> clients(BsonDocument af, Instant now) {
        Duration forgotten = FORGOTTEN.compareTo(times.stale()) > 0 ? FORGOTTEN : times.stale();
        return Flux.fromIterable(before(AsebytesAttempts.child(af, "done"), now.minus(forgotten)))
                .concatMap(entry -> {
                    String done = "af.done." + entry.getKey();
                    BsonDocument same = AsebytesDocs.meta()
                            .append(done + ".at", within(entry.getValue().asDocument()));
                    return unset(same, done);
                })
                .then();
    }

    private Mono<Void> unset(BsonDocument condition, String field) {
        return documents
                .change(condition, doc("$unset", doc(field, new BsonString(""))), AsebytesDocs.include("_id"), false)
                .then();
    }

    /** Deletes the documents of a dead attempt, but none that is listed: Python's clear may have given its keys again. */
    private Mono<Void> delete(long first, long count) {
        if (first < 0 || count <= 0) {
            return Mono.empty();
        }
        return documents
                .find(AsebytesDocs.range(first, count), AsebytesDocs.include("_id"), AT_ONCE)
                .map(found -> number(found.get("_id"), -1))
                .buffer(AT_ONCE)
                .concatMap(
                        ids -> deleteUnlisted(ids.stream().mapToLong(id -> id).toArray()), 1)
                .then();
    }

    private Mono<Void> deleteUnlisted(long[] ids) {
        if (ids.length == 0) {
            return Mono.empty();
        }
        BsonDocument listed = AsebytesDocs.meta().append(AsebytesDocs.KEYS, doc("$in", AsebytesDocs.numbers(ids)));
        return documents
                .findOne(listed, AsebytesDocs.include("_id"))
                .hasElement()
                .flatMap(any -> any ? unlisted(ids) : Mono.just(ids))
                .flatMap(gone -> gone.length == 0
                        ? Mono.<Long>empty()
                        : documents.delete(AsebytesGarbage.ours(AsebytesDocs.byIds(gone, false))))
                .then();
    }

    private Mono<long[]> unlisted(long[] ids) {
        return index.all().map(all -> {
            long[] sorted = all.ids().clone();
            Arrays.sort(sorted);
            return Arrays.stream(ids)
                    .filter(id -> Arrays.binarySearch(sorted, id) < 0)
                    .toArray();
        });
    }

    private Mono<Void> garbage(Instant now) {
        return index.head()
                .onErrorResume(LayoutStore.Vanished.class, gone -> Mono.empty())
                .flatMap(head -> {
                    BsonDateTime turned = head.turned();
                    boolean aged = turned == null
                            || turned.getValue() <= now.minus(times.retention()).toEpochMilli();
                    if (!aged) {
                        return Mono.empty();
                    } else if (head.old() != null) {
                        return empty(head.old()).then(Mono.defer(() -> drop(head.old())));
                    }
                    return head.young() == null ? Mono.empty() : turn(head.young());
                });
    }

    /** What was replaced until now ages from now on. */
    private Mono<Void> turn(long young) {
        BsonDocument same =
                AsebytesDocs.meta().append("af.young", number(young)).append("af.old", BsonNull.VALUE);
        BsonDocument turned = doc("$set", doc("af.old", number(young)).append("af.young", BsonNull.VALUE))
                .append("$currentDate", doc("af.turned", BsonBoolean.TRUE));
        return documents
                .change(same, turned, AsebytesDocs.include("_id"), false)
                .then();
    }

    private Mono<Void> drop(@Nullable Long old) {
        if (old == null) {
            return Mono.empty();
        }
        BsonDocument same = AsebytesDocs.meta().append("af.old", number(old));
        return documents
                .change(same, doc("$set", doc("af.old", BsonNull.VALUE)), AsebytesDocs.include("_id"), false)
                .then();
    }

    /** Empties a chain from its far end, so that a crash leaves a shorter one. */
    private Mono<Void> empty(long head) {
        return chain(head, new ArrayList<>())
                .flatMap(lists -> Flux.range(0, lists.size())
                        .map(i -> lists.get(lists.size() - 1 - i))
                        .concatMap(this::emptyList, 1)
                        .then());
    }

    private Mono<List<Long>> chain(long id, List<Long> found) {
        found.add(id);
        BsonDocument list = doc("_id", number(id)).append("garbage", AsebytesDocs.exists(true));
        return documents
                .findOne(list, doc("prev", new BsonInt32(1)))
                .flatMap(next -> next.get("prev") instanceof BsonNumber previous
                        ? chain(previous.longValue(), found)
                        : Mono.just(found))
                .defaultIfEmpty(found);
    }

    private Mono<Void> emptyList(long id) {
        BsonDocument list = doc("_id", number(id)).append("garbage", AsebytesDocs.exists(true));
        return documents
                .findOne(list, new BsonDocument())
                .flatMap(found -> Flux.fromIterable(portions(AsebytesGarbage.ids(found)))
                        .concatMap(this::deleteUnlisted, 1)
                        .then(Mono.defer(() -> documents.delete(list)))
                        .then());
    }

    private static List<long[]> portions(long[] ids) {
        List<long[]> portions = new ArrayList<>();
        for (int from = 0; from < ids.length; from += AT_ONCE) {
            portions.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + AT_ONCE)));
        }
        return portions;
    }
}
