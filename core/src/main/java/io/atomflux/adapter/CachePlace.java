package io.atomflux.adapter;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Slice;
import io.atomflux.value.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The store a cache keeps its rows in; positions are those of the source.
 *
 * <p>It grows as rows come, by reserving: rows are put at their positions and never appended, so that whoever else fills it at
 * the same time writes the same.
 */
final class CachePlace<R extends KeyedRow<R>> {

    private static final EnumSet<Capability> NEEDED =
            EnumSet.of(Capability.APPEND, Capability.SET, Capability.DELETE, Capability.RESERVE);
    private static final long LEAST_GROWTH = 1024;
    private static final int MOST_TRIES = 5;
    private static final long SCAN_BYTES = 1 << 20;
    private static final int MOST_FORGOTTEN = 1 << 16;
    private static final int MOST_RESERVED = 1 << 20;

    private final RowBackend<R> store;
    private final CacheRows<R> rows;

    CachePlace(RowBackend<R> store, CacheRows<R> rows) {
        this.store = store;
        this.rows = rows;
    }

    /**
     * Refuses a store that cannot keep a cache.
     *
     * @throws UnsupportedStoreOperationException if it lacks a capability
     */
    static void requireUsable(RowBackend<?> store) {
        EnumSet<Capability> lacking = EnumSet.copyOf(NEEDED);
        lacking.removeAll(store.capabilities());
        if (!lacking.isEmpty()) {
            throw new UnsupportedStoreOperationException(
                    store.name(),
                    "cached(by)",
                    "it lacks %s, or is read-only; cache in a store that rows can be set in at any position, e.g. an LMDB file"
                            .formatted(lacking));
        }
    }

    String name() {
        return store.name();
    }

    /**
     * What stands in row 0.
     *
     * @param there whether there is such a row
     * @param header what it says; null if it says nothing
     * @param version of the row, where the store has versions
     */
    record Found(boolean there, @Nullable CacheHeader header, Optional<Version> version) {}

    /**
     * Looks what the store holds.
     *
     * @signals ForeignDataException if something else than a cache
     */
    Mono<Found> find() {
        return size().flatMap(size -> size == 0 ? Mono.just(new Found(false, null, Optional.empty())) : first());
    }

    private Mono<Found> first() {
        Mono<Found> first = store.capabilities().contains(Capability.VERSIONS)
                ? store.getVersioned(0).map(found -> found(found.row(), Optional.of(found.version())))
                : store.get(0, Columns.ALL).map(row -> found(row, Optional.empty()));
        return first.onErrorResume(CachePlace::isGone, gone -> find())
                .flatMap(found -> found.header() == null ? requireCache().thenReturn(found) : Mono.just(found));
    }

    private Found found(R row, Optional<Version> version) {
        if (!row.isReserved() && !row.has(CacheRows.HEADER)) {
            throw foreign();
        }
        CacheHeader header = rows.header(row);
        return new Found(true, header, header == null ? Optional.empty() : version);
    }

