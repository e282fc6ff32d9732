package io.atomflux.spi;

import java.util.Objects;

/**
 * What a stream of rows shall read.
 *
 * @param selection which rows; resolved in the snapshot of the first batch
 * @param columns which keys
 * @param snapshot whether all batches shall be one snapshot, at whatever cost to the engine; only where the backend is
 *     capable of {@link Capability#SNAPSHOT}
 */
public record ReadRequest(Selection selection, Columns columns, boolean snapshot) {
    public ReadRequest {
        Objects.requireNonNull(selection, "selection");
        Objects.requireNonNull(columns, "columns");
    }

    /** Returns a request that reads batch by batch. */
    public static ReadRequest of(Selection selection, Columns columns) {
        return new ReadRequest(selection, columns, false);
    }
}
