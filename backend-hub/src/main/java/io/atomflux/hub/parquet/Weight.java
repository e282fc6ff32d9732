package io.atomflux.hub.parquet;

import io.atomflux.error.LimitExceededException;

/** About how many bytes the values read so far take. */
final class Weight {

    private static final long LARGEST_ROW = 1L << 30;

    private final long limit = Math.min(LARGEST_ROW, Runtime.getRuntime().maxMemory() / 4);
    private final Place place;
    private long total;
    private long rowStart;

    Weight(Place place) {
        this.place = place;
    }

    void startRow() {
        rowStart = total;
    }

    /** Adds the bytes of one value. */
    void add(long bytes) {
        total += bytes;
        // Runs of absent values take almost no bytes in the file, but some in a list.
        if (total - rowStart > limit) {
            throw new LimitExceededException(
                    "bytes of one row in " + place.text(), total - rowStart, limit, "read fewer columns");
        }
    }

    long total() {
        return total;
    }
}
