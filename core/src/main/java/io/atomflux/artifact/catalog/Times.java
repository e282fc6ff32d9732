package io.atomflux.artifact.catalog;

import io.atomflux.value.Bytes;

/** Times in milliseconds since 1970 as values of a catalog. */
final class Times {

    private Times() {}

    /** Reads the time that stands in the first eight bytes of a value. */
    static long of(Bytes value) {
        return value.asBuffer().getLong(0);
    }
}
