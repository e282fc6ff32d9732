package io.atomflux.testkit;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.value.KeyedRow;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** Counts the calls that reach a store; for reading. */
final class WatchedBackend<R extends KeyedRow<R>> implements RowBackend<R> {

    private final RowBackend<R> backend;
    final AtomicInteger tags = new AtomicInteger();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger rows = new AtomicInteger();

    WatchedBackend(RowBackend<R> backend) {
        this.backend = backend;
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
    public Mono<Long> size() {
        return backend.size().doOnSubscribe(begins -> reads.incrementAndGet());
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        return backend.get(index, columns)
                .doOnSubscribe(begins -> reads.incrementAndGet())
                .doOnNext(row -> rows.incrementAndGet());
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        RowReader<R> reader = backend.reader(request);
        return new RowReader<>() {
            @Override
            public Mono<Batch<R>> next(long maxBytes) {
                return reader.next(maxBytes)
                        .doOnSubscribe(begins -> reads.incrementAndGet())
                        .doOnNext(batch -> rows.addAndGet(batch.size()));
            }

            @Override
            public Mono<Void> close() {
                return reader.close();
            }
        };
    }

    @Override
    public Mono<String> etag() {
        return backend.etag().doOnSubscribe(begins -> tags.incrementAndGet());
    }

    @Override
    public Mono<Integer> blockRows() {
        return backend.blockRows();
    }

    @Override
    public Mono<Void> close() {
        return backend.close();
    }
}
