package io.atomflux.adapter;

import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import java.util.List;

/** Makes one kind of backend from another. */
public final class Adapters {

    private Adapters() {}

    /**
     * Looks at a backend of either kind as typed values.
     *
     * <p>Raw cells are taken for msgpack as numpy data are written in it; each is decoded when first asked for.
     */
    public static RowBackend<Row> objects(RowBackend<?> backend) {
        return backend.rowType() == Row.class ? cast(backend) : new BlobsAsObjects(cast(backend));
    }

    /** Looks at a backend of either kind as raw bytes: values become one msgpack object per cell. */
    public static RowBackend<BlobRow> blobs(RowBackend<?> backend) {
        return backend.rowType() == BlobRow.class ? cast(backend) : new ObjectsAsBlobs(cast(backend));
    }

    /** Refuses every change of a backend. */
    public static <R extends KeyedRow<R>> RowBackend<R> readOnly(RowBackend<R> backend) {
        return new ReadOnlyBackend<>(backend);
    }

    /**
     * Puts the rows of several backends behind each other, for reading.
     *
     * @param sources at least one; closed with the result
     */
    public static <R extends KeyedRow<R>> RowBackend<R> concat(List<RowBackend<R>> sources) {
        return concat(new FixedSources<>(sources));
    }

    /** Puts the rows of several backends behind each other, for reading; the list is closed with the result. */
    public static <R extends KeyedRow<R>> RowBackend<R> concat(SourceList<R> sources) {
        return new ConcatBackend<>(sources);
    }

    /**
     * Keeps the rows of a backend in another one once they were read, for reading.
     *
     * @param source where rows come from
     * @param by keeps them; holds nothing else
     * @return a backend that closes both
     * @throws io.atomflux.error.UnsupportedStoreOperationException if {@code by} lacks a capability that is needed
     */
    public static <R extends KeyedRow<R>> RowBackend<R> cached(
            RowBackend<R> source, RowBackend<R> by, CacheOptions options) {
        return new CachedBackend<>(source, by, options);
    }

    @SuppressWarnings("unchecked") // rowType() says which kind it is; there is no other
    private static <R extends KeyedRow<R>> RowBackend<R> cast(RowBackend<?> backend) {
        return (RowBackend<R>) backend;
    }
}
