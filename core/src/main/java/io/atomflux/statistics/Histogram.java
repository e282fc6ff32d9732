package io.atomflux.statistics;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.Objects;

/**
 * How many finite values fall into each of some bins of equal width.
 *
 * <p>A bin holds its lower edge and not its upper one, but for the last, which holds both ({@code numpy.histogram} with
 * these edges counts the same). Where a range was asked for, it is cut into that many bins; else the width is the least
 * power of two for which the values fit into the bins allowed, edges are multiples of it, and the first and the last bin
 * are not empty. A key whose values are all equal has one bin of no width.
 *
 * @param edges float64, one more than bins, rising; empty where there are no bins
 * @param counts int64, values per bin
 * @param below finite values below the range that was asked for
 * @param above finite values above the range that was asked for
 */
public record Histogram(NdArray edges, NdArray counts, long below, long above) {

    public Histogram {
        Objects.requireNonNull(edges, "edges");
        Objects.requireNonNull(counts, "counts");
        if (edges.dtype() != DType.FLOAT64 || counts.dtype() != DType.INT64) {
            throw new IllegalArgumentException("types: %s, %s (expected: edges of float64, counts of int64)"
                    .formatted(edges.dtype(), counts.dtype()));
        }
        if (edges.rank() != 1 || edges.size() != (counts.size() == 0 ? 0 : counts.size() + 1)) {
            throw new IllegalArgumentException(
                    "edges: %d (expected: one more than the %d bins)".formatted(edges.size(), counts.size()));
        }
    }

    static Histogram of(double[] edges, long[] counts, long below, long above) {
        return new Histogram(NdArray.of(edges, edges.length), NdArray.of(counts, counts.length), below, above);
    }

    /** Returns the number of bins. */
    public int bins() {
        return counts.size();
    }
}
