package io.atomflux.adapter;

import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.StoredColumn;
import io.atomflux.spi.Write;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Versioned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A non-blocking backend over a blocking one.
 *
 * <p>Streams and, by default, single gets run on a bounded pool: a few at once for each store, on daemon threads that all
 * stores of the process share; writes run on one thread of the store's own, those that waited during a commit sharing the next. Results are delivered on the pool. Single gets run on the subscribing thread
 * where that was asked for, or where it is a virtual thread and the engine allows it. A call that has started is never interrupted: an interrupt
 * would close an open file channel for everybody. Cancelling lets it end and drops its result.
 *
 * @param <R> the kind of rows
 */
public final class Bridge<R extends KeyedRow<R>> implements RowBackend<R> {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int CHANGES_AT_ONCE = 256;

    private final Class<R> rowType;
    private final String name;
    private final Set<Capability> capabilities;
    private final long maxAtomicRows;
    private final Callable<? extends BlockingRowBackend<R>> opener;
    private final BridgeOptions options;
    private final Optional<LeaseLock> leases;
    private final InFlight calls;
    private final Sinks.Empty<Void> closed = Sinks.empty();
    private final Object acquiring = new Object();
    private volatile @Nullable BridgeCore<R> core;

    private Bridge(
            Class<R> rowType,
            String name,
            Set<Capability> capabilities,
            long maxAtomicRows,
            Callable<? extends BlockingRowBackend<R>> opener,
            BridgeOptions options,
            Optional<LeaseLock> leases) {
        this.rowType = Objects.requireNonNull(rowType, "rowType");
        this.name = Objects.requireNonNull(name, "name");
        this.capabilities = Set.copyOf(capabilities);
        this.maxAtomicRows = maxAtomicRows;
        this.opener = Objects.requireNonNull(opener, "opener");
        this.options = Objects.requireNonNull(options, "options");
        this.leases = leases;
        this.calls = new InFlight(name);
    }

    /** Runs a backend that is open already; it is closed with the result. */
    public static <R extends KeyedRow<R>> Bridge<R> over(BlockingRowBackend<R> backend, BridgeOptions options) {
        return new Bridge<>(
                backend.rowType(),
                backend.name(),
                backend.capabilities(),
                backend.maxAtomicRows(),
                () -> backend,
                options,
                backend.leases());
    }

    /**
     * Runs a backend that the first call opens.
     *
     * @param rowType the kind of rows
     * @param name how messages name the store, without credentials
     * @param capabilities what it will offer
     * @param opener opens it, where blocking is allowed; called again by a later call if it fails
     * @param options how to run it
     */
    public static <R extends KeyedRow<R>> Bridge<R> opening(
            Class<R> rowType,
            String name,
            Set<Capability> capabilities,
            Callable<? extends BlockingRowBackend<R>> opener,
            BridgeOptions options) {
        return new Bridge<>(rowType, name, capabilities, Long.MAX_VALUE, opener, options, Optional.empty());
    }

    /** Returns this backend, not used so far, with locks that all have who open its store. */
    public Bridge<R> withLeases(LeaseLock locks) {
        return new Bridge<>(rowType, name, capabilities, maxAtomicRows, opener, options, Optional.of(locks));
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
        return capabilities;
    }

    @Override
    public long maxAtomicRows() {
        return maxAtomicRows;
    }

    private BridgeCore<R> core() {
        BridgeCore<R> acquired = core;
        return acquired != null ? acquired : acquire();
    }

    private BridgeCore<R> acquire() {
        synchronized (acquiring) {
            BridgeCore<R> acquired = core;
            if (acquired == null) {
                acquired = BridgeCore.acquire(name, opener, options);
                core = acquired;
            }
            return acquired;
        }
    }

    /** Returns the core unless closing has begun: one acquired after that would never be released. */
    private BridgeCore<R> usable() {
        calls.enter();
        try {
            return core();
        } finally {
            calls.exit();
        }
    }

