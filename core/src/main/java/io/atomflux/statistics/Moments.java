package io.atomflux.statistics;

/**
 * Number, mean, variance and range of some values; those that are not finite are counted apart.
 *
 * <p>The variance is the mean square of the distances from the mean ({@code numpy.var} with its default {@code ddof=0}).
 * Both are right to nearly all digits also where the mean is far larger than the spread. They are not finite only if
 * distances or their squares exceed what a double holds, and not a number if {@link #count} is 0, as the range then is.
 *
 * @param count finite values
 * @param mean of the finite values
 * @param variance of the finite values
 * @param least of the finite values
 * @param greatest of the finite values
 * @param nans values that are not a number
 * @param infinities values that are infinite and positive
 * @param negativeInfinities values that are infinite and negative
 */
public record Moments(
        long count,
        double mean,
        double variance,
        double least,
        double greatest,
        long nans,
        long infinities,
        long negativeInfinities) {

    /** Returns the square root of the variance, in the unit of the values. */
    public double standardDeviation() {
        return Math.sqrt(variance);
    }

    /** Returns how many values are not finite. */
    public long notFinite() {
        return nans + infinities + negativeInfinities;
    }
}
