package io.atomflux.benchmarks;

import java.util.Arrays;

/** Durations of repeated runs in nanoseconds; for one thread. */
final class Samples {

    private long[] spans = new long[64];
    private int count;

    void add(long nanos) {
        if (count == spans.length) {
            spans = Arrays.copyOf(spans, count * 2);
        }
        spans[count++] = nanos;
    }

    int count() {
        return count;
    }

    double medianSeconds() {
        return quantileSeconds(0.5);
    }

    double quantileSeconds(double q) {
        long[] sorted = Arrays.copyOf(spans, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1, Math.floor(q * count))] * 1e-9;
    }
}
