package io.atomflux.adapter;

import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.KeyedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The rows of several backends behind each other; a source is found by binary search over their sizes.
 *
 * <p>Sizes are looked up anew by every call, as they may have changed, but no more of them than it needs: one row asks the
 * sources before it (or, counted from the end, behind it). A source that went away, or became shorter, between looking and
 * reading makes a call look once more.
 */
final class ConcatBackend<R extends KeyedRow<R>> implements RowBackend<R> {

    private static final int ASKED_AT_ONCE = 8;

    private final SourceList<R> list;
    private final InFlight calls;
    private final Sinks.Empty<Void> closed = Sinks.empty();

    ConcatBackend(SourceList<R> list) {
        this.list = list;
        this.calls = new InFlight(list.name());
    }

    @Override
    public Class<R> rowType() {
        return list.rowType();
    }

    @Override
    public String name() {
        return list.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    /** Closing waits for it; refused once that has begun. */
    private <T> Mono<T> counted(Mono<T> call) {
        return Mono.defer(() -> {
            calls.enter();
            return call.doFinally(signal -> calls.exit());
        });
    }

    private <T> Flux<T> countedMany(Flux<T> call) {
        return Flux.defer(() -> {
            calls.enter();
            return call.doFinally(signal -> calls.exit());
        });
    }

    /** Makes a call with the sources of now, and once more if one of them was not what it had been a moment before. */
    private <T> Mono<T> withSources(Mono<SourceList.Sources<R>> now, Function<SourceList.Sources<R>, Mono<T>> call) {
        Mono<T> once = now.flatMap(call);
        return counted(once.onErrorResume(this::mayPass, failure -> once));
    }

    private boolean mayPass(Throwable failure) {
        return failure instanceof StoreNotFoundException
                || failure instanceof RowOutOfBoundsException outside
                        && !outside.store().equals(name());
    }

    /** For source i, the position of its first row; the last entry is the total. */
    private static <R extends KeyedRow<R>> Mono<long[]> offsets(SourceList.Sources<R> sources) {
        int count = sources.count();
        long[] sizes = new long[count];
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            OptionalLong known = sources.size(i);
            sizes[i] = known.orElse(0);
            if (known.isEmpty()) {
                unknown.add(i);
            }
        }
        return Flux.fromIterable(unknown)
                .flatMap(
                        i -> sources.get(i).size().doOnNext(size -> {
                            sizes[i] = size;
                            sources.learn(i, size);
                        }),
                        ASKED_AT_ONCE)
                .then(Mono.fromSupplier(() -> {
                    long[] offsets = new long[count + 1];
                    for (int i = 0; i < count; i++) {
                        offsets[i + 1] = offsets[i] + sizes[i];
                    }
                    return offsets;
                }));
    }

    @Override
    public Mono<Long> size() {
        return withSources(list.now(true), sources -> offsets(sources).map(offsets -> offsets[offsets.length - 1]));
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        return withSources(list.nowForRow(index), sources -> new Search(sources, index, columns).run());
    }

    /** Goes from source to source, from the first or from the last one, until one has the row. */
    private final class Search {
        private final SourceList.Sources<R> sources;
        private final long index;
        private final Columns columns;
        private final boolean fromEnd;
        private long rest; // the index within the source looked at, as if it were the first (or the last) one
        private int done;

        Search(SourceList.Sources<R> sources, long index, Columns columns) {
            this.sources = sources;
            this.index = index;
            this.columns = columns;
            this.fromEnd = index < 0;
            this.rest = index;
        }

        Mono<R> run() {
            return Flux.defer(this::next)
                    .repeat(() -> done < sources.count())
                    .next()
                    .switchIfEmpty(Mono.error(
                            () -> new RowOutOfBoundsException(index, fromEnd ? rest - index : index - rest, name())));
        }

