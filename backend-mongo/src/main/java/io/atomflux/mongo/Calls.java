package io.atomflux.mongo;

import io.atomflux.error.StoreClosedException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Counts the calls that run on one handle, so that closing it can wait for them and refuse later ones. */
final class Calls {

    private static final long CLOSED = 1L << 62;

    private final String name;
    private final AtomicLong running = new AtomicLong(); // and the mark CLOSED
    private final Sinks.One<Boolean> closing = Sinks.one();
    private final Sinks.Empty<Void> ended = Sinks.empty();

    Calls(String name) {
        this.name = name;
    }

    /** Runs a call when subscribed, unless the handle is closed by then. */
    <T> Mono<T> call(Supplier<Mono<T>> call) {
        return Mono.usingWhen(
                Mono.fromSupplier(this::enter), entered -> call.get(), entered -> Mono.fromRunnable(this::leave));
    }

    private boolean enter() {
        if ((running.getAndIncrement() & CLOSED) != 0) {
            leave();
            throw new StoreClosedException(name);
        }
        return true;
    }

    private void leave() {
        if (running.decrementAndGet() == CLOSED) {
            ended.tryEmitEmpty();
        }
    }

    /** Signals once the handle begins to close. */
    Mono<Boolean> closing() {
        return closing.asMono();
    }

    /** Closes when subscribed; completes when no call runs. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            long before = running.getAndUpdate(now -> now | CLOSED);
            if (before == 0) {
                ended.tryEmitEmpty();
            }
            closing.tryEmitValue(true);
            return ended.asMono();
        });
    }
}
