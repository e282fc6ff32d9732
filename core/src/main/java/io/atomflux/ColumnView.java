package io.atomflux;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One key of selected rows: an immutable description that reads when subscribed, each time anew, and only that key.
 *
 * <p>It is a {@code Flux} of the values, in the order of the rows; see {@link RowView} for positions, snapshots and
 * demand. Where a row is reserved, lacks the key or has a null there, it signals {@code MissingValueException} naming
 * position and key, unless {@link #skipMissing()}, {@link #orElse} or {@link #optional()} was chosen. A value of another
 * type signals {@code ValueTypeException}.
 *
 * @param <V> values
 */
public final class ColumnView<V> extends Flux<V> {

    private final Source<V, ?> source;

    private ColumnView(Source<V, ?> source) {
        this.source = source;
    }

    static <V, R extends KeyedRow<R>> ColumnView<V> of(
            StoreCore<?, R> core, Selection selection, boolean snapshot, String key, Class<V> type) {
        return new ColumnView<>(new Source<>(core, selection, snapshot, key, type, Missing.fail()));
    }

    private record Source<V, R extends KeyedRow<R>>(
            StoreCore<?, R> core,
            Selection selection,
            boolean snapshot,
            String key,
            Class<V> type,
            Missing<V> missing) {

        Columns columns() {
            return Columns.of(List.of(key));
        }

        Flux<V> stream() {
            return core.stream(selection, columns(), snapshot, core.values(key, type, missing))
                    .checkpoint(describe());
        }

        Flux<Object> parts() {
            return core.stream(selection, columns(), snapshot, core.parts(key, type, missing))
                    .checkpoint(describe());
        }

        String describe() {
            return "column " + key + ", " + selection + " of " + core.name();
        }

        ColumnView<V> over(Selection narrower) {
            return new ColumnView<>(new Source<>(core, narrower, snapshot, key, type, missing));
        }

        ColumnView<V> with(Missing<V> policy) {
            return new ColumnView<>(new Source<>(core, selection, snapshot, key, type, policy));
        }

        Flux<Optional<V>> optional() {
            BatchStream.Emission<R, V> skipping = core.values(key, type, Missing.skip());
            return core.stream(
                    selection, columns(), snapshot, (row, position) -> Optional.ofNullable(skipping.of(row, position)));
        }

        Flux<Indexed<V>> indexed() {
            BatchStream.Emission<R, V> plain = core.values(key, type, missing);
            return core.stream(selection, columns(), snapshot, (row, position) -> {
                V value = plain.of(row, position);
                return value == null ? null : new Indexed<>(position, value);
            });
        }

        Mono<V> get(long index) {
            BatchStream.Emission<R, V> skipping = core.values(key, type, Missing.skip());
            Mono<R> row =
                    selection.isAll() ? core.backend.get(index, columns()) : core.row(selection.pick(index), columns());
            return row.handle((found, sink) -> {
                V value = skipping.of(found, index);
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

        Mono<Void> set(List<? extends @Nullable Object> values) {
            core.mapping.checkKeys(List.of(key));
            List<R> changes = new ArrayList<>(values.size());
            for (Object value : values) {
                changes.add(core.mapping.changes(Row.of(key, value)));
            }
            return core.change(new Write.Update<>(selection, changes, Optional.empty()));
        }
    }

    @Override
    public void subscribe(CoreSubscriber<? super V> actual) {
        source.stream().subscribe(actual);
    }

    /** Narrows to {@code start} to {@code stop - 1} of this view, with Python's rules for negative and large numbers. */
    public ColumnView<V> rows(long start, long stop) {
        return rows(Slice.of(start, stop));
    }

    /** Narrows to a slice of this view, e.g. {@code "::10"} or {@code "-100:"}. */
    public ColumnView<V> rows(String slice) {
        return rows(Slice.parse(slice));
    }

    /** Narrows to a slice of this view. */
    public ColumnView<V> rows(Slice slice) {
        return source.over(source.selection().slice(slice));
    }

    /** Narrows to listed rows of this view, in the order given; see {@link RowView#rowsAt}. */
    public ColumnView<V> rowsAt(long... indices) {
        return source.over(source.selection().pick(indices));
    }

    /**
     * Reads the value of one row of this view.
     *
     * @param index zero-based, or negative to count from the end of the view
     * @return cold; the value, or empty if the row is reserved, lacks the key or has a null there
     * @signals RowOutOfBoundsException if there is no such row when subscribed
     */
    public Mono<V> get(long index) {
        return source.get(index);
    }

    /** Counts the rows of this view, with a value or without; cold. */
    public Mono<Long> size() {
        return source.size();
    }

    /** Returns the values with the positions of their rows in the store; same order and errors as this view. */
    public Flux<Indexed<V>> indexed() {
        return source.indexed();
    }

    /** Returns lists of so many values, the last one possibly shorter. */
    public Flux<List<V>> chunked(int size) {
        return buffer(size);
    }

    /** Returns this view without the rows that have no value. */
    public ColumnView<V> skipMissing() {
        return source.with(Missing.skip());
    }

    /** Returns this view with a substitute for rows that have no value. */
    public ColumnView<V> orElse(V substitute) {
        return source.with(Missing.substitute(Objects.requireNonNull(substitute, "substitute")));
    }

    /** Returns the values of all rows, as empty where there is none. */
    public Flux<Optional<V>> optional() {
        return source.optional();
    }

    /**
     * Reads all values into one array.
     *
     * <p>Numbers give shape (rows); arrays, which must all have one shape, give (rows, …); texts give a unicode array.
     * Integers and narrower floats among doubles are widened; without rows it is float64 of shape (0).
     *
     * @return cold; one array, which holds the whole column in memory
     * @signals ValueTypeException if types or shapes differ
     * @signals MissingValueException where a value is missing
     * @signals LimitExceededException if the array would pass 2 GiB
     */
    public Mono<NdArray> toArray() {
        return collectInto(false).map(ArrayCollector::toArray);
    }

    /**
     * Reads arrays of different lengths into one, with offsets.
     *
     * @return cold; the entries behind each other along the first axis, which holds the whole column in memory
     * @signals ValueTypeException if types, or shapes beyond the first axis, differ
     */
    public Mono<Ragged> toRagged() {
        return collectInto(true).map(ArrayCollector::toRagged);
    }

    private Mono<ArrayCollector> collectInto(boolean ragged) {
        String column = source.key();
        return source.parts().collect(() -> new ArrayCollector(column, ragged), ArrayCollector::add);
    }

    /**
     * Writes this key of these rows, at one instant, and keeps the other keys; a reserved row becomes a written one.
     *
     * @param values one for each row of the view
     * @return cold; empty
     * @throws IllegalArgumentException at the call, if a value is of no type a store can hold
     * @signals IllegalArgumentException if their number does not fit
     */
    public Mono<Void> set(List<? extends @Nullable Object> values) {
        return source.set(values);
    }

    /** Writes this key of these rows from the first axis of an array: numbers if it has one axis, else arrays. */
    public Mono<Void> set(NdArray values) {
        List<Object> entries = new ArrayList<>(values.length(0));
        for (int i = 0; i < values.length(0); i++) {
            entries.add(values.rank() == 1 ? values.at(i) : values.slice(i));
        }
        return source.set(entries);
    }

    /** Names key, rows and store. */
    @Override
    public String toString() {
        return source.describe();
    }
}
