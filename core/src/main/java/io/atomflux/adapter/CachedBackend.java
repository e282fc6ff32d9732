package io.atomflux.adapter;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.KeyedRow;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The rows of a source, kept in another store once they were read.
 *
 * <p>What the cache is of stands in its header, and each row carries the mark of that; so whatever processes share a cache,
 * and whenever one of them is killed, a row is either found with the right mark or fetched. Rows count for a content only if the
 * tag of the source was the same before and after they were read: a mixture of two contents is never kept.
 *
 * @param <R> the kind of rows
 */
final class CachedBackend<R extends KeyedRow<R>> implements RowBackend<R> {

    private static final int MOST_TRIES = 5;
    private static final Set<Capability> OF_SOURCE = EnumSet.of(Capability.GROUPS, Capability.EMPTY_ROWS);

    private final RowBackend<R> source;
    private final CachePlace<R> place;
    private final CacheOptions options;
    private final String identity;
    private final String name;
    private final InFlight calls;
    private final Sinks.Empty<Void> closed = Sinks.empty();
    private final AtomicReference<Look<R>> look = new AtomicReference<>();
    private final AtomicReference<@Nullable Room> room = new AtomicReference<>();

    /** The state of a generation, found out by whoever needs it first. */
    private record Look<R extends KeyedRow<R>>(long generation, Once<CacheState<R>> state) {}

    /** Which rows a bounded cache holds, counted by whoever needs it first. */
    private record Room(long generation, Once<CacheRoom> held) {
        boolean isOf(long current) {
            CacheRoom known = held.known();
            return generation == current && (known == null || !known.isWorn());
        }
    }

    CachedBackend(RowBackend<R> source, RowBackend<R> by, CacheOptions options) {
        if (source == by) {
            throw new IllegalArgumentException("by: the source itself (expected: another store)");
        }
        CachePlace.requireUsable(by);
        this.source = source;
        this.place = new CachePlace<>(by, new CacheRows<>(source.rowType(), source.name(), by.name()));
        this.options = Objects.requireNonNull(options, "options");
        this.identity = options.sourceName().orElse(source.name());
        this.name = source.name() + ", cached in " + by.name();
        this.calls = new InFlight(name);
        this.look.set(lookOf(0));
    }

    @Override
    public Class<R> rowType() {
        return source.rowType();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        EnumSet<Capability> kept = EnumSet.copyOf(OF_SOURCE);
        kept.retainAll(source.capabilities());
        return Set.copyOf(kept);
    }

    RowBackend<R> source() {
        return source;
    }

    CachePlace<R> place() {
        return place;
    }

    CacheOptions options() {
        return options;
    }

    InFlight calls() {
        return calls;
    }

    // What the cache is of

    private Look<R> lookOf(long generation) {
        return new Look<>(generation, new Once<>(Mono.defer(() -> established(generation, 1))));
    }

    private Look<R> look() {
        return Objects.requireNonNull(look.get());
    }

    private Mono<CacheState<R>> state() {
        return Mono.defer(() -> look().state().get());
    }

    /** Returns what a view goes by that begins now. */
    Mono<CacheState<R>> stateOfView() {
        if (options.validation() != CacheOptions.Validation.EACH_VIEW) {
            return state();
        }
        return state().flatMap(known ->
                unchanged(known).thenReturn(known).onErrorResume(SourceChanged.class, changed -> state()));
    }

    boolean isCurrent(CacheState<R> known) {
        return look().generation() == known.generation();
    }

    private void outdate(CacheState<R> known) {
        look.updateAndGet(now -> now.generation() == known.generation() ? lookOf(known.generation() + 1) : now);
    }

    /**
     * Asks the source whether it still is what the cache is of.
     *
     * @signals SourceChanged if it is not; whoever begins now looks anew
     */
    Mono<Void> unchanged(CacheState<R> known) {
        if (known.header().etag().isEmpty()) {
            return Mono.empty();
        }
        return sourceTag().flatMap(tag -> tag.equals(known.header().etag()) ? Mono.empty() : changed(known));
    }

    <T> Mono<T> changed(CacheState<R> known) {
        return Mono.error(() -> {
            outdate(known);
            return new SourceChanged();
        });
    }

    private Mono<String> sourceTag() {
        return options.checked()
                ? source.etag()
                        .switchIfEmpty(
                                Mono.error(
                                        () -> new UnsupportedStoreOperationException(
                                                source.name(),
                                                "cached(by)",
                                                "it cannot tell whether its rows changed; CacheOptions.withoutCheck caches it all the same")))
                : source.etag().defaultIfEmpty("");
    }

