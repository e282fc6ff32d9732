package io.atomflux.memory;

import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Row;

/**
 * Makes stores in memory without a name.
 *
 * <p>They offer everything but {@link io.atomflux.spi.Capability#DURABLE}. A stream keeps order and content of the moment
 * it began, at no cost. Rows are shared, not copied: they are immutable.
 */
public final class MemoryBackend {

    private MemoryBackend() {}

    /** Returns a new, empty store of typed rows that only this backend can reach. */
    public static RowBackend<Row> rows() {
        return new MemoryRows<>(new Place(), MemoryProvider.DEFAULT_GROUP, "memory://", Row.class, false);
    }

    /** Returns a new, empty store of raw rows that only this backend can reach. */
    public static RowBackend<BlobRow> blobs() {
        return new MemoryRows<>(new Place(), MemoryProvider.DEFAULT_GROUP, "memory://", BlobRow.class, false);
    }
}
