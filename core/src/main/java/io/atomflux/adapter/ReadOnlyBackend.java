package io.atomflux.adapter;

import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Versioned;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Passes reads on; the defaults of the interface refuse the rest. */
final class ReadOnlyBackend<R extends KeyedRow<R>> implements RowBackend<R> {

    private static final Set<Capability> OF_READING = EnumSet.of(
            Capability.GROUPS,
            Capability.VERSIONS,
            Capability.CHANGES,
            Capability.SNAPSHOT,
            Capability.EMPTY_ROWS,
            Capability.DURABLE);

    private final RowBackend<R> backend;

    ReadOnlyBackend(RowBackend<R> backend) {
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
        EnumSet<Capability> kept = EnumSet.copyOf(OF_READING);
        kept.retainAll(backend.capabilities());
        return Set.copyOf(kept);
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
        return backend.reader(request);
    }

    @Override
    public Mono<Versioned<R>> getVersioned(long index) {
        return backend.getVersioned(index);
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
    public Flux<RowBackend<R>> parts() {
        return backend.parts().map(part -> part == backend ? this : new ReadOnlyBackend<>(part));
    }

    @Override
    public Flux<String> verify() {
        return backend.verify();
    }

    @Override
    public Flux<String> repair() {
        return Flux.error(() -> new ReadOnlyStoreException(name(), "repair"));
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
