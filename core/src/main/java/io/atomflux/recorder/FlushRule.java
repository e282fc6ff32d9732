package io.atomflux.recorder;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * When samples are flushed, beside whole chunks.
 *
 * @param bytes how many bytes a buffer may hold
 * @param oldest how old a buffered sample may become
 * @param scheduler has timers
 * @param clock nanoseconds, never going back
 */
record FlushRule(long bytes, @Nullable Duration oldest, Scheduler scheduler, LongSupplier clock) {

    boolean isTimed() {
        return oldest != null;
    }

    /** Returns how old a sample may become, in nanoseconds. */
    long every() {
        return oldest == null ? Long.MAX_VALUE : oldest.toNanos();
    }

    long now() {
        return clock.getAsLong();
    }
}
