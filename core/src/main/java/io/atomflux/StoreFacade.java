package io.atomflux;

import io.atomflux.adapter.Adapters;
import io.atomflux.adapter.ProcessLeases;
import io.atomflux.error.CorruptDataException;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.StoredColumn;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.Key;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Patch;
import io.atomflux.value.Revision;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import io.atomflux.value.SchemaBuilder;
import io.atomflux.value.Slice;
import io.atomflux.value.Version;
import io.atomflux.value.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The operations of {@link Store} in terms of a backend and a mapping; the three facades differ in the mapping only.
 *
 * <p>Longer than most files because it is the whole of that interface.
 */
abstract sealed class StoreFacade<E, R extends KeyedRow<R>> implements Store<E> permits AtomsIO, ObjectIO, BlobIO {

    private static final Duration LATE = Duration.ofSeconds(2); // pauses between looks, and the way to a server

    final StoreCore<E, R> core;

    StoreFacade(RowBackend<R> backend, RowMapping<E, R> mapping) {
        this.core = new StoreCore<>(backend, mapping);
    }

    @Override
    public Mono<E> get(long index) {
        return core.backend
                .get(index, Columns.ALL)
                .filter(row -> !row.isReserved())
                .map(row -> core.mapping.element(row, name(), index));
    }

    @Override
    public Mono<Row> get(long index, String key, String... more) {
        return get(index, listed(key, more));
    }

    @Override
    public Mono<Row> get(long index, Collection<String> keys) {
        return core.backend
                .get(index, Columns.of(keys))
                .filter(row -> !row.isReserved())
                .map(row -> core.mapping.fields(row, name(), index));
    }

    @Override
    public <V> Mono<V> get(long index, Key<V> key) {
        return get(index, List.of(key.name())).handle((row, sink) -> {
            Object value = row.get(key.name());
            if (value != null) {
                sink.next(StoreCore.typed(value, key.type(), key.name(), index));
            }
        });
    }

    @Override
    public Mono<Versioned<E>> getVersioned(long index) {
        return core.backend
                .getVersioned(index)
                .filter(found -> !found.row().isReserved())
                .map(found -> new Versioned<>(core.mapping.element(found.row(), name(), index), found.version()));
    }

    @Override
    public RowView<E> rows() {
        return RowView.ofElements(core, Selection.ALL);
    }

    @Override
    public RowView<E> rows(long start, long stop) {
        return rows().rows(start, stop);
    }

    @Override
    public RowView<E> rows(String slice) {
        return rows().rows(slice);
    }

    @Override
    public RowView<E> rows(Slice slice) {
        return rows().rows(slice);
    }

    @Override
    public RowView<E> rowsAt(long... indices) {
        return rows().rowsAt(indices);
    }

    @Override
    public ColumnView<Object> column(String key) {
        return rows().column(key);
    }

    @Override
    public <V> ColumnView<V> column(String key, Class<V> type) {
        return rows().column(key, type);
    }

    @Override
    public <V> ColumnView<V> column(Key<V> key) {
        return rows().column(key);
    }

    @Override
    public RowView<Row> columns(String key, String... more) {
        return rows().columns(key, more);
    }

    @Override
    public RowView<Row> columns(Collection<String> keys) {
        return rows().columns(keys);
    }

    @Override
    public Mono<Long> size() {
        return core.backend.size();
    }

    @Override
    public Mono<List<String>> keys(long index) {
        return core.backend.get(index, Columns.ALL).map(KeyedRow::keys);
    }

    @Override
    public Mono<Schema> schema(long index) {
        return core.backend.get(index, Columns.ALL).map(row -> Schema.of(core.mapping.fields(row, name(), index)));
    }

    @Override
    public Mono<Schema> schema() {
        return core.stream(
                        Selection.ALL,
                        Columns.ALL,
                        false,
                        (row, position) -> core.mapping.fields(row, name(), position))
                .collect(SchemaBuilder::new, SchemaBuilder::add)
                .map(SchemaBuilder::build);
    }

    @Override
    public Mono<Long> append(E row) {
        return extend(List.of(row));
    }

    @Override
    public Mono<Long> extend(List<E> rows) {
        return core.apply(new Write.Append<>(core.rows(rows)));
    }

    @Override
    public Mono<Long> extend(Publisher<? extends E> rows) {
        return StreamExtension.of(core, rows);
    }

    @Override
    public Mono<Void> insert(long index, E row) {
        return core.change(new Write.Insert<>(index, core.rows(List.of(row))));
    }

    @Override
    public Mono<Void> set(long index, E row) {
        return put(index, row, Optional.empty());
    }

    @Override
    public Mono<Void> set(long index, E row, Version version) {
        return put(index, row, Optional.of(version));
    }

    private Mono<Void> put(long index, E row, Optional<Version> expected) {
        return core.change(new Write.Put<>(Selection.at(index), core.rows(List.of(row)), expected));
    }

