package io.atomflux.mongo;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads rows by position.
 *
 * <p>Rows of Atomflux never change once listed and stay for the retention after they are replaced. So rows of sort keys that
 * were read in the same call are a snapshot of that moment, and so are rows beside which the same sort keys were found.
 * Python's changes in place are not seen so: a batch is one snapshot towards Atomflux writers only.
 */
final class AsebytesRows {

    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final int PATIENCE = 8;

    final String store;
    final AsebytesIndex index;
    final AsebytesColumns columns;
    private final boolean guesses;

    /**
     * Rows read at one moment.
     *
     * @param head the metadata of that moment
     * @param ids sort keys of the window asked for; -1 beyond the end
     * @param documents the rows of the part asked for; null beyond the end
     */
    record Fetched(AsebytesHead head, long[] ids, @Nullable RawBsonDocument[] documents) {}

    /** More bytes than wanted came; ask for fewer rows. */
    static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMuch() {
            super("more bytes than wanted", null, false, false);
        }
    }

    AsebytesRows(String store, AsebytesIndex index, AsebytesColumns columns, boolean guesses) {
        this.store = store;
        this.index = index;
        this.columns = columns;
        this.guesses = guesses;
    }

    /** What came of one command. */
    private static final class Collected {
        private final Map<Long, RawBsonDocument> rows = new HashMap<>();
        private @Nullable BsonDocument meta;
        private long bytes;

        void add(RawBsonDocument document) {
            BsonValue id = document.get("_id");
            if (id instanceof BsonNumber number) {
                rows.put(number.longValue(), document);
                bytes += document.getByteBuffer().remaining();
            } else {
                meta = document;
            }
        }

        @Nullable
        RawBsonDocument[] inOrder(long[] ids, int from, int to) {
            @Nullable RawBsonDocument[] ordered = new RawBsonDocument[to - from];
            for (int i = from; i < to; i++) {
                ordered[i - from] = rows.get(ids[i]);
            }
            return ordered;
        }
    }

    private static Mono<Collected> collect(Flux<RawBsonDocument> documents, int rows, long maxBytes) {
        return Mono.defer(() -> {
            Collected collected = new Collected();
            return documents
                    .doOnNext(collected::add)
                    .takeUntil(document -> collected.bytes > maxBytes && rows > 1)
                    .then(Mono.fromSupplier(() -> collected))
                    .flatMap(all -> all.bytes > maxBytes && rows > 1 ? Mono.error(TooMuch::new) : Mono.just(all));
        });
    }

    /**
     * Reads a part of a window of positions, and the sort keys of all of it.
     *
     * @param window positions whose sort keys are wanted
     * @param guess their sort keys as far as they are known from before; may be shorter
     * @param from where the part begins
     * @param to where it ends
     */
    Mono<Fetched> fetch(Positions window, long[] guess, int from, int to, AsebytesColumns.Query query, long maxBytes) {
        boolean known = guesses && guess.length >= to;
        for (int i = from; known && i < to; i++) {
            known = guess[i] >= 0;
        }
        if (!known || !AsebytesIndex.isDense(window)) {
            return fresh(window, from, to, query, maxBytes, new long[0], PATIENCE);
        }
        long[] bounds = AsebytesIndex.bounds(window);
        long[] wanted = Arrays.copyOfRange(guess, from, to);
        long span = bounds[1] - bounds[0] + 1;
        return collect(columns.withMeta(wanted, query, bounds[0], span), to - from, maxBytes)
                .flatMap(all -> {
                    BsonDocument meta = all.meta;
                    if (meta == null) {
                        return Mono.error(() -> new LayoutStore.Vanished(store));
                    }
                    long[] slice = AsebytesDocs.ids(meta);
                    long[] ids = AsebytesIndex.pick(window, bounds[0], slice);
                    index.remember(bounds[0], slice, 0, slice.length);
                    @Nullable RawBsonDocument[] rows = all.inOrder(ids, from, to);
                    boolean right = Arrays.equals(ids, from, to, wanted, 0, wanted.length) && complete(rows);
                    return index.head(meta)
                            .flatMap(head -> right
                                    ? Mono.just(new Fetched(head, ids, rows))
                                    : of(new AsebytesIndex.Found(head, window, ids), from, to, query, maxBytes)
                                            .switchIfEmpty(Mono.defer(
                                                    () -> fresh(window, from, to, query, maxBytes, ids, PATIENCE))));
                });
    }

    private static boolean complete(@Nullable RawBsonDocument[] rows) {
        for (RawBsonDocument row : rows) {
            if (row == null) {
                return false;
            }
        }
        return true;
    }

    /** Reads the sort keys, then the rows: right without any further check, because rows are never changed. */
    private Mono<Fetched> fresh(
            Positions window,
            int from,
            int to,
            AsebytesColumns.Query query,
            long maxBytes,
            long[] missed,
            int patience) {
        return index.lookup(window)
                .flatMap(found -> of(found, from, to, query, maxBytes)
                        .switchIfEmpty(Mono.defer(() -> patience == 0 || Arrays.equals(missed, found.ids())
                                ? Mono.error(() -> damaged(window, found, from, to))
                                : fresh(window, from, to, query, maxBytes, found.ids(), patience - 1))));
    }

    /** Reads the rows of sort keys that were found in this call; empty if one of them is not there. */
    Mono<Fetched> of(AsebytesIndex.Found found, int from, int to, AsebytesColumns.Query query, long maxBytes) {
        long[] wanted =
                Arrays.stream(found.ids(), from, to).filter(id -> id >= 0).toArray();
        if (wanted.length == 0) {
            return Mono.just(new Fetched(found.head(), found.ids(), new RawBsonDocument[to - from]));
        }
        return collect(columns.rows(wanted, query), to - from, maxBytes).flatMap(all -> {
            for (long id : wanted) {
                if (!all.rows.containsKey(id)) {
                    return Mono.empty();
                }
            }
            return Mono.just(new Fetched(found.head(), found.ids(), all.inOrder(found.ids(), from, to)));
        });
    }

    CorruptDataException damaged(Positions window, AsebytesIndex.Found found, int from, int to) {
        return new CorruptDataException(
                store,
                "rows from " + window.at(from),
                "sort_keys names documents for them of which one is not there (sort keys from %d to %d)"
                        .formatted(found.ids()[from], found.ids()[to - 1]),
                null);
    }

    /** Signals that the count says there is a row which the sort keys do not list. */
    CorruptDataException unlisted(long position, AsebytesHead head) {
        return new CorruptDataException(
                store, "row " + position, "count says %d rows, sort_keys lists fewer".formatted(head.count()), null);
    }

    /** Reads one row. */
    Mono<Fetched> one(long at, AsebytesColumns.Query query) {
        return Mono.defer(() -> at < 0 ? fromEnd(at, query, PATIENCE) : fromStart(at, query));
    }

    private Mono<Fetched> fromStart(long at, AsebytesColumns.Query query) {
        long guess = index.guess(at);
        if (guess >= 0 || at > Integer.MAX_VALUE - AsebytesIndex.PAGE) {
            return fetch(Positions.list(at), new long[] {guess}, 0, 1, query, Long.MAX_VALUE)
                    .flatMap(row -> checked(row, at, at));
        }
        long start = at / AsebytesIndex.PAGE * AsebytesIndex.PAGE;
        int within = (int) (at - start);
        return fresh(
                        Positions.range(start, start + AsebytesIndex.PAGE),
                        within,
                        within + 1,
                        query,
                        Long.MAX_VALUE,
                        new long[0],
                        PATIENCE)
                .map(page -> new Fetched(page.head, new long[] {page.ids[within]}, page.documents))
                .flatMap(row -> checked(row, at, at));
    }

    private Mono<Fetched> fromEnd(long index, AsebytesColumns.Query query, int patience) {
        long count = this.index.guessedCount();
        if (count + index < 0) {
            return this.index
                    .head()
                    .flatMap(head -> head.count() + index < 0
                            ? Mono.error(() -> new RowOutOfBoundsException(index, head.count(), store))
                            : fromEnd(index, query, patience));
        }
        long at = count + index;
        return fetch(Positions.list(at), new long[] {this.index.guess(at)}, 0, 1, query, Long.MAX_VALUE)
                .flatMap(row -> row.head.count() == count
                        ? checked(row, index, at)
                        : patience > 0 ? fromEnd(index, query, patience - 1) : amidWrites(index, query, PATIENCE));
    }

    /** Reads a row counted from the end while others write all the time. */
    private Mono<Fetched> amidWrites(long back, AsebytesColumns.Query query, int patience) {
        return index.slice(back, 1).flatMap(found -> {
            long at = found.head().count() + back;
            if (at < 0 || found.ids().length == 0) {
                return checked(new Fetched(found.head(), new long[] {-1}, new RawBsonDocument[1]), back, at);
            }
            return of(found, 0, 1, query, Long.MAX_VALUE)
                    .switchIfEmpty(Mono.defer(() -> patience > 0
                            ? amidWrites(back, query, patience - 1)
                            : Mono.error(() -> damaged(found.positions(), found, 0, 1))));
        });
    }

    private Mono<Fetched> checked(Fetched row, long asked, long at) {
        long count = row.head.count();
        if (at < 0 || at >= count) {
            return Mono.error(() -> new RowOutOfBoundsException(asked, count, store));
        }
        return row.ids[0] < 0 ? Mono.error(() -> unlisted(at, row.head)) : Mono.just(row);
    }

    Mono<Row> get(long at, Columns wanted, RowCodec codec) {
        return columns.query(wanted)
                .flatMap(query -> one(at, query).map(row -> query.decode(codec, document(row, 0), position(row, at))));
    }

    static long position(Fetched row, long at) {
        return at < 0 ? row.head.count() + at : at;
    }

    static RawBsonDocument document(Fetched rows, int i) {
        RawBsonDocument document = rows.documents[i];
        if (document == null) {
            throw new IllegalStateException("row " + i + " was not checked");
        }
        return document;
    }

    /** Reads whole rows by sort keys, in their order; null where none stands there. */
    Mono<List<@Nullable RawBsonDocument>> whole(long[] ids) {
        AsebytesColumns.Query all = new AsebytesColumns.Query(Columns.ALL, false, AsebytesDocs.include("data"));
        return collect(columns.rows(ids, all), ids.length, Long.MAX_VALUE)
                .map(rows -> Arrays.asList(rows.inOrder(ids, 0, ids.length)));
    }

    /** Names a row's state: its sort key, which Atomflux changes with the row, and a digest of what Python may change. */
    static Version version(long id, BsonDocument row) {
        ByteBuffer token = ByteBuffer.allocate(8 + 16).putLong(id);
        try {
            token.put(MessageDigest.getInstance("SHA-256").digest(data(row)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java platform", e);
        }
        return new Version(Bytes.wrap(token.array()));
    }

    private static byte[] data(BsonDocument row) {
        RawBsonDocument raw = row instanceof RawBsonDocument given
                ? given
                : new RawBsonDocument(row, new org.bson.codecs.BsonDocumentCodec());
        ByteBuffer bytes = raw.getByteBuffer().asNIO();
        int start = bytes.arrayOffset() + bytes.position();
        BsonIn in = new BsonIn(bytes.array(), start, start + bytes.remaining());
        while (in.next()) {
            if (in.nameIs(DATA)) {
                return Arrays.copyOfRange(in.buffer, in.elementAt(), in.elementEnd());
            }
        }
        return new byte[0];
    }
}
