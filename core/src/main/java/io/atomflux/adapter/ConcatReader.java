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

/** Reads run after run of a plan, one source open at a time. */
final class ConcatReader<R extends KeyedRow<R>> implements RowReader<R> {

    private final ConcatBackend<R> whole;
    private final ReadRequest request;
    private volatile boolean begun;
    private volatile @Nullable ConcatPlan<R> plan;
    private volatile @Nullable Running<R> running;
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
            this.reader = reader;
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
        whole.begin();
        begun = true;
        return whole.plan(request.selection()).doOnNext(made -> plan = made);
    }

    private Mono<Batch<R>> step(ConcatPlan<R> found, long maxBytes) {
        Running<R> current = running;
        if (current == null) {
            ConcatPlan.Run run = found.next(emitted);
            if (run == null) {
                over = true;
                return Mono.empty();
            }
            var source = found.sources().get(run.source());
            current = new Running<>(
                    run, source.name(), source.reader(new ReadRequest(run.rows(), request.columns(), false)));
            running = current;
        }
        Running<R> now = current;
        return now.reader
                .next(maxBytes)
                .<Batch<R>>map(batch -> {
                    emitted += batch.size();
                    now.read += batch.size();
                    return new MovedBatch<>(batch, now.run.offset(), now.name);
                })
                .onErrorResume(failure -> told(found, now, failure))
                .switchIfEmpty(Mono.defer(() -> finished(now)));
    }

    private Mono<Batch<R>> finished(Running<R> run) {
        if (run.run.count().isPresent() && run.run.count().getAsLong() != run.read) {
            return Mono.error(changed(run.name, null));
        }
        running = null;
        return run.reader.close().then(Mono.empty());
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
            Running<R> current = running;
            running = null;
            Mono<Void> closing = current == null ? Mono.empty() : current.reader.close();
            return begun ? closing.doFinally(signal -> whole.ended()) : closing;
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
