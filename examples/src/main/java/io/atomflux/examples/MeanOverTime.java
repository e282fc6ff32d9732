package io.atomflux.examples;

import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;

/**
 * The mean of an ensemble at one time, and how far the true one may be from it.
 *
 * @param time of the ensemble
 * @param mean of its trajectories
 * @param halfWidth half of the interval that holds the true mean with a probability of 95 %
 */
record MeanOverTime(double time, double mean, double halfWidth) {

    // The interval of the normal distribution that holds 95 % of it.
    private static final double NORMAL_95 = 1.96;

    static MeanOverTime of(Sample<NdArray> sample) {
        double[] states = sample.frame().toDoubleArray();
        double sum = 0;
        for (double state : states) {
            sum += state;
        }
        double mean = sum / states.length;
        double squares = 0;
        for (double state : states) {
            squares += (state - mean) * (state - mean);
        }
        double deviation = Math.sqrt(squares / (states.length - 1));
        return new MeanOverTime(sample.time(), mean, NORMAL_95 * deviation / Math.sqrt(states.length));
    }
}
