package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.doc;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Finds the sort keys of positions without downloading the array of them.
 *
 * <p>What is remembered between calls only says what to ask for: every answer is held against the metadata of its call. For
 * any thread.
 */
final class AsebytesIndex {

    static final int PAGE = 256;
    private static final int PAGES = 1024; // of 2 KiB: 262 144 sort keys
    private static final int PATIENCE = 4;

    private final String store;
    private final Documents documents;
    private final Documents exact;
    private volatile long lastCount = -1;

    @SuppressWarnings("serial") // never serialised
    private final Map<Long, long[]> pages = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
            return size() > PAGES;
        }
    };

    /**
     * Sort keys found at one moment.
     *
     * @param head the metadata of that moment
     * @param positions what the selection meant then
     * @param ids the sort keys of the first of the positions; -1 beyond the end
     */
    record Found(AsebytesHead head, Positions positions, long[] ids) {}

    AsebytesIndex(String store, Documents documents, Documents exact) {
        this.store = store;
        this.documents = documents;
        this.exact = exact;
    }

    /** Notes the metadata of an answer. */
    AsebytesHead seen(AsebytesHead head) {
        lastCount = head.count();
        return head;
    }

    long guessedCount() {
        return lastCount;
    }

    /** Returns the sort key last seen at a position, or -1. */
    long guess(long position) {
        synchronized (pages) {
            long[] page = pages.get(position / PAGE);
            return page == null ? -1 : page[(int) (position % PAGE)];
        }
    }

    void remember(long position, long[] ids, int from, int to) {
        synchronized (pages) {
            for (int i = from; i < to; i++) {
                long at = position + i - from;
                pages.computeIfAbsent(at / PAGE, any -> unknownPage())[(int) (at % PAGE)] = ids[i];
            }
        }
    }

    private static long[] unknownPage() {
        long[] page = new long[PAGE];
        Arrays.fill(page, -1);
        return page;
    }

    /** Reads the metadata without sort keys. */
    Mono<AsebytesHead> head() {
        return one(AsebytesDocs.head()).flatMap(this::head);
    }

    private Mono<BsonDocument> one(BsonDocument projection) {
        return exact.findOne(AsebytesDocs.meta(), projection)
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(store)));
    }

    /** Reads the head in a document; the length of the array counts where the count is missing. */
    Mono<AsebytesHead> head(BsonDocument meta) {
        AsebytesHead head = AsebytesHead.of(meta, store);
        return head.count() >= 0 ? Mono.just(seen(head)) : length().map(length -> seen(head.counted(length)));
    }

    /** Counts the sort keys at the server. */
    Mono<Long> length() {
        BsonDocument orNone = AsebytesDocs.orElse(new BsonString("$" + AsebytesDocs.KEYS), new BsonArray());
        BsonDocument size = doc("n", doc("$size", orNone));
        return documents
                .aggregate(List.of(doc("$match", AsebytesDocs.meta()), doc("$project", size)))
                .next()
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(store)))
                .map(answer -> AsebytesDocs.number(answer.get("n"), 0));
    }

    /** Reads the head and all sort keys: 12 bytes for each row. */
    Mono<Found> all() {
        return one(AsebytesDocs.head().append(AsebytesDocs.KEYS, new BsonInt32(1)))
                .flatMap(meta -> {
                    long[] ids = AsebytesDocs.ids(meta);
                    AsebytesHead head = AsebytesHead.of(meta, store);
                    AsebytesHead known = seen(head.count() >= 0 ? head : head.counted(ids.length));
                    return Mono.just(new Found(known, Positions.range(0, known.count()), ids));
                });
    }

    /** Reads consecutive sort keys; counted from the end if {@code from} is negative. */
    Mono<Found> slice(long from, long n) {
        return one(AsebytesDocs.sliced(AsebytesDocs.head(), from, n))
                .flatMap(meta -> head(meta).map(head -> {
                    long[] ids = AsebytesDocs.ids(meta);
                    long at = from < 0 ? Math.max(0, head.count() + from) : from;
                    remember(at, ids, 0, ids.length);
                    return new Found(head, Positions.range(at, at + ids.length), ids);
                }));
    }

    /** Tells whether positions lie so close together that reading all between them costs little. */
    static boolean isDense(Positions positions) {
        long[] bounds = bounds(positions);
        return bounds[1] - bounds[0] < 4 * positions.count() + PAGE;
    }

    /** Returns the least and the greatest. */
    static long[] bounds(Positions positions) {
        long least = Long.MAX_VALUE;
        long most = -1;
        for (long i = 0; i < positions.count(); i++) {
            least = Math.min(least, positions.at(i));
            most = Math.max(most, positions.at(i));
        }
        return new long[] {least, most};
    }

    /** Picks the sort keys of dense positions out of a slice that begins at the least of them. */
    static long[] pick(Positions positions, long least, long[] slice) {
        long[] ids = new long[(int) positions.count()];
        for (int i = 0; i < ids.length; i++) {
            long at = positions.at(i) - least;
            ids[i] = at < slice.length ? slice[(int) at] : -1;
        }
        return ids;
    }

    /** Reads the sort keys of any positions. */
    Mono<Found> lookup(Positions positions) {
        if (positions.count() == 0) {
            return head().map(head -> new Found(head, positions, new long[0]));
        }
        if (isDense(positions)) {
            long[] bounds = bounds(positions);
            return slice(bounds[0], bounds[1] - bounds[0] + 1)
                    .map(found -> new Found(found.head, positions, pick(positions, bounds[0], found.ids)));
        }
        return scattered(positions);
    }

    private Mono<Found> scattered(Positions positions) {
        BsonArray at = new BsonArray();
        for (long position : positions.toArray()) {
            at.add(AsebytesDocs.int32(position));
        }
        BsonDocument item = doc(
                "$arrayElemAt",
                new BsonArray(List.of(new BsonString("$" + AsebytesDocs.KEYS), new BsonString("$$at"))));
        BsonDocument orNull = AsebytesDocs.orElse(item, BsonNull.VALUE);
        BsonDocument map = doc("input", doc("$literal", at)).append("as", new BsonString("at"));
        BsonDocument project = AsebytesDocs.head().append("ids", doc("$map", map.append("in", orNull)));
        return documents
                .aggregate(List.of(doc("$match", AsebytesDocs.meta()), doc("$project", project)))
                .next()
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(store)))
                .flatMap(meta ->
                        head(meta).map(head -> new Found(head, positions, AsebytesDocs.numbers(meta.getArray("ids")))));
    }

    /**
     * Resolves a selection and reads the sort keys of its first positions, all at one moment.
     *
     * @signals RowOutOfBoundsException if it lists a row that is not there
     */
    Mono<Found> resolve(Selection where, long limit) {
        return Mono.defer(() -> {
            long guess = lastCount;
            return guess < 0
                    ? head().flatMap(head -> resolve(where, limit, head.count(), PATIENCE))
                    : resolve(where, limit, guess, PATIENCE);
        });
    }

    private Mono<Found> resolve(Selection where, long limit, long guess, int patience) {
        if (patience == 0) { // others write all the time: one reading of everything ends it
            return all().map(all -> {
                Positions positions = where.resolve(all.head.count(), store);
                long[] ids = new long[(int) Math.min(limit, positions.count())];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = positions.at(i) < all.ids.length ? all.ids[(int) positions.at(i)] : -1;
                }
                return new Found(all.head, positions, ids);
            });
        }
        Positions guessed = tried(where, guess);
        Positions part = guessed == null ? Positions.range(0, 0) : guessed.part(0, Math.min(limit, guessed.count()));
        return lookup(part).flatMap(found -> {
            Positions now = where.resolve(found.head.count(), store);
            return guessed != null && begins(now, part, limit)
                    ? Mono.just(new Found(found.head, now, found.ids))
                    : resolve(where, limit, found.head.count(), patience - 1);
        });
    }

    private @Nullable Positions tried(Selection where, long guess) {
        try {
            return where.resolve(guess, store);
        } catch (RowOutOfBoundsException perhapsGrown) {
            return null;
        }
    }

    private static boolean begins(Positions now, Positions part, long limit) {
        if (Math.min(limit, now.count()) != part.count()) {
            return false;
        }
        for (long i = 0; i < part.count(); i++) {
            if (now.at(i) != part.at(i)) {
                return false;
            }
        }
        return true;
    }
}