    private interface StoreCall<R extends KeyedRow<R>, T> {
        @Nullable
        T on(BlockingRowBackend<R> store) throws IOException;
    }

    /**
     * Runs a call on the pool.
     *
     * <p>It counts as running from its subscription until it really ended, whatever became of its subscriber; so closing
     * also waits for calls whose turn has not come.
     */
    private <T> Mono<T> pooled(String action, StoreCall<R, T> call) {
        return Mono.defer(() -> {
            calls.enter(); // refuses when closed, before anything is acquired
            return Mono.defer(() -> core().onPool(action, () -> run(call), calls::exit));
        });
    }

    private <T> @Nullable T counted(StoreCall<R, T> call) throws IOException {
        calls.enter();
        return run(call);
    }

    private <T> @Nullable T run(StoreCall<R, T> call) throws IOException {
        try {
            return call.on(core().opened());
        } finally {
            calls.exit();
        }
    }

    private <T> Mono<T> single(String action, StoreCall<R, T> call) {
        if (options.inlineReads()) {
            return Mono.fromCallable(() -> inline(action, call));
        }
        return Mono.defer(() -> options.inlineOnVirtualThreads() && VirtualThreads.isCurrent()
                ? Mono.fromCallable(() -> inline(action, call))
                : pooled(action, call));
    }

    private <T> @Nullable T inline(String action, StoreCall<R, T> call) {
        try {
            return counted(call);
        } catch (IOException | UncheckedIOException failure) {
            throw (RuntimeException) Failures.of(name, action, failure);
        }
    }

    @Override
    public Mono<Long> size() {
        return single("size", BlockingRowBackend::size);
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        return single("get", store -> store.get(index, columns));
    }

    @Override
    public Mono<Versioned<R>> getVersioned(long index) {
        return single("getVersioned", store -> store.getVersioned(index));
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        return new PooledReader(request);
    }

    /** Opens the blocking reader with the first batch; the lock orders a late batch before its closing. */
    private final class PooledReader implements RowReader<R> {
        private final ReadRequest request;
        private final Object lock = new Object();
        private @Nullable BlockingReader<R> reader; // guarded by lock
        private boolean ended; // guarded by lock
        private volatile boolean begun;
        private volatile boolean closing;

        PooledReader(ReadRequest request) {
            this.request = request;
        }

        @Override
        public Mono<Batch<R>> next(long maxBytes) {
            if (begun) { // counts as a running call already, and goes on to its end if the store is being closed
                return core().onPool("read", () -> read(core().opened(), maxBytes), () -> {});
            }
            Mono<Batch<R>> first = pooled("read", store -> read(store, maxBytes));
            return request.snapshot() ? Mono.defer(() -> usable().patiently(first)) : first;
        }

        private @Nullable Batch<R> read(BlockingRowBackend<R> store, long maxBytes) throws IOException {
            synchronized (lock) {
                if (ended || closing) { // perhaps asked for by whoever had not heard yet that it was cancelled
                    return null;
                }
                BlockingReader<R> open = reader;
                if (open == null) {
                    open = store.reader(request);
                    reader = open;
                    calls.enterWithin(); // an open reader counts as a running call
                }
                Batch<R> batch = open.next(maxBytes).orElse(null);
                begun = true;
                return batch;
            }
        }

        @Override
        public Mono<Void> close() {
            return Mono.defer(() -> {
                closing = true; // before looking whether anything runs: what begins after that opens nothing
                BridgeCore<R> running = core;
                if (running == null) {
                    return Mono.empty();
                }
                // an open reader keeps the pool alive: a pool that is gone leaves nothing to close
                return running.ending("close", this::end)
                        .onErrorResume(StoreClosedException.class, gone -> Mono.empty());
            });
        }

