package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.FileSource.LocalFiles;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.KeyedRow;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads a store inside the files of an artifact; the files are let go when it is closed. */
final class LeasedBackend<R extends KeyedRow<R>> implements RowBackend<R> {

    private static final Set<Capability> OF_READING =
            EnumSet.of(Capability.GROUPS, Capability.SNAPSHOT, Capability.EMPTY_ROWS);

    private final RowBackend<R> backend;
    private final Mono<Void> close;

    private LeasedBackend(RowBackend<R> backend, LocalFiles files) {
        this.backend = backend;
        // Whatever becomes of the store, the files are let go, and once only.
        this.close = Mono.usingWhen(Mono.just(files), held -> backend.close(), LocalFiles::close)
                .cache();
    }

    static <R extends KeyedRow<R>> RowBackend<R> of(RowBackend<R> backend, LocalFiles files) {
        return new LeasedBackend<>(backend, files);
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
    public Flux<String> groups() {
        return backend.groups();
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
    public Mono<Void> close() {
        return close;
    }
}
