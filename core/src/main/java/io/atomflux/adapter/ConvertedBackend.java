package io.atomflux.adapter;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.StoredColumn;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Versioned;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A backend of one kind of rows over one of the other; subclasses are the two conversions.
 *
 * @param <S> rows of the backend underneath
 * @param <R> rows of this backend
 */
abstract sealed class ConvertedBackend<S extends KeyedRow<S>, R extends KeyedRow<R>> implements RowBackend<R>
        permits BlobsAsObjects, ObjectsAsBlobs {

    private final RowBackend<S> backend;
    private final Class<R> rowType;

    ConvertedBackend(RowBackend<S> backend, Class<R> rowType) {
        this.backend = backend;
        this.rowType = rowType;
    }

    /** Converts a row read at a position; a negative one counts from the end. */
    abstract R read(S row, long position);

    /** Converts a row to write. */
    abstract S written(R row);

    @Override
    public Class<R> rowType() {
        return rowType;
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
        return backend.maxAtomicRows();
    }

    @Override
    public Mono<Long> size() {
        return backend.size();
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        return backend.get(index, columns).map(row -> read(row, index));
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        RowReader<S> reader = backend.reader(request);
        Function<Batch<S>, Batch<R>> conversion = ConvertedBatch::new;
        return new RowReader<>() {
            @Override
            public Mono<Batch<R>> next(long maxBytes) {
                return reader.next(maxBytes).map(conversion);
            }

            @Override
            public Mono<Void> close() {
                return reader.close();
            }
        };
    }

    private final class ConvertedBatch implements Batch<R> {
        private final Batch<S> batch;

        ConvertedBatch(Batch<S> batch) {
            this.batch = batch;
        }

        @Override
        public int size() {
            return batch.size();
        }

        @Override
        public R row(int index) {
            return read(batch.row(index), batch.position(index));
        }

        @Override
        public long position(int index) {
            return batch.position(index);
        }

        @Override
        public Optional<String> origin(int index) {
            return batch.origin(index);
        }

        @Override
        public long byteSize() {
            return batch.byteSize();
        }
    }

    /** Converts another backend in the same way. */
    abstract RowBackend<R> converted(RowBackend<S> other);

    @Override
    public Flux<RowBackend<R>> parts() {
        return backend.parts().map(part -> part == backend ? this : converted(part));
    }

    @Override
    public Mono<Versioned<R>> getVersioned(long index) {
        return backend.getVersioned(index).map(found -> new Versioned<>(read(found.row(), index), found.version()));
    }

    @Override
    public Mono<Long> apply(Write<R> write) {
        return Mono.defer(() -> backend.apply(write.map(this::written)));
    }

    @Override
    public Mono<Void> remove() {
        return backend.remove();
    }

    @Override
    public Flux<String> groups() {
        return backend.groups();
    }

    @Override
    public Flux<Change> changes(Optional<Revision> from) {
        return backend.changes(from);
    }

    @Override
    public Mono<String> etag() {
        return backend.etag();
    }

    @Override
    public Flux<String> verify() {
        return backend.verify();
    }

    @Override
    public Flux<String> repair() {
        return backend.repair();
    }

    @Override
    public Optional<LeaseLock> leases() {
        return backend.leases();
    }

    @Override
    public Flux<StoredColumn> storage() {
        return backend.storage();
    }

    @Override
    public Mono<Integer> blockRows() {
        return backend.blockRows();
    }

    @Override
    public Mono<Long> evict(Selection which) {
        return backend.evict(which);
    }

    @Override
    public Mono<Void> close() {
        return backend.close();
    }
}
