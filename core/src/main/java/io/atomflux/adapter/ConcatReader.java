package io.atomflux.adapter;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.NdArray;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads run after run of a plan, one source open at a time.
 *
 * <p>A batch that was cancelled may still be on its way from source to source while this reader is being closed: no source is
 * begun from then on, and the last one is closed once, whoever comes first.
 */
final class ConcatReader<R extends KeyedRow<R>> implements RowReader<R> {

    private final ConcatBackend<R> whole;
    private final ReadRequest request;
    private final Object lock = new Object();
    private boolean begun; // guarded by lock, as the next two
    private boolean closed;
    private @Nullable Running<R> running;
    private volatile @Nullable ConcatPlan<R> plan;
    private volatile boolean over;
    private long emitted; // touched by one batch at a time

    ConcatReader(ConcatBackend<R> whole, ReadRequest request) {
        this.whole = whole;
        this.request = request;
    }

    /** A run while it is read. */
    private static final class Running<R extends KeyedRow<R>> {
        final ConcatPlan.Run run;
        final String name;
        final RowReader<R> reader;
        long read;

        Running(ConcatPlan.Run run, String name, RowReader<R> reader) {
            this.run = run;
            this.name = name;
            this.reader = new GuardedReader<>(reader);
        }
    }

    @Override
    public Mono<Batch<R>> next(long maxBytes) {
        // Sources without rows are passed in a loop: thousands of them must not nest.
        return Mono.defer(this::planned)
                .flatMap(found -> Flux.defer(() -> step(found, maxBytes))
                        .repeat(() -> !over)
                        .next());
    }

    private Mono<ConcatPlan<R>> planned() {
        ConcatPlan<R> found = plan;
        if (found != null) {
            return Mono.just(found);
        }
        synchronized (lock) {
            if (closed) {
                return Mono.empty();
            }
            whole.begin();
            begun = true;
        }
        return whole.plan(request.selection()).doOnNext(made -> plan = made);
    }

    private Mono<Batch<R>> step(ConcatPlan<R> found, long maxBytes) {
        Running<R> now = current();
        if (now == null) {
            now = nextRun(found);
        }
        if (now == null) {
            over = true;
            return Mono.empty();
        }
        Running<R> read = now;
        return read.reader
                .next(maxBytes)
                .<Batch<R>>map(batch -> {
                    emitted += batch.size();
                    read.read += batch.size();
                    return new MovedBatch<>(batch, read.run.offset(), read.name);
                })
                .onErrorResume(failure -> told(found, read, failure))
                .switchIfEmpty(Mono.defer(() -> finished(read)));
    }

    private @Nullable Running<R> current() {
        synchronized (lock) {
            return running;
        }
    }

    /** Begins the next source, unless there is none or this reader is closed. */
    private @Nullable Running<R> nextRun(ConcatPlan<R> found) {
        ConcatPlan.Run run = found.next(emitted);
        if (run == null) {
            return null;
        }
        var source = found.sources().get(run.source());
        Running<R> made =
                new Running<>(run, source.name(), source.reader(new ReadRequest(run.rows(), request.columns(), false)));
        synchronized (lock) {
            if (closed) {
                return null; // nothing was read of it, so nothing is held
            }
            running = made;
            return made;
        }
    }

    private Mono<Batch<R>> finished(Running<R> run) {
        synchronized (lock) {
            if (closed) {
                return Mono.empty();
            }
        }
        if (run.run.count().isPresent() && run.run.count().getAsLong() != run.read) {
            return Mono.error(changed(run.name, null));
        }
        // If this is cancelled, closing waits for what it began.
        return run.reader.close().doOnTerminate(() -> leave(run)).then(Mono.empty());
    }

    private void leave(Running<R> run) {
        synchronized (lock) {
            if (running == run) {
                running = null;
            }
        }
    }

    private Mono<Batch<R>> told(ConcatPlan<R> found, Running<R> run, Throwable failure) {
        if (failure instanceof RowOutOfBoundsException) { // it was longer when the positions were found
            return Mono.error(changed(run.name, failure));
        } else if (failure instanceof StoreChangedException changed) { // tells the rows of this source only
            return Mono.error(changed(changed.store(), failure));
        } else if (failure instanceof StoreNotFoundException) {
            return found.sources()
                    .isThere(run.run.source())
                    .flatMap(there -> Mono.error(there ? failure : changed(run.name, failure)));
        }
        return Mono.error(failure);
    }

    private StoreChangedException changed(String source, @Nullable Throwable failure) {
        StoreChangedException changed = new StoreChangedException(source, emitted);
        if (failure != null) {
            changed.addSuppressed(failure);
        }
        return changed;
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            Running<R> last;
            boolean counts;
            synchronized (lock) {
                if (closed) {
                    return Mono.empty();
                }
                closed = true;
                counts = begun;
                last = running;
                running = null;
            }
            Mono<Void> closing = last == null ? Mono.empty() : last.reader.close();
            return counts ? closing.doFinally(signal -> whole.ended()) : closing;
        });
    }

    private record MovedBatch<R extends KeyedRow<R>>(Batch<R> batch, long offset, String source) implements Batch<R> {
        @Override
        public int size() {
            return batch.size();
        }

        @Override
        public R row(int index) {
            return batch.row(index);
        }

        @Override
        public long position(int index) {
            return batch.position(index) + offset;
        }

        @Override
        public Optional<String> origin(int index) {
            return batch.origin(index).or(() -> Optional.of("row %d of %s".formatted(batch.position(index), source)));
        }

        @Override
        public long byteSize() {
            return batch.byteSize();
        }

        @Override
        public Optional<NdArray> array(String key) {
            return batch.array(key);
        }
    }
}
