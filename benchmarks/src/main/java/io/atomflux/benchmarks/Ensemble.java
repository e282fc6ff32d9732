package io.atomflux.benchmarks;

import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An ensemble of Brownian motions: the frames of one chunk, again and again.
 *
 * @param trajectories of a frame (1, trajectories)
 * @param samples how many in all, whole chunks
 * @param frames of a chunk
 */
record Ensemble(int trajectories, int samples, List<NdArray> frames) {

    static Ensemble of(int trajectories, int chunk, int megabytes) {
        Walk walk = new Walk(trajectories);
        List<NdArray> frames = new ArrayList<>();
        for (int t = 0; t < chunk; t++) {
            walk.step();
            frames.add(walk.state());
        }
        long chunks = Math.max(1, megabytes * 1_000_000L / ((long) Double.BYTES * trajectories * chunk));
        return new Ensemble(trajectories, Math.toIntExact(chunks * chunk), frames);
    }

    int chunk() {
        return frames.size();
    }

    /** Returns one of so many chunks. */
    Ensemble chunks(int count) {
        return new Ensemble(trajectories, Math.min(samples, count * chunk()), frames);
    }

    /** Returns a fraction of it, at least a chunk. */
    Ensemble part(int divisor) {
        return chunks(Math.max(1, samples / chunk() / divisor));
    }

    Sample<NdArray> sample(int t) {
        return new Sample<>(t, t * 0.01, frames.get(t % chunk()));
    }

    double megabytes() {
        return 1e-6 * Double.BYTES * trajectories * samples;
    }

    /** Returns megabytes per second. */
    double rate(double seconds) {
        return megabytes() / seconds;
    }

    /** One motion that goes on. */
    static final class Walk {

        private final SplittableRandom random = new SplittableRandom(7);
        private final double[] state;

        Walk(int trajectories) {
            state = new double[trajectories];
        }

        void step() {
            for (int i = 0; i < state.length; i++) {
                state[i] += 0.1 * random.nextGaussian();
            }
        }

        NdArray state() {
            return NdArray.of(state, 1, state.length);
        }

        /** Steps and returns what is new. */
        double[] next() {
            step();
            return state.clone();
        }
    }
}
