package io.atomflux.memory;

import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Versioned;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One handle on a group; many may share it.
 *
 * <p>Looks the group up at every call, so that it sees what other handles create and remove.
 */
final class MemoryRows<R extends KeyedRow<R>> implements RowBackend<R> {

    private static final int MOST_ROWS = 1 << 16;
    private static final Set<Capability> ALL =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(Capability.DURABLE)));
    private static final Set<Capability> READING = Collections.unmodifiableSet(EnumSet.of(
            Capability.GROUPS, Capability.VERSIONS, Capability.CHANGES, Capability.SNAPSHOT, Capability.EMPTY_ROWS));

    private final Place place;
    private final String group;
    private final String name;
    private final Class<R> rowType;
    private final boolean readOnly;
    private final Calls calls;

    MemoryRows(Place place, String group, String name, Class<R> rowType, boolean readOnly) {
        this.place = place;
        this.group = group;
        this.name = name;
        this.rowType = rowType;
        this.readOnly = readOnly;
        this.calls = new Calls(name);
    }

    private Optional<MemoryStore<R>> store() {
        Optional<MemoryStore<R>> store = place.find(group, rowType, name);
        if (store.isEmpty() && readOnly) {
            throw new StoreNotFoundException(name, "a store in memory that something was written to");
        }
        return store;
    }

    private Pages<R> pages() {
        return store().map(MemoryStore::pages).orElseGet(Pages::empty);
    }

    @Override
    public Class<R> rowType() {
        return rowType;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        return readOnly ? READING : ALL;
    }

    @Override
    public Mono<Long> size() {
        return calls.call(() -> pages().size());
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        Objects.requireNonNull(columns, "columns");
        return calls.call(() -> {
            Pages<R> snapshot = pages();
            return wanted(snapshot.row(Selection.absolute(index, snapshot.size(), name)), columns);
        });
    }

    private static <R extends KeyedRow<R>> R wanted(R row, Columns columns) {
        return columns.keys().map(row::only).orElse(row);
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        return new Reader(Objects.requireNonNull(request, "request"));
    }

    @Override
    public Mono<Versioned<R>> getVersioned(long index) {
        return calls.call(() -> {
            Optional<MemoryStore<R>> store = store();
            Pages<R> snapshot = store.map(MemoryStore::pages).orElseGet(Pages::empty);
            long position = Selection.absolute(index, snapshot.size(), name);
            return new Versioned<>(snapshot.row(position), store.orElseThrow().versionAt(snapshot, position));
        });
    }

    @Override
    public Mono<Long> apply(Write<R> write) {
        Objects.requireNonNull(write, "write");
        if (readOnly) {
            return Mono.error(() -> new ReadOnlyStoreException(name, write.operation()));
        }
        return calls.call(() -> {
            while (true) {
                MemoryStore<R> store = place.make(group, rowType, name);
                Optional<Long> size = store.apply(write, name);
                if (size.isPresent()) {
                    return size.get();
                }
                place.forget(group, store); // removed by another handle in between: begin anew
            }
        });
    }

    @Override
    public Mono<Void> remove() {
        if (readOnly) {
            return Mono.error(() -> new ReadOnlyStoreException(name, "remove"));
        }
        return calls.call(() -> {
                    place.find(group, rowType, name).ifPresent(store -> {
                        store.remove();
                        place.forget(group, store);
                    });
                    return true;
                })
                .then();
    }

    @Override
    public Flux<String> groups() {
        return calls.call(place::groups).flatMapIterable(groups -> groups);
    }

    @Override
    public Flux<Change> changes(Optional<Revision> from) {
        Objects.requireNonNull(from, "from");
        return calls.call(() -> readOnly ? store().orElseThrow() : place.make(group, rowType, name))
                .flatMapMany(store -> store.changes(from))
                .concatWith(Mono.error(() -> new StoreNotFoundException(name, "it was removed while it was followed")))
                .takeUntilOther(calls.closing())
                .concatWith(Mono.error(() -> new StoreClosedException(name)));
    }

    @Override
    public Mono<String> etag() {
        return calls.call(() -> store().map(MemoryStore::etag).orElse("none"));
    }

    @Override
    public Optional<LeaseLock> leases() {
        return Optional.of(place.leases(group, name));
    }

    @Override
    public Mono<Void> close() {
        return calls.close();
    }

    @Override
    public String toString() {
        return name;
    }

    /** Keeps the pages of the first batch, and so their order and content, until the end. */
    private final class Reader implements RowReader<R> {

        private record Source<R extends KeyedRow<R>>(Pages<R> pages, Positions positions) {}

        private final ReadRequest request;
        private @Nullable Source<R> source;
        private long done;

        Reader(ReadRequest request) {
            this.request = request;
        }

        @Override
        public Mono<Batch<R>> next(long maxBytes) {
            return calls.call(() -> batch(maxBytes));
        }

        private @Nullable Batch<R> batch(long maxBytes) {
            Source<R> from = source;
            if (from == null) {
                Pages<R> snapshot = pages();
                from = new Source<>(snapshot, request.selection().resolve(snapshot.size(), name));
                source = from;
            }
            List<R> rows = new ArrayList<>();
            long bytes = 0;
            long end = done;
            while (end < from.positions().count() && rows.size() < MOST_ROWS) {
                R row = wanted(from.pages().row(from.positions().at(end)), request.columns());
                bytes += row.byteSize();
                if (bytes > maxBytes && !rows.isEmpty()) {
                    break;
                }
                rows.add(row);
                end++;
            }
            if (rows.isEmpty()) {
                return null;
            }
            Batch<R> batch = Batch.of(rows, from.positions().part(done, end));
            done = end;
            return batch;
        }

        @Override
        public Mono<Void> close() {
            return Mono.fromRunnable(() -> source = null);
        }
    }
}