    private Mono<CacheState<R>> established(long generation, int attempt) {
        return place.find().flatMap(found -> {
            CacheHeader header = found.header();
            if (header != null && !header.source().equals(identity)) {
                return Mono.error(
                        () -> new ForeignDataException(
                                place.name(),
                                "a cache of " + header.source(),
                                "one of " + identity
                                        + "; take another store, clear this one, or name both alike (CacheOptions.withSourceName)"));
            }
            if (header != null && generation == 0 && options.validation() == CacheOptions.Validation.NEVER) {
                return Mono.just(CacheState.of(generation, header));
            }
            return sourceTag()
                    .flatMap(tag -> header != null && header.etag().equals(tag)
                            ? Mono.just(CacheState.of(generation, header))
                            : begun(generation, found, tag, attempt));
        });
    }

    private Mono<CacheState<R>> begun(long generation, CachePlace.Found found, String tag, int attempt) {
        if (found.header() != null && options.onChange() == CacheOptions.OnChange.FAIL) {
            return Mono.error(() -> new ForeignDataException(
                    place.name(),
                    "rows of %s as it was before it changed".formatted(identity),
                    "rows of what it is now; clear the cache, or let it refresh itself (CacheOptions.OnChange)"));
        }
        return source.size().flatMap(size -> {
            CacheHeader header = new CacheHeader(identity, tag, size);
            CacheState<R> state = CacheState.of(generation, header);
            return unchangedSince(tag)
                    .flatMap(same -> same
                            ? place.begin(found, header)
                                    .onErrorResume(VersionConflictException.class, other -> Mono.empty())
                                    .onErrorResume(CachePlace::isGone, other -> Mono.empty())
                                    .then(place.find())
                                    .map(now -> header.equals(now.header()))
                            : Mono.just(false))
                    .flatMap(done -> {
                        if (done) {
                            return Mono.just(state);
                        }
                        return attempt < MOST_TRIES
                                ? established(generation, attempt + 1)
                                : Mono.error(new StoreBusyException(
                                        name,
                                        "the source, or the cache by other programs, changes all the time",
                                        null));
                    });
        });
    }

    private Mono<Boolean> unchangedSince(String tag) {
        return sourceTag().map(tag::equals);
    }

    // Reading

    @Override
    public Mono<Long> size() {
        return counted(stateOfView().map(CacheState::size));
    }

    private <T> Mono<T> counted(Mono<T> call) {
        return Mono.defer(() -> {
            calls.enter();
            return call.doFinally(end -> calls.exit());
        });
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        Objects.requireNonNull(columns, "columns");
        return counted(get(index, columns, 1));
    }

    private Mono<R> get(long index, Columns columns, int attempt) {
        return stateOfView()
                .flatMap(state -> get(state, Selection.absolute(index, state.size(), name), columns))
                .onErrorResume(
                        SourceChanged.class,
                        changed -> attempt < MOST_TRIES
                                ? get(index, columns, attempt + 1)
                                : Mono.error(new StoreChangedException(name, 0)));
    }

    private Mono<R> get(CacheState<R> state, long position, Columns columns) {
        long landings = state.flights().landings();
        return kept(state, position, columns).switchIfEmpty(Mono.defer(() -> {
            if (isPartial(columns)) {
                return ofSource(state, position, columns)
                        .flatMap(row -> unchanged(state).thenReturn(row));
            }
            return Mono.using(
                            () -> state.flights().claim(Set.of(position)),
                            claim -> claimed(state, claim, position, landings).doOnError(claim::fail),
                            Flights.Claim::end)
                    .map(row -> wanted(row, columns))
                    .switchIfEmpty(Mono.defer(() -> get(state, position, columns)));
        }));
    }

    private Mono<R> kept(CacheState<R> state, long position, Columns columns) {
        return tolerant(place.get(position, columns, state.epoch()), Mono.empty());
    }

    private Mono<R> claimed(CacheState<R> state, Flights<R>.Claim claim, long position, long landings) {
        if (!claim.mine().isEmpty()) {
            Mono<R> fetched = Mono.defer(() -> ofSource(state, position, Columns.ALL)
                    .flatMap(row -> landed(state, claim, Map.of(position, row)).thenReturn(row)));
            return state.flights().landings() == landings
                    ? fetched
                    : kept(state, position, Columns.ALL).switchIfEmpty(fetched);
        }
        return claim.ofOthers().next().flatMap(rows -> Mono.justOrEmpty(rows.get(position)));
    }

    private Mono<R> ofSource(CacheState<R> state, long position, Columns columns) {
        return source.get(position, columns)
                .onErrorResume(RowOutOfBoundsException.class, shrunk -> changedOr(state, shrunk));
    }

