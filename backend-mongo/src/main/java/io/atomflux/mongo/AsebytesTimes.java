package io.atomflux.mongo;

import java.time.Duration;

/**
 * How long things take; none of these bears on safety.
 *
 * @param deadline how long a write asks what became of it, or tries again after losing to another
 * @param stale how long an unfinished write may show no life before it is swept, by the server's clock
 * @param retention how long replaced rows stay for whoever found them before; at least Python's cache of a second
 * @param sweepEvery how often a writer looks for what to sweep
 * @param poll how often followers look for changes
 */
record AsebytesTimes(Duration deadline, Duration stale, Duration retention, Duration sweepEvery, Duration poll) {

    static AsebytesTimes of(MongoOptions options) {
        return new AsebytesTimes(
                options.deadline(),
                options.sweepAfter(),
                options.retention(),
                Duration.ofMinutes(5),
                options.pollEvery());
    }
}
