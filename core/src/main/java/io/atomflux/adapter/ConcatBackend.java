package io.atomflux.adapter;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.NdArray;
import io.atomflux.value.Slice;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The rows of several backends behind each other; a source is found by binary search over their sizes. */
final class ConcatBackend<R extends KeyedRow<R>> implements RowBackend<R> {

    private final List<RowBackend<R>> sources;

    ConcatBackend(List<RowBackend<R>> sources) {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("sources: 0 (expected: at least 1)");
        }
        this.sources = List.copyOf(sources);
    }

    @Override
    public Class<R> rowType() {
        return sources.get(0).rowType();
    }

    @Override
    public String name() {
        return sources.get(0).name() + (sources.size() == 1 ? "" : " and " + (sources.size() - 1) + " more");
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    /** For source i, the position of its first row; the last entry is the total. */
    private Mono<long[]> offsets() {
        return Flux.fromIterable(sources)
                .concatMap(RowBackend::size)
                .collectList()
                .map(sizes -> {
                    long[] offsets = new long[sizes.size() + 1];
                    for (int i = 0; i < sizes.size(); i++) {
                        offsets[i + 1] = offsets[i] + sizes.get(i);
                    }
                    return offsets;
                });
    }

    private static int sourceOf(long[] offsets, long position) {
        int found = Arrays.binarySearch(offsets, position);
        int source = found < 0 ? -found - 2 : found;
        while (offsets[source + 1] == position) {
            source++; // empty sources share their first position with the next one
        }
        return source;
    }

    @Override
    public Mono<Long> size() {
        return offsets().map(offsets -> offsets[offsets.length - 1]);
    }

    @Override
    public Mono<R> get(long index, Columns columns) {
        return offsets().flatMap(offsets -> {
            long position = Selection.absolute(index, offsets[offsets.length - 1], name());
            int source = sourceOf(offsets, position);
            return sources.get(source).get(position - offsets[source], columns);
        });
    }

    @Override
    public RowReader<R> reader(ReadRequest request) {
        return new RunReader(request);
    }

    /** Cuts the positions into runs that lie in one source each, and reads run after run. */
    private final class RunReader implements RowReader<R> {
        private final ReadRequest request;
        private long @Nullable [] offsets;
        private Positions positions = Positions.range(0, 0);
        private long done;
        private @Nullable RowReader<R> run;
        private long runOffset;
        private long emitted;

        RunReader(ReadRequest request) {
            this.request = request;
        }

        @Override
        public Mono<Batch<R>> next(long maxBytes) {
            if (offsets != null) {
                return nextOfRun(maxBytes);
            }
            return offsets().flatMap(found -> {
                offsets = found;
                positions = request.selection().resolve(found[found.length - 1], name());
                return nextOfRun(maxBytes);
            });
        }

        private Mono<Batch<R>> nextOfRun(long maxBytes) {
            return Mono.defer(() -> {
                RowReader<R> current = run;
                if (current == null) {
                    if (done == positions.count()) {
                        return Mono.empty();
                    }
                    current = startRun();
                    run = current;
                }
                RowReader<R> running = current;
                return running.next(maxBytes)
                        .<Batch<R>>map(batch -> {
                            emitted += batch.size();
                            return new MovedBatch<>(batch, runOffset);
                        })
                        // the source was longer when the positions were found
                        .onErrorMap(RowOutOfBoundsException.class, shrunk -> new StoreChangedException(name(), emitted))
                        .switchIfEmpty(Mono.defer(() -> {
                            if (emitted != done) {
                                return Mono.error(new StoreChangedException(name(), emitted));
                            }
                            run = null;
                            return running.close().then(nextOfRun(maxBytes));
                        }));
            });
        }

        private RowReader<R> startRun() {
            long[] known = java.util.Objects.requireNonNull(offsets);
            int source = sourceOf(known, positions.at(done));
            long end = done + 1;
            while (end < positions.count()
                    && positions.at(end) >= known[source]
                    && positions.at(end) < known[source + 1]) {
                end++;
            }
            runOffset = known[source];
            Selection within = within(positions.part(done, end), runOffset);
            done = end;
            return sources.get(source).reader(new ReadRequest(within, request.columns(), false));
        }

        @Override
        public Mono<Void> close() {
            return Mono.defer(() -> {
                RowReader<R> current = run;
                run = null;
                return current == null ? Mono.empty() : current.close();
            });
        }
    }

    private static Selection within(Positions part, long offset) {
        long first = part.at(0) - offset;
        long last = part.at(part.count() - 1) - offset;
        long step = part.count() == 1 ? 1 : part.at(1) - part.at(0);
        if (step != 0 && last - first == step * (part.count() - 1) && even(part, step)) {
            long stop = last + step;
            return Selection.ALL.slice(
                    new Slice(OptionalLong.of(first), stop < 0 ? OptionalLong.empty() : OptionalLong.of(stop), step));
        }
        long[] list = part.toArray();
        for (int i = 0; i < list.length; i++) {
            list[i] -= offset;
        }
        return Selection.ALL.pick(list);
    }

    private static boolean even(Positions part, long step) {
        for (long i = 1; i < part.count(); i++) {
            if (part.at(i) - part.at(i - 1) != step) {
                return false;
            }
        }
        return true;
    }

    private record MovedBatch<R extends KeyedRow<R>>(Batch<R> batch, long offset) implements Batch<R> {
        @Override
        public int size() {
            return batch.size();
        }

        @Override
        public R row(int index) {
            return batch.row(index);
        }

        @Override
        public long position(int index) {
            return batch.position(index) + offset;
        }

        @Override
        public long byteSize() {
            return batch.byteSize();
        }

        @Override
        public Optional<NdArray> array(String key) {
            return batch.array(key);
        }
    }

    /** Names the sources too: two of another place may have equal tags. */
    @Override
    public Mono<String> etag() {
        return Flux.fromIterable(sources)
                .concatMap(source -> source.etag()
                        .map(tag -> source.name().length() + ":" + source.name() + tag.length() + ":" + tag)
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty()))
                .collectList()
                .filter(tags -> tags.stream().allMatch(Optional::isPresent))
                .map(tags -> {
                    StringBuilder all = new StringBuilder();
                    tags.forEach(tag -> all.append(tag.orElseThrow()));
                    return Hashes.sha256(all.toString());
                });
    }

    @Override
    public Flux<String> verify() {
        return Flux.fromIterable(sources).concatMap(RowBackend::verify);
    }

    @Override
    public Flux<StoredColumn> storage() {
        return Flux.fromIterable(sources).concatMap(RowBackend::storage);
    }

    /** Closes all sources; the first failure is signalled, later ones are added to it. */
    @Override
    public Mono<Void> close() {
        return Flux.fromIterable(sources).concatMapDelayError(RowBackend::close).then();
    }
}
