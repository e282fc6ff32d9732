package io.atomflux.loader;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What shall become a batch, or a failure in its place.
 *
 * @param samples in the order of the epoch
 * @param after slots of the epoch that are used up after the step
 * @param repeated how many of the last samples come from the beginning of the epoch again
 * @param failure what went wrong instead; null for nothing
 */
record Draft(
        List<Fetched> samples,
        long after,
        int repeated,
        @Nullable Throwable failure) {

    static Draft failed(Throwable failure) {
        return new Draft(List.of(), 0, 0, failure);
    }

    /** Returns this with other samples in the same places. */
    Draft with(List<Fetched> others) {
        return new Draft(others, after, repeated, failure);
    }
}
