package io.atomflux.examples;

/** Lengths and angles between atoms; coordinates stand x, y, z after each other. */
final class Geometry {

    private Geometry() {}

    static double distance(double[] x, int i, int j) {
        double[] d = difference(x, i, j);
        return Math.sqrt(dot(d, d));
    }

    /** Returns the cosine of the angle at j. */
    static double cosine(double[] x, int i, int j, int k) {
        return cosine(difference(x, j, i), difference(x, j, k));
    }

    /** Returns the cosine of the angle between the planes of i, j, k and j, k, l. */
    static double torsion(double[] x, int i, int j, int k, int l) {
        double[] axis = difference(x, j, k);
        return cosine(cross(difference(x, i, j), axis), cross(axis, difference(x, k, l)));
    }

    private static double[] difference(double[] x, int i, int j) {
        return new double[] {x[3 * j] - x[3 * i], x[3 * j + 1] - x[3 * i + 1], x[3 * j + 2] - x[3 * i + 2]};
    }

    private static double[] cross(double[] a, double[] b) {
        return new double[] {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }

    private static double cosine(double[] a, double[] b) {
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    }
}
