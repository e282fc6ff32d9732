package io.atomflux.redis;

import io.atomflux.error.StoreClosedException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Counts the running calls of one handle, so that closing can wait for them. */
final class Calls {

    private static final long CLOSED = 1L << 62;

    private final AtomicLong state = new AtomicLong();
    private final Sinks.Empty<Void> idle = Sinks.empty();
    private final String store;

    Calls(String store) {
        this.store = store;
    }

    private @Nullable StoreClosedException enter() {
        if (state.incrementAndGet() > CLOSED) {
            exit();
            return new StoreClosedException(store);
        }
        return null;
    }

    private void exit() {
        if (state.decrementAndGet() == CLOSED) {
            idle.tryEmitEmpty();
        }
    }

    int running() {
        return (int) (state.get() & CLOSED - 1);
    }

    void requireOpen() {
        if (state.get() >= CLOSED) {
            throw new StoreClosedException(store);
        }
    }

    /** Counts a call that ends when its subscriber cancels. */
    <T> Mono<T> reading(Mono<T> call) {
        return Mono.defer(() -> {
            StoreClosedException closed = enter();
            if (closed != null) {
                return Mono.error(closed);
            }
            AtomicBoolean over = new AtomicBoolean();
            return call.doFinally(end -> {
                if (over.compareAndSet(false, true)) {
                    exit();
                }
            });
        });
    }

    /**
     * Counts a call that goes on when its subscriber cancels, until it knows what became of it.
     *
     * @param call is told whether the subscriber has cancelled
     */
    <T> Mono<T> detached(Function<BooleanSupplier, Mono<T>> call) {
        return Mono.create(sink -> {
            StoreClosedException closed = enter();
            if (closed != null) {
                sink.error(closed);
                return;
            }
            AtomicBoolean cancelled = new AtomicBoolean();
            sink.onCancel(() -> cancelled.set(true));
            Mono.defer(() -> call.apply(cancelled::get))
                    .contextWrite(sink.contextView())
                    .doFinally(end -> exit())
                    .singleOptional() // one signal: a value told to a sink nobody asked yet is lost by its completion
                    .subscribe(found -> found.ifPresentOrElse(sink::success, sink::success), failure -> {
                        if (!cancelled.get()) { // else nobody is left to be told
                            sink.error(failure);
                        }
                    });
        });
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
