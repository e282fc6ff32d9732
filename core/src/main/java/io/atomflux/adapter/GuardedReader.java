package io.atomflux.adapter;

import io.atomflux.spi.Batch;
import io.atomflux.spi.RowReader;
import io.atomflux.value.KeyedRow;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A reader that may be closed at any moment: it closes when the batch that is being read has come, failed or been cancelled,
 * and gives none afterwards.
 *
 * <p>Needed where a batch is asked for within a chain: what cancels the chain does not know whether the call was made yet.
 */
final class GuardedReader<R extends KeyedRow<R>> implements RowReader<R> {

    private final RowReader<R> reader;
    private final Mono<Void> closed;
    private final Sinks.Empty<Void> idle = Sinks.empty();
    private boolean reading; // guarded by this, as the next
    private boolean closing;

    GuardedReader(RowReader<R> reader) {
        this.reader = reader;
        this.closed = Mono.defer(this::closedWhenIdle).cache();
    }

    @Override
    public Mono<Batch<R>> next(long maxBytes) {
        return Mono.defer(() -> {
            synchronized (this) {
                if (closing) {
                    return Mono.empty();
                }
                reading = true;
            }
            return Mono.defer(() -> reader.next(maxBytes)).doFinally(end -> ended());
        });
    }

    private void ended() {
        boolean last;
        synchronized (this) {
            reading = false;
            last = closing;
        }
        if (last) {
            idle.tryEmitEmpty();
        }
    }

    private Mono<Void> closedWhenIdle() {
        synchronized (this) {
            closing = true;
            if (!reading) {
                return reader.close();
            }
        }
        return idle.asMono().then(Mono.defer(reader::close));
    }

    /** Closes it once, however often it is asked to, also if whoever asked is cancelled. */
    @Override
    public Mono<Void> close() {
        return closed;
    }
}
