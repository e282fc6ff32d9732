package io.atomflux.hub.net;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** Whether a subscriber waits for something, and since when; for one subscription. */
final class Demand {

    private final Scheduler scheduler;
    private long outstanding; // guarded by this
    private long since; // guarded by this
    private Sinks.@Nullable Empty<Void> wanted; // guarded by this

    Demand(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.since = now();
    }

    /** Observes what passes between a publisher and its subscriber. */
    <T> Flux<T> of(Flux<T> publisher) {
        return publisher.doOnRequest(this::add).doOnNext(one -> took());
    }

    private void add(long more) {
        Sinks.Empty<Void> waiting;
        synchronized (this) {
            if (outstanding == 0) {
                since = now();
            }
            outstanding = outstanding + more < 0 ? Long.MAX_VALUE : outstanding + more;
            waiting = wanted;
            wanted = null;
        }
        if (waiting != null) {
            waiting.tryEmitEmpty();
        }
    }

    private synchronized void took() {
        if (outstanding != Long.MAX_VALUE) {
            outstanding--;
        }
        since = now();
    }

    /** Completes once the subscriber waits for something; cold. */
    Mono<Void> any() {
        return Mono.defer(() -> {
            synchronized (this) {
                if (outstanding > 0) {
                    return Mono.empty();
                }
                Sinks.Empty<Void> waiting = wanted == null ? Sinks.empty() : wanted;
                wanted = waiting;
                return waiting.asMono();
            }
        });
    }

    /** Returns since when the subscriber waits without anything coming, in the scheduler's milliseconds. */
    synchronized long since() {
        return since;
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }
}
