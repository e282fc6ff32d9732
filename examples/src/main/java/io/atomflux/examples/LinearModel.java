package io.atomflux.examples;

import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.Arrays;
import java.util.Objects;

/**
 * A number as the sum of features times weights, which are learnt by Adam (D. P. Kingma and J. Ba, ICLR 2015, algorithm 1).
 *
 * <p>Features and the number are taken relative to their means. Only what is rounded alike everywhere is computed, so equal
 * batches in equal order give equal weights, bit by bit, on any machine. Not for several threads.
 */
public final class LinearModel {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;

    private final double[] center;
    private final double mean;
    private final double[] weights;
    private final double[] slope;
    private final double[] square;
    private long steps;

    private LinearModel(double[] center, double mean, double[] weights, double[] slope, double[] square, long steps) {
        this.center = center;
        this.mean = mean;
        this.weights = weights;
        this.slope = slope;
        this.square = square;
        this.steps = steps;
    }

    /** Returns the model without weights, which predicts the mean. */
    public static LinearModel around(double[] center, double mean) {
        int n = center.length;
        return new LinearModel(center.clone(), mean, new double[n], new double[n], new double[n], 0);
    }

    /** Returns a model that goes on as the one that {@link #toRow} was called of. */
    public static LinearModel of(Row row) {
        return new LinearModel(
                numbers(row, "center"),
                Objects.requireNonNull(row.get("mean", Double.class)),
                numbers(row, "weights"),
                numbers(row, "slope"),
                numbers(row, "square"),
                Objects.requireNonNull(row.get("steps", Long.class)));
    }

    private static double[] numbers(Row row, String key) {
        return Objects.requireNonNull(row.get(key, NdArray.class), key).toDoubleArray();
    }

    /** Returns all that it takes to go on. */
    public Row toRow() {
        return Row.builder()
                .put("center", NdArray.of(center.clone(), center.length))
                .put("mean", mean)
                .put("weights", NdArray.of(weights.clone(), weights.length))
                .put("slope", NdArray.of(slope.clone(), slope.length))
                .put("square", NdArray.of(square.clone(), square.length))
                .put("steps", steps)
                .build();
    }

    public double predict(double[] features) {
        double sum = mean;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * (features[i] - center[i]);
        }
        return sum;
    }

    /**
     * Learns from a batch: one step along the gradient of half of the mean squared error.
     *
     * @param rate about how far a weight may go
     */
    public void learn(double[][] features, double[] targets, double rate) {
        double[] gradient = new double[weights.length];
        for (int n = 0; n < targets.length; n++) {
            double error = predict(features[n]) - targets[n];
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] += error * (features[n][i] - center[i]) / targets.length;
            }
        }
        steps++;
        double scale1 = 1 - StrictMath.pow(BETA1, steps);
        double scale2 = 1 - StrictMath.pow(BETA2, steps);
        for (int i = 0; i < weights.length; i++) {
            slope[i] = BETA1 * slope[i] + (1 - BETA1) * gradient[i];
            square[i] = BETA2 * square[i] + (1 - BETA2) * gradient[i] * gradient[i];
            weights[i] -= rate * (slope[i] / scale1) / (Math.sqrt(square[i] / scale2) + 1e-8);
        }
    }

    /** Returns how many batches it has learnt from. */
    public long steps() {
        return steps;
    }

    /** Returns a number that tells models apart whose weights differ in a single bit. */
    public String fingerprint() {
        return "%08x".formatted(Arrays.hashCode(weights));
    }
}