        private @Nullable Void end() throws IOException {
            synchronized (lock) {
                BlockingReader<R> open = reader;
                if (!ended) {
                    ended = true;
                    if (open != null) {
                        try {
                            open.close();
                        } finally {
                            calls.exit();
                        }
                    }
                }
                return null;
            }
        }
    }

    @Override
    public Mono<Long> apply(Write<R> write) {
        return Mono.defer(() -> {
            calls.enter();
            return Mono.defer(() -> core().write(write)).doFinally(signal -> calls.exit());
        });
    }

    @Override
    public Mono<Void> remove() {
        return Mono.defer(() -> {
            calls.enter();
            return Mono.defer(() -> {
                        BridgeCore<R> running = core();
                        return running.<Void>onWriter("remove", () -> {
                            running.opened().remove();
                            return null;
                        });
                    })
                    .doFinally(signal -> calls.exit());
        });
    }

    @Override
    public Flux<String> groups() {
        return pooled("groups", BlockingRowBackend::groups).flatMapIterable(groups -> groups);
    }

    @Override
    public Mono<String> etag() {
        return single("etag", store -> store.etag().orElse(null));
    }

    @Override
    public Flux<String> verify() {
        return pooled("verify", BlockingRowBackend::verify).flatMapIterable(problems -> problems);
    }

    @Override
    public Flux<String> repair() {
        return Flux.defer(() -> {
            calls.enter();
            return Mono.defer(() -> {
                        BridgeCore<R> running = core();
                        return running.onWriter("repair", () -> running.opened().repair());
                    })
                    .doFinally(signal -> calls.exit())
                    .flatMapIterable(mended -> mended);
        });
    }

    @Override
    public Optional<LeaseLock> leases() {
        return leases;
    }

    @Override
    public Mono<Integer> blockRows() {
        return single("blockRows", store -> {
            OptionalInt rows = store.blockRows();
            return rows.isPresent() ? rows.getAsInt() : null;
        });
    }

    @Override
    public Flux<StoredColumn> storage() {
        return pooled("storage", BlockingRowBackend::storage).flatMapIterable(columns -> columns);
    }

    /** Asks after each own commit, and regularly for those of other processes; signals an error once closed. */
    @Override
    public Flux<Change> changes(Optional<Revision> from) {
        if (!capabilities.contains(Capability.CHANGES)) {
            return RowBackend.super.changes(from);
        }
        return Flux.defer(() -> {
            Mono<Revision> start = from.isPresent() ? Mono.just(from.get()) : revision();
            return start.flatMapMany(first -> {
                Revision[] reached = {first};
                return Flux.merge(Flux.interval(Duration.ZERO, POLL).onBackpressureDrop(), usable().commits())
                        .onBackpressureLatest()
                        .concatMap(tick -> changesAfter(reached), 1);
            });
        });
    }

    private Mono<Revision> revision() {
        return pooled("changes", BlockingRowBackend::revision);
    }

    private Mono<List<Change>> someChanges(Revision after) {
        return pooled("changes", store -> store.changesAfter(after, CHANGES_AT_ONCE));
    }

    private Flux<Change> changesAfter(Revision[] reached) {
        return someChanges(reached[0])
                .expand(found -> {
                    if (found.isEmpty()) {
                        return Mono.empty();
                    }
                    reached[0] = found.get(found.size() - 1).revision();
                    return found.size() < CHANGES_AT_ONCE ? Mono.empty() : someChanges(reached[0]);
                })
                .concatMapIterable(found -> found);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            if (calls.close()) {
                calls.whenIdle()
                        .then(Mono.defer(this::release))
                        .subscribe(nothing -> {}, closed::tryEmitError, closed::tryEmitEmpty);
            }
            return closed.asMono();
        });
    }

    private Mono<Void> release() {
        BridgeCore<R> acquired = core;
        return acquired == null || !acquired.release() ? Mono.empty() : acquired.shutDown();
    }

    /** Returns how many calls run or streams are open; for tests that nothing leaks. */
    public int running() {
        return calls.running();
    }
}
