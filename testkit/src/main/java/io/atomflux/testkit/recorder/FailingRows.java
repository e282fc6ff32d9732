package io.atomflux.testkit.recorder;

import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;

/** A store whose writes go as a test wants, one after the other; without further wishes they succeed. Counts the rows read. */
final class FailingRows<R extends KeyedRow<R>> implements RowBackend<R> {

    /** How a write goes. */
    enum Fate {
        DONE,
        REFUSED,
        LOST_BEFORE,
        LOST_AFTER
    }

    final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
    final AtomicLong rowsRead = new AtomicLong();
    volatile long mostRows;
    private final RowBackend<R> backend;

    FailingRows(RowBackend<R> backend) {
        this.backend = backend;
        this.mostRows = backend.maxAtomicRows();
    }

    @Override
    public Class<R> rowType() {
        return backend.rowType();
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return backend.capabilities();
    }

    @Override
    public long maxAtomicRows() {
        return mostRows;
    }

    @Override
    public Mono<Long> size() {
        return backend.size();
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        return backend.get(index, columns);
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        RowReader<R> reader = backend.reader(request);
        return new RowReader<>() {
            @Override
            public Mono<Batch<R>> next(long maxBytes) {
                return reader.next(maxBytes).doOnNext(batch -> rowsRead.addAndGet(batch.size()));
            }

            @Override
            public Mono<Void> close() {
                return reader.close();
            }
        };
    }

    @Override
    public Mono<Long> apply(Write<R> write) {
        return Mono.defer(() -> {
            Fate fate = Optional.ofNullable(fates.poll()).orElse(Fate.DONE);
            return switch (fate) {
                case DONE -> backend.apply(write);
                case REFUSED -> Mono.error(failure(Outcome.NOT_APPLIED));
                case LOST_BEFORE -> Mono.error(failure(Outcome.UNKNOWN));
                case LOST_AFTER -> backend.apply(write).then(Mono.error(failure(Outcome.UNKNOWN)));
            };
        });
    }

    private WriteFailedException failure(Outcome outcome) {
        return new WriteFailedException(name(), outcome, new IllegalStateException("as the test wants it"));
    }

    @Override
    public Optional<LeaseLock> leases() {
        return backend.leases();
    }

    @Override
    public Mono<Void> close() {
        return backend.close();
    }
}
