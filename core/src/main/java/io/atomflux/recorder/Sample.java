package io.atomflux.recorder;

import java.util.Objects;

/**
 * The state of a simulation at one time.
 *
 * @param iteration number of the step, counted by the simulation from 0
 * @param time time of the state, in the simulation's own unit; finite
 * @param frame the state: an array, measurements by name, or a structure
 * @param <F> the kind of frame
 */
public record Sample<F>(long iteration, double time, F frame) {

    public Sample {
        if (iteration < 0) {
            throw new IllegalArgumentException("iteration: %d (expected: 0 or more)".formatted(iteration));
        }
        if (!Double.isFinite(time)) {
            throw new IllegalArgumentException("time: %s (expected: a finite number)".formatted(time));
        }
        Objects.requireNonNull(frame, "frame");
    }
}
