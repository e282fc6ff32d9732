package io.atomflux.examples;

import io.atomflux.value.NdArray;
import java.util.Locale;

/**
 * Describes atoms of one element in a cubic box by how many pairs there are at which distance: the weights of these numbers in
 * the energy are the pair potential on a grid, between whose points it is a straight line.
 */
final class PairPotential {

    private static final double FIRST = 3.0; // Å; closer than argon at any temperature of interest gets
    private static final double STEP = 0.1;
    private static final double CUTOFF = 8.5;
    private static final int POINTS = (int) Math.round((CUTOFF - FIRST) / STEP);

    static final int FEATURES = POINTS + 1;

    private PairPotential() {}

    /**
     * Counts pairs; one between two points of the grid belongs to both, to the closer one more.
     *
     * @param positions in Å (n, 3)
     * @param cell vectors of the periodic box in Å (3, 3), of which the first has the length of all
     * @return per atom, the nearest distance first; behind them a 1, whose weight is what all frames have in common
     */
    static double[] describe(NdArray positions, NdArray cell) {
        double edge = cell.doubleAt(0);
        double[] x = positions.toDoubleArray();
        double perAtom = 3.0 / x.length;
        double[] pairs = new double[FEATURES];
        for (int i = 0; i < x.length; i += 3) {
            for (int j = i + 3; j < x.length; j += 3) {
                double square = 0;
                for (int axis = 0; axis < 3; axis++) {
                    double difference = x[i + axis] - x[j + axis];
                    difference -= edge * Math.rint(difference / edge);
                    square += difference * difference;
                }
                if (square < CUTOFF * CUTOFF) {
                    double place = Math.max(0, (Math.sqrt(square) - FIRST) / STEP);
                    int point = Math.min((int) place, POINTS - 1);
                    pairs[point] += (1 - (place - point)) * perAtom;
                    if (point + 1 < POINTS) { // at the cutoff the potential is 0
                        pairs[point + 1] += (place - point) * perAtom;
                    }
                }
            }
        }
        pairs[POINTS] = 1;
        return pairs;
    }

    /** Tells where a potential is lowest, and how low. */
    static String well(double[] weights, int atoms) {
        int lowest = 0;
        for (int i = 1; i < POINTS; i++) {
            lowest = weights[i] < weights[lowest] ? i : lowest;
        }
        return String.format(Locale.ROOT, "%.1f Å, %.4f eV", FIRST + STEP * lowest, weights[lowest] / atoms);
    }
}
