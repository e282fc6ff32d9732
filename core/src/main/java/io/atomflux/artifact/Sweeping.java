package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.SweepReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Sweeps now and then while a store is put to: at most every half retention, one at a time, beside the puts, which do not
 * wait for it. What failed is told by the next report somebody asks for.
 */
final class Sweeping {

    private static final Duration SELDOM = Duration.ofSeconds(30);

    private final ArtifactStorage storage;
    private final Duration retention;
    private final long pause;
    private final AtomicLong next;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Disposable.Composite running = Disposables.composite();

    Sweeping(ArtifactStorage storage, Duration retention) {
        this(storage, retention, retention.dividedBy(2).compareTo(SELDOM) < 0 ? SELDOM : retention.dividedBy(2));
    }

    /** Makes one that sweeps when there was none for some time. */
    Sweeping(ArtifactStorage storage, Duration retention, Duration pause) {
        this.storage = storage;
        this.retention = retention;
        this.pause = pause.toNanos();
        this.next = new AtomicLong(System.nanoTime() + this.pause);
    }

    /** Tells of a put. */
    void happened() {
        long due = next.get();
        long now = System.nanoTime();
        if (now - due >= 0 && next.compareAndSet(due, now + pause)) {
            Sinks.Empty<Void> stop = Sinks.empty();
            Disposable stopping = stop::tryEmitEmpty;
            running.add(stopping);
            var unused = storage.sweep(retention)
                    .takeUntilOther(stop.asMono())
                    .doFinally(signal -> running.remove(stopping))
                    .subscribe(report -> {}, failure::set);
        }
    }

    /** Sweeps now. */
    Mono<SweepReport> now() {
        return storage.sweep(retention).map(report -> {
            Throwable earlier = failure.getAndSet(null);
            if (earlier == null) {
                return report;
            }
            List<String> problems = new ArrayList<>(report.problems());
            problems.add("the last sweep while putting failed: " + earlier.getMessage());
            return new SweepReport(report.sets(), report.bytes(), problems);
        });
    }

    /** Stops what runs; a sweep may be cut off anywhere. */
    Mono<Void> close() {
        return Mono.fromRunnable(running::dispose);
    }
}
