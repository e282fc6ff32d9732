package io.atomflux.adapter;

import io.atomflux.spi.Batch;
import io.atomflux.value.KeyedRow;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Fills a cache ahead of a stream, batch by batch, while its reader works.
 *
 * <p>Its own reader goes through the same rows and drops them; the stream finds them kept, or waits for those under way. What
 * fails here fails again for the stream, which tells of it; so it only stops.
 */
final class ReadAhead<R extends KeyedRow<R>> {

    private final CachedReader<R> reader;
    private final int batches;
    private final Object lock = new Object();
    private @Nullable Disposable running; // guarded by lock, as all below
    private boolean busy;
    private boolean over;
    private long reached;
    private long goal;

    ReadAhead(CachedReader<R> reader, CachedBackend<R> backend) {
        this.reader = reader;
        this.batches = backend.options().readAhead();
    }

    /** Takes note of how far the stream has come; called for one batch at a time. */
    void reached(long ordinal, int rows, long maxBytes) {
        synchronized (lock) {
            reached = ordinal;
            goal = ordinal + (long) rows * batches;
            if (busy || over) {
                return;
            }
            busy = true;
        }
        Disposable started = Mono.defer(() -> step(maxBytes))
                .repeat(this::goesOn)
                .subscribeOn(Schedulers.parallel()) // else it would go on where the stream is emitted, before its rows
                .subscribe(batch -> {}, failure -> end());
        synchronized (lock) {
            running = started;
            if (over) {
                started.dispose();
            }
        }
    }

    private Mono<Batch<R>> step(long maxBytes) {
        long from;
        synchronized (lock) {
            from = reached;
        }
        return reader.skipTo(from).then(reader.next(maxBytes)).switchIfEmpty(Mono.fromRunnable(this::end));
    }

    private void end() {
        synchronized (lock) {
            over = true;
        }
    }

    /** Tells whether to fetch another batch; if not, the next batch of the stream starts it again. */
    private boolean goesOn() {
        synchronized (lock) {
            busy = !over && reader.done() < goal;
            return busy;
        }
    }

    Mono<Void> close() {
        return Mono.defer(() -> {
            Disposable last;
            synchronized (lock) {
                over = true;
                last = running;
            }
            if (last != null) {
                last.dispose();
            }
            return reader.close();
        });
    }
}
