package io.atomflux.testkit.net;

import java.util.SplittableRandom;

/** Random numbers of one direction of one connection, so that other connections do not shift them. */
final class Jitter {

    private final SplittableRandom random;

    Jitter(long seed) {
        this.random = new SplittableRandom(seed);
    }

    synchronized long below(long bound) {
        return random.nextLong(bound);
    }
}
