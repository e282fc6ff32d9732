package io.atomflux.adapter;

import io.atomflux.error.StoreBusyException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/**
 * Lets calls that find a store busy wait without holding a thread.
 *
 * <p>They wait in the order they came, and only the first of them tries again and again; a call that nobody waits before
 * is tried at once. Whoever waited for 30 s is told that the store is busy.
 */
final class Turns {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final String store;
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>(); // guarded by itself; the first one has its turn

    private static final class Turn {
        final Sinks.Empty<Void> come = Sinks.empty();
    }

    Turns(String store) {
        this.store = store;
    }

    <T> Mono<T> patiently(Mono<T> call) {
        return Mono.defer(
                () -> isFree() ? call.onErrorResume(StoreBusyException.class, busy -> waited(call)) : waited(call));
    }

    private boolean isFree() {
        synchronized (waiting) {
            return waiting.isEmpty();
        }
    }

    private <T> Mono<T> waited(Mono<T> call) {
        return Mono.defer(() -> {
            Turn turn = new Turn();
            begin(turn);
            return turn.come
                    .asMono()
                    .then(call.retryWhen(Retry.fixedDelay(Long.MAX_VALUE, PAUSE)
                            .filter(failure -> failure instanceof StoreBusyException)))
                    .timeout(PATIENCE)
                    .onErrorMap(
                            TimeoutException.class,
                            late -> new StoreBusyException(
                                    store, "all readers are taken, by snapshots left open perhaps", late))
                    .doFinally(signal -> end(turn));
        });
    }

    private void begin(Turn turn) {
        boolean first;
        synchronized (waiting) {
            first = waiting.isEmpty();
            waiting.addLast(turn);
        }
        if (first) {
            turn.come.tryEmitEmpty();
        }
    }

    /** Gives the turn to the next, or leaves the queue. */
    private void end(Turn turn) {
        Turn next = null;
        synchronized (waiting) {
            boolean had = waiting.peekFirst() == turn;
            waiting.remove(turn);
            if (had) {
                next = waiting.peekFirst();
            }
        }
        wake(next);
    }

    private static void wake(@Nullable Turn next) {
        if (next != null) {
            next.come.tryEmitEmpty();
        }
    }
}
