package io.atomflux.statistics;

import java.util.Arrays;

/**
 * Bins for values of unknown range: where a value does not fit, bins become twice as wide, as often as needed.
 *
 * <p>A width is a power of two and bin {@code i} begins at {@code i} times the width, so two neighbours, the first of them
 * even, become one of the double width, and nothing counted has to move by a part. The width is always the least one for
 * which all values seen fit; so the result does not depend on their order. It is never below the distance of neighbouring
 * doubles, so {@code i} is exact.
 */
final class GrowingBins implements Bins {

    /** Below it, the factor that makes numbers of bins would exceed a double; only subnormal values differ by less. */
    private static final int LEAST_EXPONENT = Double.MIN_EXPONENT;

    private final long[] counts;
    private boolean spread;
    private double only;
    private long same;
    private int exponent;
    private double perWidth;
    private double first;

    /** Keeps at least two bins, as one cannot hold both sides of zero. */
    GrowingBins(int most) {
        counts = new long[most];
    }

    @Override
    public void add(double value) {
        if (spread) {
            double place = number(value, perWidth) - first;
            if (!(place >= 0 && place < counts.length)) {
                widen(value);
                place = number(value, perWidth) - first;
            }
            counts[(int) place]++;
        } else if (same == 0 || value == only) {
            only = value;
            same++;
        } else {
            start(value);
        }
    }

    /** Returns which bin holds a value, counted from the one that begins at zero. */
    private static double number(double value, double perWidth) {
        double number = Math.floor(value * perWidth);
        return number == 0 && value < 0 ? -1 : number; // a product may be too small to keep its sign
    }

    private void start(double value) {
        spread = true;
        exponent = leastExponent(only);
        first = number(only, Math.scalb(1.0, -exponent));
        counts[0] = same;
        widen(value);
        add(value);
    }

    private static int leastExponent(double value) {
        return Math.max(LEAST_EXPONENT, Math.getExponent(Math.ulp(value)));
    }

    /** Takes the least width for which all bins in use and the one of a value are not too far apart, and moves the counts. */
    private void widen(double value) {
        int from = used(true);
        int to = used(false);
        long before = (long) first;
        int wide = Math.max(exponent, leastExponent(value));
        while (true) {
            double scale = Math.scalb(1.0, -wide);
            int shift = Math.min(wide - exponent, Long.SIZE - 1);
            double place = number(value, scale);
            double low = Math.min((before + from) >> shift, place);
            double high = Math.max((before + to) >> shift, place);
            if (high - low < counts.length) {
                move(from, to, shift, (long) low);
                exponent = wide;
                perWidth = scale;
                first = low;
                return;
            }
            wide++;
        }
    }

    private void move(int from, int to, int shift, long low) {
        long[] old = counts.clone();
        Arrays.fill(counts, 0);
        for (int i = from; i <= to; i++) {
            counts[(int) ((((long) first + i) >> shift) - low)] += old[i];
        }
    }

    /** Returns the first or the last bin that is not empty. */
    private int used(boolean lowest) {
        int at = lowest ? 0 : counts.length - 1;
        while (counts[at] == 0) {
            at += lowest ? 1 : -1;
        }
        return at;
    }

    private static double edge(double number, int exponent) {
        double edge = Math.scalb(number, exponent);
        return Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, edge));
    }

    @Override
    public Histogram result() {
        if (!spread) {
            return same == 0
                    ? Histogram.of(new double[0], new long[0], 0, 0)
                    : Histogram.of(new double[] {only, only}, new long[] {same}, 0, 0);
        }
        int from = used(true);
        int to = used(false);
        double[] edges = new double[to - from + 2];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = edge(first + from + i, exponent);
        }
        return Histogram.of(edges, Arrays.copyOfRange(counts, from, to + 1), 0, 0);
    }
}
