package io.atomflux.hub.net;

import io.atomflux.error.StoreBusyException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** Lets a bounded number of requests run at once; others wait in the order they came. For many threads. */
final class Permits {

    private static final int LONGEST_QUEUE = 10_000;

    private final String store;
    private final int most;
    private final Duration patience;
    private final Scheduler scheduler;
    private final Set<Ticket> waiting = new LinkedHashSet<>(); // guarded by this
    private int running; // guarded by this

    Permits(String store, int most, Duration patience, Scheduler scheduler) {
        this.store = store;
        this.most = most;
        this.patience = patience;
        this.scheduler = scheduler;
    }

    /**
     * Runs work when there is room for it, and makes room when it ends in whatever way.
     *
     * @return cold
     * @signals StoreBusyException if the queue is full, or there was no room for long
     */
    <T> Flux<T> with(Supplier<Flux<T>> work) {
        return Flux.defer(() -> {
            Ticket ticket = new Ticket();
            return granted(ticket).thenMany(Flux.defer(work)).doFinally(signal -> end(ticket));
        });
    }

    synchronized int running() {
        return running;
    }

    synchronized int queued() {
        return waiting.size();
    }

    private Mono<Void> granted(Ticket ticket) {
        return Mono.defer(() -> {
            synchronized (this) {
                if (ticket.ended) {
                    return Mono.never(); // given up by another thread meanwhile
                }
                if (running < most) {
                    running++;
                    ticket.held = true;
                    return Mono.empty();
                }
                if (waiting.size() >= LONGEST_QUEUE) {
                    return Mono.error(busy("%d requests run and %d wait".formatted(running, waiting.size())));
                }
                waiting.add(ticket);
            }
            return ticket.turn
                    .asMono()
                    .timeout(
                            patience,
                            Mono.error(() -> busy(
                                    "%d requests have been running for %d s, and this one may not run beside them (streams that are"
                                                    .formatted(most, patience.toSeconds())
                                            + " open but not read count, too)")),
                            scheduler);
        });
    }

    private StoreBusyException busy(String problem) {
        return new StoreBusyException(
                store, problem + "; read fewer things at once, or allow more parallel requests", null);
    }

    private void end(Ticket ticket) {
        Ticket next = null;
        synchronized (this) {
            ticket.ended = true;
            if (!ticket.held) {
                waiting.remove(ticket);
                return;
            }
            ticket.held = false;
            var first = waiting.iterator();
            if (first.hasNext()) {
                next = first.next();
                first.remove();
                next.held = true; // running stays as it is: the permit is handed on
            } else {
                running--;
            }
        }
        if (next != null) {
            // Outside of the lock: the next request starts on this thread. One that was cancelled meanwhile gives back
            // in end().
            next.turn.tryEmitEmpty();
        }
    }

    private static final class Ticket {
        private final Sinks.Empty<Void> turn = Sinks.empty();
        private boolean held; // guarded by the permits
        private boolean ended; // guarded by the permits
    }
}
