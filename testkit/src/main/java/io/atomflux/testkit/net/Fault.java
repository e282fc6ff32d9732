package io.atomflux.testkit.net;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A fault that waits for its requests; stays until it has hit as often as it may, or is removed. */
public final class Fault {

    private final When when;
    private final Reaction reaction;
    private final SplittableRandom random;
    private long seen; // guarded by this, as are the next two
    private long fired;
    private boolean removed;

    Fault(When when, Reaction reaction, long seed) {
        this.when = when;
        this.reaction = reaction;
        this.random = new SplittableRandom(seed);
    }

    /** Returns what to do with a request, or null if this fault leaves it alone. */
    synchronized @Nullable Reaction consider(Request request) {
        if (removed || fired >= when.times() || !when.matches(request) || ++seen <= when.skipped()) {
            return null;
        }
        if (when.probability() < 1 && random.nextDouble() >= when.probability()) {
            return null;
        }
        fired++;
        notifyAll();
        return reaction;
    }

    /** Returns how many requests were hit. */
    public synchronized long fired() {
        return fired;
    }

    /**
     * Waits until so many requests were hit.
     *
     * @throws AssertionError if that took too long
     */
    public synchronized void awaitFired(long times, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (fired < times) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("requests hit: %d (expected: %d within %s)".formatted(fired, times, patience));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Ends this fault; what it has begun goes on. */
    public synchronized void remove() {
        removed = true;
    }
}
