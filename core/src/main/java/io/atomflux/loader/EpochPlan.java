package io.atomflux.loader;

import java.util.List;

/**
 * All that decides which sample stands where in an epoch.
 *
 * @param epoch number of the epoch
 * @param seed decides the order
 * @param sources where samples come from
 * @param end when a mixture ends
 * @param samples how many samples a mixture gives that ends by their number; else 0
 */
record EpochPlan(long epoch, long seed, List<SourcePlan> sources, MixtureEnd end, long samples) {
    EpochPlan {
        sources = List.copyOf(sources);
    }
}