    @Override
    public Mono<Void> update(long index, Patch patch) {
        return patched(index, patch, Optional.empty());
    }

    @Override
    public Mono<Void> update(long index, Patch patch, Version version) {
        return patched(index, patch, Optional.of(version));
    }

    private Mono<Void> patched(long index, Patch patch, Optional<Version> expected) {
        core.mapping.checkKeys(patch.changes().keySet());
        R changes = core.mapping.changes(patch.toRow());
        return core.change(new Write.Update<>(Selection.at(index), List.of(changes), expected));
    }

    @Override
    public Mono<Void> delete(long index) {
        return core.change(new Write.Delete<>(Selection.at(index), Optional.empty()));
    }

    @Override
    public Mono<Void> delete(long index, Version version) {
        return core.change(new Write.Delete<>(Selection.at(index), Optional.of(version)));
    }

    @Override
    public Mono<Void> drop(String key, String... more) {
        return drop(listed(key, more));
    }

    @Override
    public Mono<Void> drop(Collection<String> keys) {
        return core.change(new Write.Drop<>(Selection.ALL, List.copyOf(keys)));
    }

    @Override
    public Mono<Long> reserve(long count) {
        return core.apply(new Write.Reserve<>(count));
    }

    @Override
    public Mono<Void> clear() {
        return core.change(new Write.Clear<>());
    }

    @Override
    public Mono<Void> remove() {
        return Mono.defer(() -> {
            if (!core.capabilities.contains(Capability.REMOVE)) {
                return Mono.error(core.unsupported("remove", "it lacks the capability REMOVE, or is read-only"));
            }
            return core.backend.remove();
        });
    }

    @Override
    public Flux<String> groups() {
        return core.backend.groups();
    }

    @Override
    public Flux<Change> changes() {
        return core.backend.changes(Optional.empty());
    }

    @Override
    public Flux<Change> changes(Revision from) {
        return core.backend.changes(Optional.of(from));
    }

    @Override
    public Flux<String> verify() {
        return core.backend.parts().concatMap(this::problemsOf, 1);
    }

    /** Looks at one store by itself, so that what is wrong with it hides nothing of the next. */
    private Flux<String> problemsOf(RowBackend<R> part) {
        // A backend may have found the same by itself; both lists are bounded. What cannot even be opened is a finding.
        return Flux.concat(part.verify(), new Decoding<>(part).problems())
                .onErrorResume(CorruptDataException.class, failure -> Flux.just(String.valueOf(failure.getMessage())))
                .distinct();
    }

    @Override
    public Flux<String> repair() {
        return core.backend.repair();
    }

    @Override
    public Flux<StoredColumn> storage() {
        return core.backend.storage();
    }

    @Override
    public Mono<String> etag() {
        return core.backend.etag();
    }

    @Override
    public Mono<Integer> blockRows() {
        return core.backend.blockRows();
    }

    @Override
    public Mono<LeaseLock.Lease> lease(String name, Duration wait) {
        return leases().acquire(name, wait);
    }

    @Override
    public Mono<LeaseLock.Lease> lease(String name) {
        LeaseLock leases = leases();
        Duration grace = leases.grace();
        return leases.acquire(name, grace.isZero() ? grace : grace.plus(LATE));
    }

    private LeaseLock leases() {
        return core.backend.leases().orElseGet(() -> ProcessLeases.of(name()));
    }

    @Override
    public Set<Capability> capabilities() {
        return core.capabilities;
    }

    @Override
    public long maxAtomicRows() {
        return core.backend.maxAtomicRows();
    }

    @Override
    public String name() {
        return core.name();
    }

    @Override
    public AtomsIO atoms() {
        return AtomsIO.of(core.backend);
    }

    @Override
    public ObjectIO objects() {
        return ObjectIO.of(core.backend);
    }

    @Override
    public BlobIO blobs() {
        return BlobIO.of(core.backend);
    }

    @Override
    public Mono<Void> close() {
        return core.backend.close();
    }

    RowBackend<R> readOnlyBackend() {
        return Adapters.readOnly(core.backend);
    }

    RowBackend<R> cachedBackend(StoreFacade<?, R> by, CacheOptions options) {
        Objects.requireNonNull(options, "options");
        return Adapters.cached(core.backend, Objects.requireNonNull(by, "by").core.backend, options);
    }

    static <R extends KeyedRow<R>> RowBackend<R> concatenated(List<? extends StoreFacade<?, R>> stores) {
        List<RowBackend<R>> backends = new ArrayList<>(stores.size());
        for (StoreFacade<?, R> store : stores) {
            backends.add(Objects.requireNonNull(store, "store").core.backend);
        }
        return Adapters.concat(backends);
    }

    private static List<String> listed(String key, String... more) {
        List<String> keys = new ArrayList<>();
        keys.add(Objects.requireNonNull(key, "key"));
        keys.addAll(Arrays.asList(more));
        return keys;
    }

    /** Names kind, location and group. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + name() + "]";
    }
}
