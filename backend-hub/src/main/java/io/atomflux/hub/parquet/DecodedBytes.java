package io.atomflux.hub.parquet;

import io.atomflux.error.LimitExceededException;

/** Counts the bytes of decoded pages that the columns of one row group hold together. */
final class DecodedBytes {

    private static final long MOST = 1L << 30;

    private final long limit = Math.min(MOST, Runtime.getRuntime().maxMemory() / 2);
    private long held;

    /** Takes note of bytes before they are allocated, or after they were let go. */
    void change(long bytes, Place place) {
        if (bytes > 0 && held + bytes > limit) {
            throw new LimitExceededException(
                    "decoded bytes of one page of each column, at " + place.text(),
                    held + bytes,
                    limit,
                    "read fewer columns at a time, or give the process a larger heap");
        }
        held += bytes;
    }
}