    /** A cache that was cleared while somebody filled it has no header; other rows must not be taken for such a one. */
    private Mono<Void> requireCache() {
        ReadRequest all = ReadRequest.of(Selection.ALL, Columns.of(List.of(CacheRows.MARK, CacheRows.HEADER)));
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new GuardedReader<>(store.reader(all))),
                reader -> reader.next(SCAN_BYTES)
                        .expand(batch -> reader.next(SCAN_BYTES))
                        .doOnNext(this::requireCache)
                        .then(),
                RowReader::close);
    }

    private void requireCache(Batch<R> batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (!CacheRows.isOfCache(batch.row(i))) {
                throw foreign();
            }
        }
    }

    private ForeignDataException foreign() {
        return new ForeignDataException(
                name(), "rows that no cache wrote", "an empty store, or one that was used for caching only");
    }

    static boolean isGone(Throwable failure) {
        return failure instanceof RowOutOfBoundsException || failure instanceof StoreNotFoundException;
    }

    /** Takes away what was cached, if anything, and then says what will be. */
    Mono<Void> begin(Found found, CacheHeader header) {
        List<R> row = List.of(rows.header(header));
        if (!found.there()) {
            return store.apply(new Write.Append<>(row)).flatMap(size -> size == 1 ? Mono.empty() : takenBack(size - 1));
        }
        return emptied()
                .then(store.apply(new Write.Put<>(Selection.at(0), row, found.version())))
                .then();
    }

    /** Deletes all rows but the first, from the end, in as few calls as the store allows. */
    private Mono<Void> emptied() {
        return size().flatMap(size -> {
            if (size <= 1) {
                return Mono.empty();
            }
            long from = Math.max(1, size - Math.min(size, store.maxAtomicRows()));
            Selection last = Selection.ALL.slice(new Slice(OptionalLong.of(from), OptionalLong.empty(), 1));
            return store.apply(new Write.Delete<>(last, Optional.empty())).then(from == 1 ? Mono.empty() : emptied());
        });
    }

    /** Somebody else was faster; a second header counts for nothing, but should not be there. */
    private Mono<Void> takenBack(long position) {
        return store.apply(new Write.Put<>(Selection.at(position), List.of(rows.reserved()), Optional.empty()))
                .onErrorResume(CachePlace::isGone, gone -> Mono.empty())
                .then();
    }

    /** Counts the rows of the store, the header included; 0 if it is not there. */
    Mono<Long> size() {
        return store.size().onErrorReturn(StoreNotFoundException.class, 0L);
    }

    /** Reads a row; empty if it is missing. */
    Mono<R> get(long position, Columns columns, long epoch) {
        return store.get(position + 1, CacheRows.columns(columns))
                .flatMap(kept -> Mono.justOrEmpty(rows.opened(kept, epoch)))
                .onErrorResume(CachePlace::isGone, gone -> Mono.empty());
    }

    RowReader<R> reader(Positions positions, Columns columns) {
        return store.reader(ReadRequest.of(ConcatPlan.within(positions, -1), CacheRows.columns(columns)));
    }

    @Nullable
    R opened(R kept, long epoch) {
        return rows.opened(kept, epoch);
    }

    /**
     * Keeps rows, at one instant as far as the store can.
     *
     * @signals SourceChanged if somebody cleared the store meanwhile
     */
    Mono<Void> keep(Map<Long, R> fetched, long epoch, long sourceSize) {
        return Mono.defer(() -> {
            List<Long> positions = new ArrayList<>(fetched.keySet());
            Collections.sort(positions);
            List<R> kept = new ArrayList<>(positions.size());
            for (long position : positions) {
                kept.add(rows.kept(Objects.requireNonNull(fetched.get(position)), position, epoch));
            }
            return put(positions, kept, sourceSize, 1);
        });
    }

    private Mono<Void> put(List<Long> positions, List<R> kept, long sourceSize, int attempt) {
        Mono<Void> put = Mono.empty();
        int most = (int) Math.min(kept.size(), store.maxAtomicRows());
        for (int from = 0; from < kept.size(); from += most) {
            int to = Math.min(kept.size(), from + most);
            // listed, since a slice would be clipped if somebody clears the store meanwhile
            Selection where = Selection.ALL.pick(positions.subList(from, to).stream()
                    .mapToLong(position -> position + 1)
                    .toArray());
            put = put.then(store.apply(new Write.Put<>(where, kept.subList(from, to), Optional.empty()))
                    .then());
        }
        return grown(positions.get(positions.size() - 1) + 2, sourceSize + 1)
                .then(put)
                .onErrorResume(
                        failure -> isGone(failure) && attempt < MOST_TRIES,
                        cut -> put(positions, kept, sourceSize, attempt + 1));
    }

    private Mono<Void> grown(long needed, long most) {
        return size().flatMap(size -> {
            if (size >= needed) {
                return Mono.empty();
            }
            if (size == 0) {
                return Mono.error(new SourceChanged()); // cleared: it needs a header first
            }
            long wanted = Math.max(needed, Math.min(most, Math.max(size + size / 2, LEAST_GROWTH)));
            long step = Math.min(wanted - size, Math.min(store.maxAtomicRows(), MOST_RESERVED));
            return store.apply(new Write.Reserve<>(step)).then(grown(needed, most));
        });
    }

    /** Makes rows missing; answers how many positions the store has of them. */
    Mono<Long> forget(Positions positions) {
        return size().flatMap(
                        size -> forget(positions, 0, size, 0).onErrorResume(CachePlace::isGone, gone -> Mono.just(0L)));
    }

    private Mono<Long> forget(Positions positions, long done, long size, long count) {
        if (done == positions.count()) {
            return Mono.just(count);
        }
        long end = Math.min(positions.count(), done + Math.min(store.maxAtomicRows(), MOST_FORGOTTEN));
        long[] there = Arrays.stream(positions.part(done, end).toArray())
                .filter(position -> position + 1 < size)
                .map(position -> position + 1)
                .distinct()
                .toArray();
        Mono<Void> written = there.length == 0
                ? Mono.empty()
                : store.apply(new Write.Put<>(
                                Selection.ALL.pick(there),
                                Collections.nCopies(there.length, rows.reserved()),
                                Optional.empty()))
                        .then();
        return written.then(Mono.defer(() -> forget(positions, end, size, count + there.length)));
    }

    /** Tells whether one of some rows is there. */
    Mono<Boolean> present(Positions wanted, long epoch) {
        return firstPresent(wanted, epoch).map(first -> first < wanted.count());
    }

    /** Returns the ordinal of the first of some rows that is there; their count if none is. */
    Mono<Long> firstPresent(Positions wanted, long epoch) {
        return size().flatMap(size -> {
            long[] ordinals = LongStream.range(0, wanted.count())
                    .filter(ordinal -> wanted.at(ordinal) + 1 < size)
                    .toArray();
            if (ordinals.length == 0) {
                return Mono.just(wanted.count());
            }
            Positions there =
                    Positions.list(LongStream.of(ordinals).map(wanted::at).toArray());
            ReadRequest request = ReadRequest.of(ConcatPlan.within(there, -1), Columns.of(List.of(CacheRows.MARK)));
            return Mono.usingWhen(
                            Mono.fromSupplier(() -> new GuardedReader<>(store.reader(request))),
                            reader -> {
                                AtomicInteger done = new AtomicInteger();
                                return reader.next(SCAN_BYTES)
                                        .expand(batch -> reader.next(SCAN_BYTES))
                                        .<Long>handle((batch, found) -> {
                                            int from = done.getAndAdd(batch.size());
                                            IntStream.range(0, batch.size())
                                                    .filter(i -> rows.opened(batch.row(i), epoch) != null)
                                                    .findFirst()
                                                    .ifPresent(i -> found.next(ordinals[from + i]));
                                        })
                                        .next();
                            },
                            RowReader::close)
                    .onErrorResume(CachePlace::isGone, gone -> Mono.empty())
                    .defaultIfEmpty(wanted.count());
        });
    }

    /** Lists the rows that are there. */
    Mono<long[]> present(long epoch) {
        ReadRequest all = ReadRequest.of(Selection.ALL, Columns.of(List.of(CacheRows.MARK)));
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new GuardedReader<>(store.reader(all))),
                reader -> reader.next(SCAN_BYTES)
                        .expand(batch -> reader.next(SCAN_BYTES))
                        .collect(LongStream::builder, (found, batch) -> {
                            for (int i = 0; i < batch.size(); i++) {
                                if (rows.opened(batch.row(i), epoch) != null) {
                                    found.add(batch.position(i) - 1);
                                }
                            }
                        })
                        .map(found -> found.build().toArray()),
                RowReader::close);
    }

    Mono<Void> close() {
        return store.close();
    }
}