    /** Signals that the source changed if it did, or else what failed. */
    <T> Mono<T> changedOr(CacheState<R> state, Throwable failure) {
        return unchanged(state).then(Mono.error(failure));
    }

    /** Tells whether rows that are missing are read in part only, and not kept. */
    boolean isPartial(Columns columns) {
        return !columns.isAll() && !options.wholeRows();
    }

    static <R extends KeyedRow<R>> R wanted(R row, Columns columns) {
        return columns.keys().map(row::only).orElse(row);
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        Objects.requireNonNull(request, "request");
        return new CachedReader<>(this, request);
    }

    // Keeping

    /** Lets a read of the cache fail if somebody wants to be told of failures instead. */
    <T> Mono<T> tolerant(Mono<T> reading, Mono<T> otherwise) {
        return options.report()
                .map(report -> reading.onErrorResume(
                        failure -> !(failure instanceof SourceChanged
                                || failure instanceof RowOutOfBoundsException
                                || failure instanceof StoreClosedException),
                        failure ->
                                Mono.fromRunnable(() -> report.accept(failure)).then(otherwise)))
                .orElse(reading);
    }

    /** Keeps rows that were fetched, if they are of what the cache is of, and hands them to whoever waits for them. */
    Mono<Void> landed(CacheState<R> state, Flights<R>.Claim claim, Map<Long, R> rows) {
        Mono<Void> keeping = tolerant(
                admitted(state, rows)
                        .flatMap(admitted -> place.keep(admitted, state.epoch(), state.size()))
                        .onErrorResume(SourceChanged.class, cleared -> changed(state)),
                Mono.empty());
        return unchanged(state).then(keeping).then(Mono.fromRunnable(() -> claim.land(new LinkedHashMap<>(rows))));
    }

    /** Makes room for rows; answers those that are let in. */
    private Mono<Map<Long, R>> admitted(CacheState<R> state, Map<Long, R> rows) {
        if (options.maxRows().isEmpty()) {
            return Mono.just(rows);
        }
        int most = (int) Math.min(options.maxRows().getAsLong(), Integer.MAX_VALUE / 2);
        return room(state, most).flatMap(bound -> {
            Map<Long, R> admitted = new LinkedHashMap<>();
            rows.entrySet().stream().limit(bound.admits()).forEach(row -> admitted.put(row.getKey(), row.getValue()));
            long[] gone = bound.add(admitted.keySet());
            return gone.length == 0
                    ? Mono.just(admitted)
                    : place.forget(Positions.list(gone)).thenReturn(admitted);
        });
    }

    private Mono<CacheRoom> room(CacheState<R> state, int most) {
        Room counted = room.updateAndGet(known -> known != null && known.isOf(state.generation())
                ? known
                : new Room(
                        state.generation(),
                        new Once<>(place.present(state.epoch())
                                .map(there -> new CacheRoom(most, Math.max(most, state.size()), there)))));
        return Objects.requireNonNull(counted).held().get();
    }

    @Override
    public Mono<Long> evict(Selection which) {
        return counted(stateOfView().flatMap(state -> place.forget(which.resolve(state.size(), name))));
    }

    // The rest

    @Override
    public Mono<String> etag() {
        return counted(stateOfView().map(state -> state.header().etag()).filter(tag -> !tag.isEmpty()));
    }

    @Override
    public Flux<String> groups() {
        return source.groups();
    }

    /**
     * Of the source, whatever the cache has already: what it has must not change the order that others go by. Unknown while the source
     * cannot be reached, where that must not matter.
     */
    @Override
    public Mono<Integer> blockRows() {
        return options.validation() == CacheOptions.Validation.NEVER
                ? source.blockRows().onErrorComplete(AtomfluxException.class)
                : source.blockRows();
    }

    /** Tells of the parts of a source that is put together from others: they are no part of what the cache keeps. */
    @Override
    public Flux<RowBackend<R>> parts() {
        return source.parts().map(part -> part == source ? this : part);
    }

    @Override
    public Flux<String> repair() {
        return Flux.error(() -> new ReadOnlyStoreException(name, "repair"));
    }

    @Override
    public Optional<LeaseLock> leases() {
        return source.leases();
    }

    @Override
    public Flux<StoredColumn> storage() {
        return source.storage();
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            if (calls.close()) {
                calls.whenIdle()
                        .then(Mono.whenDelayError(source.close(), place.close()))
                        .subscribe(nothing -> {}, closed::tryEmitError, closed::tryEmitEmpty);
            }
            return closed.asMono();
        });
    }

    /** Returns how many rows are being fetched; for tests that nothing leaks. */
    int underWay() {
        CacheState<R> known = look().state().known();
        return known == null ? 0 : known.flights().underWay();
    }
}