        /** Passes the sources that are known to end before; asks the first other one. */
        private Mono<R> next() {
            while (done < sources.count()) {
                int source = fromEnd ? sources.count() - 1 - done : done;
                done++;
                OptionalLong size = sources.size(source);
                if (size.isEmpty()) {
                    return asked(source);
                } else if (fromEnd ? -rest <= size.getAsLong() : rest < size.getAsLong()) {
                    return sources.get(source).get(rest, columns);
                }
                pass(size.getAsLong());
            }
            return Mono.empty();
        }

        private void pass(long size) {
            rest += fromEnd ? size : -size;
        }

        /** Asks for the row itself: a source of text need not be counted to its end for that. */
        private Mono<R> asked(int source) {
            return sources.get(source).get(rest, columns).onErrorResume(RowOutOfBoundsException.class, outside -> {
                if (outside.index() != rest || outside.size() > (fromEnd ? -rest - 1 : rest)) {
                    return Mono.error(outside);
                }
                sources.learn(source, outside.size());
                pass(outside.size());
                return Mono.empty();
            });
        }
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        return new ConcatReader<>(this, request);
    }

    /** Begins a stream, which closing waits for until it {@link #ended}. */
    void begin() {
        calls.enter();
    }

    void ended() {
        calls.exit();
    }

    /** Finds out what a stream reads. */
    Mono<ConcatPlan<R>> plan(Selection selection) {
        if (selection.isAll() && list.takesSourcesAsTheyCome()) {
            return list.now(false).map(ConcatPlan::ofAll);
        }
        return list.now(true)
                .flatMap(sources -> offsets(sources)
                        .map(offsets -> ConcatPlan.of(
                                sources, offsets, selection.resolve(offsets[offsets.length - 1], name()))));
    }

    @Override
    public Flux<String> groups() {
        return countedMany(
                each(RowBackend::groups).collect(TreeSet<String>::new, Set::add).flatMapIterable(all -> all));
    }

    @Override
    public Flux<RowBackend<R>> parts() {
        return countedMany(each(Flux::just));
    }

    private <T> Flux<T> each(Function<RowBackend<R>, Flux<T>> call) {
        return list.now(false)
                .flatMapMany(sources -> Flux.range(0, sources.count()).concatMap(i -> call.apply(sources.get(i)), 1));
    }

    /** Names the sources too: two of another place may have equal tags. */
    @Override
    public Mono<String> etag() {
        return counted(each(source -> source.etag()
                        .map(tag -> source.name().length() + ":" + source.name() + tag.length() + ":" + tag)
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty())
                        .flux())
                .collectList()
                .filter(tags -> tags.stream().allMatch(Optional::isPresent))
                .map(tags -> {
                    StringBuilder all = new StringBuilder();
                    tags.forEach(tag -> all.append(tag.orElseThrow()));
                    return Hashes.sha256(all.toString());
                }));
    }

    /** The greatest of all sources. */
    @Override
    public Mono<Integer> blockRows() {
        return counted(each(source -> source.blockRows().flux()).reduce(Math::max));
    }

    @Override
    public Flux<String> verify() {
        return countedMany(each(RowBackend::verify));
    }

    @Override
    public Flux<String> repair() {
        return Flux.error(() -> new ReadOnlyStoreException(name(), "repair"));
    }

    @Override
    public Flux<StoredColumn> storage() {
        return countedMany(list.now(false)
                .flatMapMany(sources ->
                        Flux.range(0, sources.count()).concatMap(i -> storage(sources, i, sources.count() > 1), 1)));
    }

    private static <R extends KeyedRow<R>> Flux<StoredColumn> storage(
            SourceList.Sources<R> sources, int index, boolean named) {
        RowBackend<R> source = sources.get(index);
        return named
                ? source.storage().map(column -> column.withName(source.name() + ", " + column.name()))
                : source.storage();
    }

    /** Waits for running calls and streams, then closes all sources. */
    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            if (calls.close()) {
                calls.whenIdle()
                        .then(Mono.defer(list::close))
                        .subscribe(nothing -> {}, closed::tryEmitError, closed::tryEmitEmpty);
            }
            return closed.asMono();
        });
    }
}
