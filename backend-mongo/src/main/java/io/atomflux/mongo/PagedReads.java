package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads rows through the index as last seen, confirmed in the same round trip.
 *
 * <p>A row's document never changes, so row and root need not be one snapshot: if the root says that the structure is the one
 * the position was resolved in, then at the instant the root was read this row stood there. A stream keeps the index of its
 * first batch and reads by id; what it reads stays for the retention.
 */
final class PagedReads {

    private static final int MOST_TRIES = 8;
    private static final int FIRST_ROWS = 8;
    private static final int MOST_FIRST_ROWS = 1024;
    private static final int GUESSED_BYTES = 4096; // of a row, before one was seen
    private static final int MOST_ROWS = 1 << 14;
    private static final int ROWS_OF_A_COMMAND = 2048;
    private static final int COMMANDS_AT_ONCE = 4;

    private final Paged paged;
    private final RowFetch fetch;

    PagedReads(Paged paged) {
        this.paged = paged;
        this.fetch = new RowFetch(paged);
    }

    /** Counts the rows. */
    Mono<Long> size() {
        return paged.documents
                .findOne(Paged.rootKey(), doc("size", 1))
                .map(root -> Bson.number(root, "size"))
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(paged.name)));
    }

    /** Tells the two counters that every publish moves; they begin at random, so that no other store has had them. */
    Mono<String> etag() {
        return paged.documents
                .findOne(Paged.rootKey(), doc("rev", 1, "struct", 1))
                .map(root -> Bson.number(root, "rev") + "-" + Bson.number(root, "struct"))
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(paged.name)));
    }

    // ------------------------------------------------------------------ the index

    /** Returns the index as it is now; moves what was appended since, or all of it if the structure changed. */
    private Mono<IndexView> now() {
        return Mono.defer(() -> {
            IndexView known = paged.view();
            return known == IndexView.NOTHING ? whole() : tail(known);
        });
    }

    private Mono<IndexView> whole() {
        return paged.root().map(Root::view);
    }

    /**
     * Asks for what was appended. The condition, not the answer, says that the index is still of this structure: so a
     * list that became shorter is not asked for a part it does not have, on which the stand-in for MongoDB fails.
     */
    private Mono<IndexView> tail(IndexView known) {
        int from = known.open().size();
        BsonDocument same = doc("_id", Root.ID, "struct", known.struct());
        if (from > 0) {
            same.append("open." + (from - 1), doc("$exists", true));
        }
        BsonArray slice = Bson.ids32(from, paged.settings.openMost());
        return paged.documents
                .findOne(same, doc("rev", 1, "struct", 1, "size", 1, "open", doc("$slice", slice)))
                .flatMap(root -> {
                    List<Entry> more = new ArrayList<>();
                    for (BsonValue entry : root.getArray("open", new BsonArray())) {
                        more.add(Entry.of(entry));
                    }
                    IndexView grown = more.isEmpty() ? known : known.plus(Bson.number(root, "rev"), more);
                    if (grown.size() != Bson.number(root, "size")) {
                        return whole(); // says what is wrong
                    }
                    paged.remember(grown);
                    return Mono.just(grown);
                })
                .switchIfEmpty(Mono.defer(this::whole));
    }

    // ------------------------------------------------------------------ one row

    /** A row with its id. */
    private record Found(long id, Row row) {}

    /** Reads one row. */
    Mono<Row> get(long index, Columns columns) {
        return find(index, columns).map(Found::row);
    }

    /** Reads one row with its version. */
    Mono<Versioned<Row>> getVersioned(long index) {
        return find(index, Columns.ALL).map(found -> new Versioned<>(found.row(), ChangeCall.version(found.id())));
    }

    private Mono<Found> find(long index, Columns columns) {
        return Mono.defer(() -> {
            IndexView known = paged.view();
            long position = index < 0 ? index + known.size() : index;
            if (position < 0 || position >= known.size()) {
                return afresh(index, columns, 0);
            }
            return paged.walk(pages -> known.idAt(pages, position))
                    .flatMap(id -> confirmed(index, position, id, known, columns))
                    .onErrorResume(Paged.Outlived.class, gone -> Mono.empty())
                    .switchIfEmpty(Mono.defer(() -> afresh(index, columns, 0)));
        });
    }

    /** Reads row and root in one round trip; empty if the index is not the one assumed. */
    private Mono<Found> confirmed(long index, long position, long id, IndexView known, Columns columns) {
        BsonArray ids = new BsonArray(List.of((BsonValue) Root.ID));
        if (id != 0) {
            ids.addAll(Bson.ids(id));
        }
        BsonDocument wanted = fetch.wanted(columns, doc("rev", 1, "struct", 1, "size", 1));
        return paged.documents
                .find(doc("_id", doc("$in", ids)), wanted, 0)
                .collectList()
                .flatMap(documents -> {
                    @Nullable RawBsonDocument root = null;
                    @Nullable RawBsonDocument row = null;
                    for (RawBsonDocument document : documents) {
                        if (document.get("_id") instanceof BsonString) {
                            root = document;
                        } else {
                            row = document;
                        }
                    }
                    if (root == null) {
                        return Mono.error(new LayoutStore.Vanished(paged.name));
                    }
                    boolean stands = Bson.number(root, "struct") == known.struct()
                            && (index >= 0 || Bson.number(root, "size") == known.size())
                            && (id == 0 || row != null);
                    return stands ? Mono.just(found(id, row, position)) : Mono.empty();
                });
    }

    private Found found(long id, @Nullable RawBsonDocument row, long position) {
        return new Found(id, row == null ? Row.reserved() : paged.codec.decode(row, position));
    }

    /** Reads the root first: the row is the one that stood there then. */
    private Mono<Found> afresh(long index, Columns columns, int tries) {
        return now().flatMap(view -> {
            long position = Selection.absolute(index, view.size(), paged.name);
            return paged.walk(pages -> view.idAt(pages, position))
                    .flatMap(id -> id == 0
                            ? Mono.just(found(0, null, position))
                            : fetch.documents(new long[] {id}, columns, Long.MAX_VALUE)
                                    .flatMap(rows -> {
                                        RawBsonDocument row = rows.get(id);
                                        return row == null
                                                ? Mono.error(new Paged.Outlived(id))
                                                : Mono.just(found(id, row, position));
                                    }))
                    .onErrorResume(
                            Paged.Outlived.class,
                            gone -> damagedOr(view, gone, "row " + position)
                                    .then(Mono.defer(() -> tries < MOST_TRIES
                                            ? afresh(index, columns, tries + 1)
                                            : Mono.error(new StoreChangedException(paged.name, 0)))));
        });
    }

    /** Fails if the index still lists what is not there; else it was replaced so long ago that it was deleted. */
    private Mono<Void> damagedOr(IndexView view, Paged.Outlived gone, String place) {
        return whole().flatMap(now -> now.struct() == view.struct()
                ? Mono.error(new CorruptDataException(
                        paged.name, place, "document " + gone.id() + " is listed, but it is not there", gone))
                : Mono.empty());
    }

    // ------------------------------------------------------------------ streams

    RowReader<Row> reader(ReadRequest request) {
        return new Reader(request);
    }

    private final class Reader implements RowReader<Row> {
        private final ReadRequest request;
        private @Nullable IndexView view;
        private Positions positions = Positions.range(0, 0);
        private long done;
        private long bytes;

        Reader(ReadRequest request) {
            this.request = request;
        }

        @Override
        public Mono<Batch<Row>> next(long maxBytes) {
            return Mono.defer(() -> {
                IndexView kept = view;
                return kept != null
                        ? batch(kept, maxBytes)
                        : now().flatMap(now -> {
                            positions = request.selection().resolve(now.size(), paged.name);
                            view = now;
                            return batch(now, maxBytes);
                        });
            });
        }

        private Mono<Batch<Row>> batch(IndexView kept, long maxBytes) {
            if (done == positions.count()) {
                return Mono.empty();
            }
            long perRow = done == 0 ? 0 : Math.max(1, bytes / done);
            long fitting = done == 0
                    ? Math.max(FIRST_ROWS, Math.min(MOST_FIRST_ROWS, maxBytes / GUESSED_BYTES))
                    : Math.max(1, maxBytes / perRow);
            Positions part = positions.part(done, Math.min(positions.count(), done + Math.min(fitting, MOST_ROWS)));
            return paged.walk(pages -> kept.ids(pages, part))
                    .flatMap(ids -> rows(ids, Math.max(maxBytes, 1) * 2).flatMap(found -> batch(part, ids, found)))
                    .onErrorResume(
                            Paged.Outlived.class,
                            gone -> damagedOr(kept, gone, "row " + part.at(0))
                                    .then(Mono.error(new StoreChangedException(paged.name, done))));
        }

        private Mono<Map<Long, RawBsonDocument>> rows(long[] ids, long mostBytes) {
            long[] distinct =
                    Arrays.stream(ids).filter(id -> id != 0).distinct().toArray();
            if (distinct.length <= ROWS_OF_A_COMMAND) {
                return fetch.documents(distinct, request.columns(), mostBytes);
            }
            int commands = (distinct.length + ROWS_OF_A_COMMAND - 1) / ROWS_OF_A_COMMAND;
            return Flux.range(0, commands)
                    .flatMap(
                            n -> fetch.documents(
                                    Arrays.copyOfRange(
                                            distinct,
                                            n * ROWS_OF_A_COMMAND,
                                            Math.min(distinct.length, (n + 1) * ROWS_OF_A_COMMAND)),
                                    request.columns(),
                                    mostBytes / commands),
                            COMMANDS_AT_ONCE)
                    .reduceWith(HashMap::new, (all, some) -> {
                        all.putAll(some);
                        return all;
                    });
        }

        /** Makes a batch of the rows that came, up to the first that did not because the reply grew too large. */
        private Mono<Batch<Row>> batch(Positions part, long[] ids, Map<Long, RawBsonDocument> found) {
            List<Row> rows = new ArrayList<>(ids.length);
            long sum = 0;
            for (int i = 0; i < ids.length; i++) {
                RawBsonDocument document = found.get(ids[i]);
                if (ids[i] != 0 && document == null) {
                    break;
                }
                Row row = document == null ? Row.reserved() : paged.codec.decode(document, part.at(i));
                sum += row.byteSize();
                rows.add(row);
            }
            if (rows.isEmpty()) {
                return alone(part, ids[0]);
            }
            bytes += sum;
            done += rows.size();
            return Mono.just(Batch.of(rows, part.part(0, rows.size())));
        }

        /** Reads the next row alone: it did not come with the others, because they are large or because it is gone. */
        private Mono<Batch<Row>> alone(Positions part, long id) {
            return fetch.documents(new long[] {id}, request.columns(), Long.MAX_VALUE)
                    .flatMap(found -> found.isEmpty()
                            ? Mono.error(new Paged.Outlived(id))
                            : batch(part.part(0, 1), new long[] {id}, found));
        }

        @Override
        public Mono<Void> close() {
            return Mono.empty();
        }
    }
}
