package io.atomflux.registry;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.KeyedRow;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One of many files, which is open only while it is read, and as long after that as there is room. */
final class LeasedFile<R extends KeyedRow<R>> implements RowBackend<R> {

    private final OpenFiles<R> files;
    private final Path file;
    private final Class<R> rowType;

    LeasedFile(OpenFiles<R> files, Path file, Class<R> rowType) {
        this.files = files;
        this.file = file;
        this.rowType = rowType;
    }

    @Override
    public Class<R> rowType() {
        return rowType;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    private <T> Mono<T> one(Function<RowBackend<R>, Mono<T>> call) {
        return Mono.using(
                () -> files.acquire(file),
                lease -> files.closeRetired().then(call.apply(lease.backend)),
                files::release);
    }

    private <T> Flux<T> many(Function<RowBackend<R>, Flux<T>> call) {
        return Flux.using(
                () -> files.acquire(file),
                lease -> files.closeRetired().thenMany(call.apply(lease.backend)),
                files::release);
    }

    @Override
    public Mono<Long> size() {
        return one(RowBackend::size);
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        return one(backend -> backend.get(index, columns));
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        return new LeasedReader(request);
    }

    /** Holds the file from the first batch to the closing. */
    private final class LeasedReader implements RowReader<R> {
        private final ReadRequest request;
        private volatile OpenFiles.@Nullable Lease<R> lease;
        private volatile @Nullable RowReader<R> reader;

        LeasedReader(ReadRequest request) {
            this.request = request;
        }

        @Override
        public Mono<Batch<R>> next(long maxBytes) {
            return Mono.defer(() -> {
                RowReader<R> open = reader;
                if (open != null) {
                    return open.next(maxBytes);
                }
                OpenFiles.Lease<R> acquired = files.acquire(file);
                lease = acquired;
                RowReader<R> opened = acquired.backend.reader(request);
                reader = opened;
                return files.closeRetired().then(opened.next(maxBytes));
            });
        }

        @Override
        public Mono<Void> close() {
            return Mono.defer(() -> {
                OpenFiles.Lease<R> held = lease;
                RowReader<R> open = reader;
                lease = null;
                reader = null;
                Mono<Void> closing = open == null ? Mono.empty() : open.close();
                return held == null ? closing : closing.doFinally(signal -> files.release(held));
            });
        }
    }

    @Override
    public Flux<String> groups() {
        return many(RowBackend::groups);
    }

    @Override
    public Mono<String> etag() {
        return one(RowBackend::etag);
    }

    @Override
    public Mono<Integer> blockRows() {
        return one(RowBackend::blockRows);
    }

    @Override
    public Flux<String> verify() {
        return many(RowBackend::verify);
    }

    @Override
    public Flux<StoredColumn> storage() {
        return many(RowBackend::storage);
    }

    /** Does nothing: whoever has all the files closes them. */
    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
