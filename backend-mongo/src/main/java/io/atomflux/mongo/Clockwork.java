package io.atomflux.mongo;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Time and chance; real, or as a test wants them.
 *
 * @param scheduler runs what is due later
 * @param nanos a clock that never goes back
 * @param random numbers from 0 to 1
 */
record Clockwork(Scheduler scheduler, LongSupplier nanos, DoubleSupplier random) {

    static final Clockwork SYSTEM = new Clockwork(
            Schedulers.parallel(),
            System::nanoTime,
            () -> ThreadLocalRandom.current().nextDouble());

    private static final long FIRST_PAUSE_NANOS = 5_000_000;
    private static final int MOST_DOUBLINGS = 7;

    long now() {
        return nanos.getAsLong();
    }

    long after(Duration duration) {
        return now() + duration.toNanos();
    }

    boolean isPast(long moment) {
        return now() - moment >= 0;
    }

    /** Waits before try number {@code round} + 2: up to 5 ms, doubled for each round, up to 640 ms. */
    Mono<Long> pause(int round) {
        return Mono.defer(() -> Mono.delay(
                Duration.ofNanos(
                        (long) (random.getAsDouble() * (FIRST_PAUSE_NANOS << Math.min(round, MOST_DOUBLINGS)))),
                scheduler));
    }

    /** Returns a duration up to a quarter shorter or longer. */
    Duration about(Duration duration) {
        return Duration.ofNanos((long) (duration.toNanos() * (0.75 + 0.5 * random.getAsDouble())));
    }
}
