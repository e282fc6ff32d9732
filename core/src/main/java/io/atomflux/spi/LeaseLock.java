package io.atomflux.spi;

import java.time.Duration;
import reactor.core.publisher.Mono;

/** Exclusive locks by name, shared by processes; a lock is lost with its holder's life or connection, never kept for ever. */
public interface LeaseLock {

    /**
     * Takes a lock, waiting for it without a thread.
     *
     * <p>Cancelling gives up waiting, or releases what was just taken. Not re-entrant.
     *
     * @param name any text
     * @param wait longest wait
     * @signals {@link io.atomflux.error.StoreBusyException} if another held it all the time, naming who, if known
     */
    Mono<Lease> acquire(String name, Duration wait);

    /** Returns for how long a holder that died may still seem to hold a lock; nothing where the system sees its end. */
    default Duration grace() {
        return Duration.ZERO;
    }

    /** A lock that is held; renewed by itself until released. */
    interface Lease {

        /** Returns a number greater than that of every earlier holder of this name, for fencing. */
        long token();

        /** Completes when the lock is lost without having been released: whatever it protected must stop. */
        Mono<Void> lost();

        /** Gives it back; idempotent, and no error if it was lost. */
        Mono<Void> release();
    }
}
