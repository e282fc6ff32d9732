package io.atomflux.testkit.net;

import java.time.Duration;

/** How long messages of one direction are held: always the base, and a random part of the spread. */
record Latency(Duration base, Duration spread) {

    static final Latency NONE = new Latency(Duration.ZERO, Duration.ZERO);

    Latency {
        if (base.isNegative() || spread.isNegative()) {
            throw new IllegalArgumentException(
                    "latency: %s and up to %s (expected: neither negative)".formatted(base, spread));
        }
    }

    long next(Jitter jitter) {
        return base.toNanos() + (spread.isZero() ? 0 : jitter.below(spread.toNanos()));
    }
}
