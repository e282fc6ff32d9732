package io.atomflux.loader;

import java.util.Arrays;

/**
 * Deals slots out to sources by their weights, periodically.
 *
 * <p>The period D is the least number up to {@value #LONGEST} for which each share times D is within 1e-9 D of an integer, and not
 * below 1/2. If there is none, D is {@value #LONGEST}: each source has the integer below its share, but at least 1; what is left goes to those
 * that lost most, of equal ones to the first, one each; what is too much is taken from the largest, of equal ones from the first, one at a time.
 *
 * <p>Within a period, the number of slots that a source had differs, at each slot, from its share by less than 1. With m sources, n(i) slots of the D, and
 * x(i) of them dealt so far, slot t (from 1) goes to one with {@code (n(i) t / D - x(i)) (2 m - 2) >= 1}, of these to that with the least
 * {@code (1 - 1 / (2 m - 2) - n(i) t / D + x(i)) / n(i)}, of equal ones the first. Source: Tijdeman, "The chairman assignment
 * problem", Discrete Mathematics 32 (1980), 323–330.
 *
 * <p>Immutable.
 */
final class Dealing {

    static final int LONGEST = 65_536;

    /** More slots than an epoch may have. */
    static final long BEYOND = 2 * (Permutation.MOST - 1);

    private static final double EXACT = 1e-9;

    private final int period;
    private final int[] counts;
    private final short[] sources;
    private final int[] ranks;
    private final int[][] places;

    Dealing(double[] weights) {
        this.counts = counts(weights);
        this.period = Arrays.stream(counts).sum();
        this.sources = dealt(counts, period);
        this.ranks = new int[period];
        this.places = new int[counts.length][];
        for (int i = 0; i < counts.length; i++) {
            places[i] = new int[counts[i]];
        }
        int[] seen = new int[counts.length];
        for (int t = 0; t < period; t++) {
            int source = sources[t];
            ranks[t] = seen[source];
            places[source][seen[source]++] = t;
        }
    }

    private static int[] counts(double[] weights) {
        double sum = 0; // a stream may add in another order
        for (double weight : weights) {
            sum += weight;
        }
        double[] shares = new double[weights.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = weights[i] / sum;
        }
        for (int period = 1; period <= LONGEST; period++) {
            if (isExact(shares, period)) {
                int[] counts = new int[shares.length];
                for (int i = 0; i < counts.length; i++) {
                    counts[i] = (int) Math.rint(shares[i] * period);
                }
                return counts;
            }
        }
        return rounded(shares);
    }

    private static boolean isExact(double[] shares, int period) {
        for (double share : shares) {
            double slots = share * period;
            if (slots < 0.5 || Math.abs(slots - Math.rint(slots)) > EXACT * period) {
                return false;
            }
        }
        return true;
    }

    private static int[] rounded(double[] shares) {
        int[] counts = new int[shares.length];
        double[] lost = new double[shares.length];
        int left = LONGEST;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.max(1, (int) (shares[i] * LONGEST));
            lost[i] = shares[i] * LONGEST - counts[i];
            left -= counts[i];
        }
        for (; left > 0; left--) {
            int most = 0;
            for (int i = 1; i < lost.length; i++) {
                most = lost[i] > lost[most] ? i : most;
            }
            counts[most]++;
            lost[most]--;
        }
        for (; left < 0; left++) {
            int largest = 0;
            for (int i = 1; i < counts.length; i++) {
                largest = counts[i] > counts[largest] ? i : largest;
            }
            counts[largest]--;
        }
        return counts;
    }

    private static short[] dealt(int[] counts, int period) {
        short[] sources = new short[period];
        if (counts.length == 1) {
            return sources;
        }
        long spread = 2L * counts.length - 2;
        long[] owed = new long[counts.length]; // times the period
        for (int t = 0; t < period; t++) {
            int next = -1;
            long slack = 0;
            for (int i = 0; i < counts.length; i++) {
                owed[i] += counts[i];
                if (owed[i] * spread >= period) {
                    long other = (spread - 1) * period - spread * owed[i];
                    if (next < 0 || other * counts[next] < slack * counts[i]) {
                        next = i;
                        slack = other;
                    }
                }
            }
            sources[t] = (short) next;
            owed[next] -= period;
        }
        return sources;
    }

    /** Returns after how many slots it repeats. */
    int period() {
        return period;
    }

    /** Returns how many slots of a period a source has. */
    int count(int source) {
        return counts[source];
    }

    /** Returns which source has a slot. */
    int source(long slot) {
        return sources[(int) (slot % period)];
    }

    /** Returns how many slots before this one the source that has it had. */
    long rank(long slot) {
        int within = (int) (slot % period);
        return slot / period * counts[sources[within]] + ranks[within];
    }

    /** Returns the slot of a source before which it had a number of them, or {@link #BEYOND} if it is not below that. */
    long slot(int source, long rank) {
        int count = counts[source];
        long periods = rank / count;
        return periods >= BEYOND / period ? BEYOND : periods * period + places[source][(int) (rank % count)];
    }
}
