package io.atomflux.statistics;

import java.util.Objects;

/**
 * Moments of some values and how they are distributed.
 *
 * @param moments of all values
 * @param histogram of the finite ones
 */
public record Distribution(Moments moments, Histogram histogram) {

    public Distribution {
        Objects.requireNonNull(moments, "moments");
        Objects.requireNonNull(histogram, "histogram");
    }
}
