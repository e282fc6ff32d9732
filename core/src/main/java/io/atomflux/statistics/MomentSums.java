package io.atomflux.statistics;

/**
 * Gathers moments; for one thread.
 *
 * <p>All is kept relative to the first value, so that nothing is lost where a mean is large and the spread small. Blocks
 * are summed in two passes and merged: T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample
 * variance", The American Statistician 37 (1983) 242, equations 2.1; a single value is the block of one, which is Welford's
 * rule.
 */
final class MomentSums {

    /** Values summed in one go: so few that the sum itself stays exact to a few units of the last place. */
    private static final int BLOCK = 1024;

    private long count;
    private double origin;
    private double mean;
    private double squares;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private long nans;
    private long infinities;
    private long negativeInfinities;

    static boolean isFinite(double value) {
        return Math.abs(value) <= Double.MAX_VALUE;
    }

    void add(double value) {
        if (!isFinite(value)) {
            addOther(value);
            return;
        }
        if (count == 0) {
            origin = value;
        }
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
        double distance = value - origin;
        double delta = distance - mean;
        count++;
        mean += delta / count;
        squares += delta * (distance - mean);
    }

    /** Adds every {@code step}-th value from a place on, before an end. */
    void add(double[] values, int from, int end, int step) {
        int stride = BLOCK * step;
        for (int start = from; start < end; start += stride) {
            addBlock(values, start, Math.min(end, start + stride), step);
        }
    }

    private void addBlock(double[] values, int from, int end, int step) {
        long found = 0;
        double sum = 0;
        double low = least;
        double high = greatest;
        for (int i = from; i < end; i += step) {
            double value = values[i];
            if (!isFinite(value)) {
                addOther(value);
                continue;
            }
            if (count + found == 0) {
                origin = value;
            }
            found++;
            sum += value - origin;
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        if (found == 0) {
            return;
        }
        least = low;
        greatest = high;
        double blockMean = sum / found;
        double blockSquares = 0;
        double rest = 0; // what rounding left of a sum that should be zero
        for (int i = from; i < end; i += step) {
            if (isFinite(values[i])) {
                double distance = values[i] - origin - blockMean;
                blockSquares += distance * distance;
                rest += distance;
            }
        }
        merge(found, blockMean, Math.max(0, blockSquares - rest * rest / found));
    }

    private void merge(long found, double blockMean, double blockSquares) {
        double total = (double) count + found;
        double delta = blockMean - mean;
        squares += blockSquares + delta * delta * (count * (found / total));
        mean += delta * (found / total);
        count += found;
    }

    private void addOther(double value) {
        if (Double.isNaN(value)) {
            nans++;
        } else if (value > 0) {
            infinities++;
        } else {
            negativeInfinities++;
        }
    }

    long count() {
        return count;
    }

    /** Returns the mean; zero before the first value. */
    double mean() {
        return origin + mean;
    }

    /** Returns the sum of the squares of the distances from the mean. */
    double squares() {
        return squares;
    }

    double least() {
        return least;
    }

    double greatest() {
        return greatest;
    }

    Moments result() {
        return count == 0
                ? new Moments(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, nans, infinities, negativeInfinities)
                : new Moments(count, mean(), squares / count, least, greatest, nans, infinities, negativeInfinities);
    }
}
