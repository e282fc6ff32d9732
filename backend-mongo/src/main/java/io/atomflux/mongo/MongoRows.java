package io.atomflux.mongo;

import io.atomflux.adapter.PolledLocks;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One handle on a collection; many share it, and do no I/O before the first subscription.
 *
 * <p>{@link #capabilities} and {@link #maxAtomicRows} are those of the layout the options ask for, the paged one without: a
 * collection found in the other layout refuses by itself what it lacks.
 */
final class MongoRows implements RowBackend<Row> {

    private static final String LEASES = ".leases";
    private static final int MOST_ATTEMPTS = 5;
    private static final Duration FOREVER = Duration.ofDays(36500);

    private final String name;
    private final boolean readOnly;
    private final Set<Capability> capabilities;
    private final long maxAtomicRows;
    private final Mono<SharedCollections.Lease> lease;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Calls calls;
    private final MongoSpace space;
    private final LeaseLock leases;

    /**
     * @param space what lies beside the rows
     * @param lease takes a share in the collection; subscribed when first needed
     */
    MongoRows(
            String name,
            boolean readOnly,
            Set<Capability> capabilities,
            long maxAtomicRows,
            MongoSpace space,
            Mono<SharedCollections.Lease> lease) {
        this.name = name;
        this.readOnly = readOnly;
        this.capabilities = capabilities;
        this.maxAtomicRows = maxAtomicRows;
        this.lease = Mono.defer(() -> {
                    begun.set(true); // before the look at the other one, as closing sets that one first
                    return over.get() ? Mono.error(new StoreClosedException(name)) : lease;
                })
                .cache(leased -> FOREVER, failure -> Duration.ZERO, () -> Duration.ZERO);
        this.calls = new Calls(name);
        this.space = space;
        this.leases = PolledLocks.of(new MongoLocks(space, LEASES, Mono.empty()));
    }

    private Mono<SharedCollection> collection() {
        return lease.map(SharedCollections.Lease::collection);
    }

    /** Reads from what stands there, again if it vanished meanwhile. */
    private <T> Mono<T> read(Function<LayoutStore, Mono<T>> call, Supplier<Mono<T>> ofNothing) {
        return calls.call(() -> collection()
                .flatMap(shared -> attempt(
                        () -> shared.find()
                                .flatMap(found -> found.map(Mono::just).orElseGet(Mono::empty)),
                        shared,
                        call,
                        () -> readOnly ? notFound() : ofNothing.get(),
                        1)));
    }

    private <T> Mono<T> write(Function<LayoutStore, Mono<T>> call) {
        return calls.call(() -> collection().flatMap(shared -> attempt(shared::make, shared, call, Mono::empty, 1)));
    }

    private <T> Mono<T> attempt(
            Supplier<Mono<LayoutStore>> source,
            SharedCollection shared,
            Function<LayoutStore, Mono<T>> call,
            Supplier<Mono<T>> ofNothing,
            int number) {
        return source.get()
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(found -> found.isEmpty()
                        ? ofNothing.get()
                        : call.apply(found.get())
                                .onErrorResume(
                                        LayoutStore.Vanished.class,
                                        vanished -> shared.forget(found.get())
                                                .then(
                                                        number < MOST_ATTEMPTS
                                                                ? attempt(source, shared, call, ofNothing, number + 1)
                                                                : Mono.error(busy(vanished)))));
    }

    private StoreBusyException busy(Throwable vanished) {
        return new StoreBusyException(name, "it is being removed and made again and again", vanished);
    }

    private <T> Mono<T> notFound() {
        return Mono.error(() -> new StoreNotFoundException(name, "a collection that Atomflux or asebytes wrote to"));
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    public long maxAtomicRows() {
        return maxAtomicRows;
    }

    @Override
    public Mono<Long> size() {
        return read(LayoutStore::size, () -> Mono.just(0L));
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        Objects.requireNonNull(columns, "columns");
        return read(store -> store.get(index, columns), () -> outOfBounds(index));
    }

    private <T> Mono<T> outOfBounds(long index) {
        return Mono.error(() -> new RowOutOfBoundsException(index, 0, name));
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        return new Reader(Objects.requireNonNull(request, "request"));
    }

    @Override
    public Mono<Versioned<Row>> getVersioned(long index) {
        return read(store -> store.getVersioned(index), () -> outOfBounds(index));
    }

    @Override
    public Mono<Long> apply(Write<Row> write) {
        Objects.requireNonNull(write, "write");
        return readOnly
                ? Mono.error(() -> new ReadOnlyStoreException(name, write.operation()))
                : write(store -> store.apply(write));
    }

    @Override
    public Mono<Void> remove() {
        if (readOnly) {
            return Mono.error(() -> new ReadOnlyStoreException(name, "remove"));
        }
        return calls.call(() -> collection().flatMap(this::removed));
    }

    private Mono<Void> removed(SharedCollection shared) {
        return shared.find()
                .flatMap(found -> found.map(store -> store.remove()
                                .onErrorResume(LayoutStore.Vanished.class, gone -> Mono.empty())
                                .then(shared.forget(store)))
                        .orElseGet(Mono::empty));
    }

    @Override
    public Flux<String> groups() {
        return calls.call(() -> collection().flatMap(shared -> shared.groups().collectList()))
                .flatMapIterable(groups -> groups);
    }

    @Override
    public Mono<String> etag() {
        return read(LayoutStore::etag, () -> Mono.just("none"));
    }

    @Override
    public Flux<Change> changes(Optional<Revision> from) {
        Objects.requireNonNull(from, "from");
        Mono<LayoutStore> store = readOnly ? read(Mono::just, this::notFound) : write(Mono::just);
        return store.flatMapMany(found -> found.changes(from))
                .onErrorMap(
                        LayoutStore.Vanished.class,
                        gone -> new StoreNotFoundException(name, "it was removed while it was followed"))
                .takeUntilOther(calls.closing())
                .concatWith(Mono.error(() -> new StoreClosedException(name)));
    }

    @Override
    public Flux<String> verify() {
        return read(store -> store.verify().collectList(), () -> Mono.just(java.util.List.of()))
                .flatMapIterable(problems -> problems);
    }

    @Override
    public Optional<LeaseLock> leases() {
        return Optional.of(leases);
    }

    @Override
    public Mono<Void> close() {
        return calls.close().then(space.close()).then(Mono.defer(() -> {
            over.set(true); // a call that was cancelled may still be on its way to the lease
            return begun.get() ? lease.onErrorComplete().flatMap(SharedCollections.Lease::release) : Mono.<Void>empty();
        }));
    }

    @Override
    public String toString() {
        return name;
    }

    /** Reads through the layout's reader, begun with the first batch; closed once, whatever a cancelled batch still does. */
    private final class Reader implements RowReader<Row> {

        private final ReadRequest request;
        private @Nullable RowReader<Row> source; // guarded by this
        private boolean closed; // guarded by this
        private long emitted;

        Reader(ReadRequest request) {
            this.request = request;
        }

        @Override
        public Mono<Batch<Row>> next(long maxBytes) {
            return Mono.defer(() -> {
                        RowReader<Row> running = source();
                        return running == null
                                ? read(store -> begin(store, maxBytes), this::nothing)
                                : calls.call(() -> running.next(maxBytes))
                                        .onErrorMap(
                                                LayoutStore.Vanished.class,
                                                gone -> new StoreChangedException(name, emitted));
                    })
                    .doOnNext(batch -> emitted += batch.size());
        }

        private synchronized @Nullable RowReader<Row> source() {
            return source;
        }

        private Mono<Batch<Row>> begin(LayoutStore store, long maxBytes) {
            return begun(store)
                    .next(maxBytes)
                    .onErrorResume(
                            LayoutStore.Vanished.class,
                            gone -> Mono.defer(() -> closing(false)).then(Mono.error(gone)));
        }

        /** Made under the lock, as what a cancelled batch made for itself nobody would close: its chain is cut. */
        private synchronized RowReader<Row> begun(LayoutStore store) {
            if (closed) {
                throw new CancellationException("this stream of " + name + " was closed");
            }
            RowReader<Row> begun = store.reader(request);
            source = begun;
            return begun;
        }

        private Mono<Batch<Row>> nothing() {
            return Mono.fromSupplier(() -> request.selection().resolve(0, name)).then(Mono.empty());
        }

        private Mono<Void> closing(boolean last) {
            RowReader<Row> running;
            synchronized (this) {
                closed |= last;
                running = source;
                source = null;
            }
            return running == null ? Mono.empty() : running.close();
        }

        @Override
        public Mono<Void> close() {
            return Mono.defer(() -> closing(true));
        }
    }
}
