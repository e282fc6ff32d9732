package io.atomflux;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Key;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Selected rows of a store: an immutable description that reads when subscribed, each time anew.
 *
 * <p>It is a {@code Flux}: it composes with every operator and can be returned from a web handler. Positions resolve
 * against the size of the store at the moment of subscription; rows come in the order asked for; a batch of rows is one
 * snapshot, and demand and a budget of bytes bound what is held. Where a row is reserved, views of objects and of raw
 * bytes emit the empty row whose {@code isReserved()} is true, and a view of structures signals {@code
 * MissingValueException}, unless {@link #skipMissing()}, {@link #orElse} or {@link #optional()} was chosen.
 *
 * <p>{@code Flux}'s own {@code next()}, {@code count()}, {@code skip(n)}, {@code elementAt(i)} and {@code last()} read
 * all rows up to the answer; {@link #get(long) get(i)}, {@link #size()} and {@link #rows(long, long) rows(…)} do not.
 *
 * <p>Longer than most files because selecting, reading and writing back belong to one type.
 *
 * @param <T> elements
 */
public final class RowView<T> extends Flux<T> {

    private final Source<T, ?, ?> source;

    RowView(Source<T, ?, ?> source) {
        this.source = source;
    }

    /** Returns the view of whole elements. */
    static <E, R extends KeyedRow<R>> RowView<E> ofElements(StoreCore<E, R> core, Selection selection) {
        return new RowView<>(
                new Source<>(core, selection, Columns.ALL, false, Missing.fail(), core::elements, core.mapping::row));
    }

    /** Returns the view of rows with only some keys. */
    static <E, R extends KeyedRow<R>> RowView<Row> ofFields(
            StoreCore<E, R> core, Selection selection, boolean snapshot, List<String> keys) {
        return new RowView<>(new Source<>(
                core, selection, Columns.of(keys), snapshot, Missing.fail(), core::fields, core.mapping::changes));
    }

    /** Makes the emission for a policy. */
    private interface Emitting<T, R extends KeyedRow<R>> {
        BatchStream.Emission<R, T> of(Missing<T> missing);
    }

    /** Makes a row of an element. */
    private interface Writing<T, R> {
        R row(T element);
    }

    /**
     * All a view is made of.
     *
     * @param <T> elements of the view
     * @param <E> elements of the facade
     * @param <R> rows of the backend
     */
    private record Source<T, E, R extends KeyedRow<R>>(
            StoreCore<E, R> core,
            Selection selection,
            Columns columns,
            boolean snapshot,
            Missing<T> missing,
            Emitting<T, R> emitting,
            Writing<T, R> writing) {

        Flux<T> stream() {
            return core.stream(selection, columns, snapshot, emitting.of(missing))
                    .checkpoint(describe());
        }

        String describe() {
            return selection + " of " + core.name() + (columns.isAll() ? "" : ", keys " + columns);
        }

        RowView<T> over(Selection narrower) {
            return new RowView<>(new Source<>(core, narrower, columns, snapshot, missing, emitting, writing));
        }

        RowView<T> with(Missing<T> policy) {
            return new RowView<>(new Source<>(core, selection, columns, snapshot, policy, emitting, writing));
        }

        RowView<T> inSnapshot() {
            return new RowView<>(new Source<>(core, selection, columns, true, missing, emitting, writing));
        }

        Flux<Indexed<T>> indexed() {
            BatchStream.Emission<R, T> plain = emitting.of(missing);
            return core.stream(selection, columns, snapshot, (row, position) -> {
                T element = plain.of(row, position);
                return element == null ? null : new Indexed<>(position, element);
            });
        }

        Flux<Optional<T>> optional() {
            BatchStream.Emission<R, T> skipping = emitting.of(Missing.skip());
            return core.stream(
                    selection, columns, snapshot, (row, position) -> Optional.ofNullable(skipping.of(row, position)));
        }

        Mono<T> get(long index) {
            BatchStream.Emission<R, T> skipping = emitting.of(Missing.skip());
            Mono<R> row =
                    selection.isAll() ? core.backend.get(index, columns) : core.row(selection.pick(index), columns);
            return row.handle((found, sink) -> {
                T value = skipping.of(found, index);
                if (value != null) {
                    sink.next(value);
                }
            });
        }

        Mono<Long> size() {
            return core.backend
                    .size()
                    .map(size -> selection.resolve(size, core.name()).count());
        }

        Mono<Long> prefetch() {
            BatchStream.Emission<R, Long> counting = new BatchStream.Emission<>() {
                @Override
                public Long of(R row, long position) {
                    return 1L;
                }

                @Override
                public Long ofAll(Batch<R> batch) {
                    return (long) batch.size();
                }
            };
            return core.stream(selection, columns, snapshot, counting).reduce(0L, Long::sum);
        }

        Mono<Void> set(List<T> elements) {
            List<R> rows = new ArrayList<>(elements.size());
            for (T element : elements) {
                rows.add(writing.row(Objects.requireNonNull(element, "element")));
            }
            Write<R> write = columns.isAll()
                    ? new Write.Put<>(selection, rows, Optional.empty())
                    : new Write.Update<>(selection, withKeys(rows), Optional.empty());
            return core.change(write);
        }

        private List<R> withKeys(List<R> rows) {
            List<String> wanted = columns.keys().orElse(List.of());
            for (R row : rows) {
                if (!wanted.containsAll(row.keys())) {
                    throw new IllegalArgumentException(
                            "keys: %s (expected: only those of the view, %s)".formatted(row.keys(), wanted));
                }
            }
            return rows;
        }

        Mono<Void> update(List<Patch> patches) {
            List<R> rows = new ArrayList<>(patches.size());
            for (Patch patch : patches) {
                core.mapping.checkKeys(patch.changes().keySet());
                rows.add(core.mapping.changes(patch.toRow()));
            }
            return core.change(new Write.Update<>(selection, rows, Optional.empty()));
        }

        Mono<Void> delete() {
            return core.change(new Write.Delete<>(selection, Optional.empty()));
        }

        Mono<Void> drop(Collection<String> keys) {
            return core.change(new Write.Drop<>(selection, List.copyOf(keys)));
        }

        <V> ColumnView<V> column(String key, Class<V> type) {
            return ColumnView.of(core, selection, snapshot, key, type);
        }

        RowView<Row> columns(List<String> keys) {
            return ofFields(core, selection, snapshot, keys);
        }
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.stream().subscribe(actual);
    }

    /** Narrows to {@code start} to {@code stop - 1} of this view, with Python's rules for negative and large numbers. */
    public RowView<T> rows(long start, long stop) {
        return rows(Slice.of(start, stop));
    }

    /**
     * Narrows to a slice of this view, e.g. {@code "::10"} or {@code "-100:"}.
     *
     * @throws IllegalArgumentException if the text is no slice
     */
    public RowView<T> rows(String slice) {
        return rows(Slice.parse(slice));
    }

    /** Narrows to a slice of this view. */
    public RowView<T> rows(Slice slice) {
        return source.over(source.selection().slice(slice));
    }

    /**
     * Narrows to listed rows of this view, in the order given; they may repeat, negative ones count from its end.
     *
     * @return the view; signals {@code RowOutOfBoundsException} when subscribed if one is not there
     */
    public RowView<T> rowsAt(long... indices) {
        return source.over(source.selection().pick(indices));
    }

    /** Selects one key of these rows; values of any type. */
    public ColumnView<Object> column(String key) {
        return column(key, Object.class);
    }

    /** Selects one key of these rows, whose values are of a type; see {@code Values.as} for what converts. */
    public <V> ColumnView<V> column(String key, Class<V> type) {
        return source.column(Objects.requireNonNull(key, "key"), Objects.requireNonNull(type, "type"));
    }

    /** Selects one key of these rows. */
    public <V> ColumnView<V> column(Key<V> key) {
        return column(key.name(), key.type());
    }

    /** Selects some keys of these rows; a row lacks those it does not have. */
    public RowView<Row> columns(String key, String... more) {
        List<String> keys = new ArrayList<>(List.of(more));
        keys.add(0, key);
        return columns(keys);
    }

    /** Selects some keys of these rows; no keys give rows without values, never all keys. */
    public RowView<Row> columns(Collection<String> keys) {
        return source.columns(List.copyOf(keys));
    }

    /**
     * Reads one row of this view.
     *
     * @param index zero-based, or negative to count from the end of the view
     * @return cold; the element, or empty if the row is reserved
     * @signals RowOutOfBoundsException if there is no such row when subscribed
     */
    public Mono<T> get(long index) {
        return source.get(index);
    }

    /**
     * Counts the rows of this view, reserved ones included.
     *
     * @return cold; one number, looked up anew for each subscription
     * @signals RowOutOfBoundsException if a listed row is not there
     */
    public Mono<Long> size() {
        return source.size();
    }

    /**
     * Reads these rows without emitting them, as fast as the store gives them, so that a cache holds them afterwards.
     *
     * <p>Cancelled or failed, it keeps what it has read; once more subscribed, it passes over that swiftly.
     *
     * @return cold; how many rows were read
     */
    public Mono<Long> prefetch() {
        return source.prefetch();
    }

    /**
     * Makes a cache forget these rows, whole, so that they are fetched anew when they are read; no other store is changed.
     *
     * @return cold; how many of their positions the cache had; 0 if the store is no cached one
     */
    public Mono<Long> evict() {
        return source.core().backend.evict(source.selection());
    }

    /** Returns the elements with the positions of their rows in the store; same order and errors as this view. */
    public Flux<Indexed<T>> indexed() {
        return source.indexed();
    }

    /** Returns lists of so many elements, the last one possibly shorter. */
    public Flux<List<T>> chunked(int size) {
        return buffer(size);
    }

    /**
     * Returns this view, read from one snapshot of the store from the first row to the last.
     *
     * <p>On LMDB the file cannot reuse freed pages while such a stream is open: use it for streams that are read swiftly.
     *
     * @return the view; signals {@code UnsupportedStoreOperationException} without {@code Capability.SNAPSHOT}
     */
    public RowView<T> snapshot() {
        return source.inSnapshot();
    }

    /** Returns this view without the rows that are reserved. */
    public RowView<T> skipMissing() {
        return source.with(Missing.skip());
    }

    /** Returns this view with a substitute for rows that are reserved. */
    public RowView<T> orElse(T substitute) {
        return source.with(Missing.substitute(Objects.requireNonNull(substitute, "substitute")));
    }

    /** Returns all rows, as empty where reserved. */
    public Flux<Optional<T>> optional() {
        return source.optional();
    }

    /**
     * Replaces these rows, at one instant; on a view of some keys, writes those keys and keeps the others.
     *
     * @param elements one for each row of the view
     * @return cold; empty
     * @signals IllegalArgumentException if their number does not fit
     * @signals RowOutOfBoundsException if a listed row is not there
     */
    public Mono<Void> set(List<T> elements) {
        return source.set(elements);
    }

    /** Writes the same keys into each of these rows, at one instant; a reserved row becomes a written one. */
    public Mono<Void> update(Patch patch) {
        return source.update(List.of(patch));
    }

    /**
     * Writes keys into these rows, at one instant.
     *
     * @param patches one for each row of the view
     * @return cold; empty
     * @signals IllegalArgumentException if their number does not fit
     */
    public Mono<Void> update(List<Patch> patches) {
        return source.update(patches);
    }

    /** Deletes exactly these rows, at one instant; later rows move down. */
    public Mono<Void> delete() {
        return source.delete();
    }

    /** Takes keys away from these rows, at one instant; rows that lack them stay as they are. */
    public Mono<Void> drop(String key, String... more) {
        List<String> keys = new ArrayList<>(Arrays.asList(more));
        keys.add(key);
        return drop(keys);
    }

    /** Takes keys away from these rows, at one instant; rows that lack them stay as they are. */
    public Mono<Void> drop(Collection<String> keys) {
        return source.drop(keys);
    }

    /** Names the rows and the store. */
    @Override
    public String toString() {
        return source.describe();
    }
}
