package io.atomflux.adapter;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** Counts the rows that are read of another backend. */
record WatchingRows(RowBackend<Row> backend, AtomicInteger rows) implements RowBackend<Row> {

    @Override
    public Class<Row> rowType() {
        return Row.class;
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
        return backend.size();
    }

    @Override
    public Mono<String> etag() {
        return backend.etag();
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        return backend.get(index, columns).doOnNext(row -> rows.incrementAndGet());
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        RowReader<Row> reader = backend.reader(request);
        return new RowReader<>() {
            @Override
            public Mono<Batch<Row>> next(long maxBytes) {
                return reader.next(maxBytes).doOnNext(batch -> rows.addAndGet(batch.size()));
            }

            @Override
            public Mono<Void> close() {
                return reader.close();
            }
        };
    }

    @Override
    public Mono<Void> close() {
        return backend.close();
    }
}
