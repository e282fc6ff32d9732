package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import io.atomflux.value.NdArray;
import java.util.List;
import java.util.Optional;

/**
 * Rows that were read in one snapshot.
 *
 * @param <R> the kind of rows
 */
public interface Batch<R extends KeyedRow<R>> {

    /** Returns the number of rows, at least one. */
    int size();

    /** Returns one row; the reserved row for a position never written. May make a new object at each call. */
    R row(int index);

    /** Returns the position of a row in the store, at the moment the stream began. */
    long position(int index);

    /** Tells where a row comes from if the store is put together from others, e.g. {@code row 2 of b.xyz}. */
    default Optional<String> origin(int index) {
        return Optional.empty();
    }

    /** Returns the bytes this batch holds in memory. */
    long byteSize();

    /**
     * Returns one key of all rows as one array whose first axis is the rows, where the store holds it so anyway.
     *
     * @return what {@link #row} would give, put together; empty if that is not at hand, or a row has no value there, or one
     *     of another shape or type
     */
    default Optional<NdArray> array(String key) {
        return Optional.empty();
    }

    /** Returns rows that are there already. */
    static <R extends KeyedRow<R>> Batch<R> of(List<R> rows, Positions positions) {
        return new RowListBatch<>(rows, positions);
    }
}
