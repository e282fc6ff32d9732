package io.atomflux.adapter;

import io.atomflux.error.StoreClosedException;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Counts the running calls of one handle, so that closing can wait for them; never blocks. */
final class InFlight {

    private static final long CLOSED = 1L << 62;

    private final AtomicLong state = new AtomicLong();
    private final Sinks.Empty<Void> idle = Sinks.empty();
    private final String store;

    InFlight(String store) {
        this.store = store;
    }

    /**
     * Begins a call.
     *
     * @throws StoreClosedException if closing has begun
     */
    void enter() {
        if (state.incrementAndGet() > CLOSED) {
            exit();
            throw new StoreClosedException(store);
        }
    }

    /** Begins one more call inside a running one, also while closing waits for that. */
    void enterWithin() {
        state.incrementAndGet();
    }

    /** Ends a call. */
    void exit() {
        if (state.decrementAndGet() == CLOSED) {
            idle.tryEmitEmpty();
        }
    }

    int running() {
        return (int) (state.get() & CLOSED - 1);
    }

    /** Refuses calls from now on; tells whether this was the first time. */
    boolean close() {
        while (true) {
            long now = state.get();
            if (now >= CLOSED) {
                return false;
            }
            if (state.compareAndSet(now, now + CLOSED)) {
                if (now == 0) {
                    idle.tryEmitEmpty();
                }
                return true;
            }
        }
    }

    /** Completes when closed and all running calls have ended. */
    Mono<Void> whenIdle() {
        return idle.asMono();
    }
}
