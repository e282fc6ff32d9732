package io.atomflux.examples;

import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;
import java.util.Arrays;
import java.util.SplittableRandom;
import reactor.core.publisher.Flux;

/**
 * Many trajectories of a geometric Brownian motion, dX = µ X dt + σ X dW, computed only as fast as somebody takes them.
 *
 * <p>Steps are those of Euler and Maruyama: X(t + h) = X(t) + µ X(t) h + σ X(t) √h ξ with ξ of the standard normal
 * distribution (Kloeden, Platen, Numerical Solution of Stochastic Differential Equations, 1992, section 9.1). Equal seeds
 * give equal trajectories, also if they are continued from a state in the middle: each step draws from a generator of its
 * own.
 *
 * @param trajectories how many, at least 2
 * @param drift µ, per unit of time
 * @param volatility σ, per square root of it
 * @param start X(0), of all
 * @param step h, positive
 * @param seed of the noise
 */
public record BrownianEnsemble(
        int trajectories, double drift, double volatility, double start, double step, long seed) {

    public BrownianEnsemble {
        if (trajectories < 2 || !(step > 0)) {
            throw new IllegalArgumentException("trajectories %d, step %s (expected: 2 or more, and a positive step)"
                    .formatted(trajectories, step));
        }
    }

    /** Returns the ensemble at each step from the first one, without end; cold. A frame is an array (1, trajectories). */
    public Flux<Sample<NdArray>> samples() {
        double[] states = new double[trajectories];
        Arrays.fill(states, start);
        return samplesFrom(new Sample<>(0, 0, NdArray.of(states, 1, trajectories)));
    }

    /** Returns the ensemble at each step from a given one on, which comes first; see {@link #samples}. */
    public Flux<Sample<NdArray>> samplesFrom(Sample<NdArray> sample) {
        if (!sample.frame().hasShape(1, trajectories)) {
            throw new IllegalArgumentException("states of shape %s (expected: (1, %d))"
                    .formatted(Arrays.toString(sample.frame().shape()), trajectories));
        }
        long stream = new SplittableRandom(seed).nextLong(); // neighbouring seeds get streams far from each other
        return Flux.generate(() -> sample, (now, sink) -> {
            sink.next(now);
            return next(now, new SplittableRandom(stream + now.iteration()));
        });
    }

    private Sample<NdArray> next(Sample<NdArray> now, SplittableRandom random) {
        double[] states = now.frame().toDoubleArray();
        double noise = volatility * Math.sqrt(step);
        for (int i = 0; i < states.length; i++) {
            states[i] += states[i] * (drift * step + noise * random.nextGaussian());
        }
        long iteration = now.iteration() + 1;
        return new Sample<>(iteration, iteration * step, NdArray.of(states, 1, trajectories));
    }

    /** Returns the mean that theory gives, X(0) exp(µ t). */
    public double mean(double time) {
        return start * Math.exp(drift * time);
    }
}
