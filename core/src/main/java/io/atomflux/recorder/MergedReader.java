package io.atomflux.recorder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads recordings as one, by iteration, then by rank: as far as no sample can come any more that would be before another.
 *
 * <p>How many samples of a part are before an iteration is found by halving; where one read has ended the next one begins
 * without that.
 */
final class MergedReader<F> implements RecordingReader<F> {

    private static final int REMEMBERED = 4096;

    /**
     * What of the parts is in order.
     *
     * @param counts how many samples of each
     * @param last the last iteration of them
     */
    private record Bounds(String id, long[] counts, long last) {
        long total() {
            return LongStream.of(counts).sum();
        }
    }

    /** Where a read has ended: which samples of the parts come next at a position. */
    private record Mark(String id, long position, long[] offsets) {}

    private record Place(String id, int part, long position) {}

    private record Ranked<F>(int rank, Sample<F> sample) {}

    private final PartReaders<F> readers;
    private final AtomicReference<@Nullable Bounds> bounds = new AtomicReference<>();
    private final AtomicReference<@Nullable Mark> mark = new AtomicReference<>();
    private final Map<Place, Long> iterations = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Long> eldest) {
            return size() > REMEMBERED;
        }
    });

    MergedReader(PartReaders<F> readers) {
        this.readers = readers;
    }

    @Override
    public Mono<Progress> progress() {
        return readers.look()
                .flatMap(looks -> bounds(looks).map(found -> {
                    bounds.set(found);
                    return progress(looks, found);
                }));
    }

    private static Progress progress(List<Progress> looks, Bounds found) {
        List<String> layouts = looks.stream()
                .map(Progress::layout)
                .filter(layout -> !layout.isEmpty())
                .distinct()
                .toList();
        boolean any = found.total() > 0;
        Progress last = looks.stream()
                .filter(look -> look.lastIteration().equals(OptionalLong.of(found.last())))
                .reduce((a, b) -> b)
                .orElse(Progress.NONE);
        return new Progress(
                PartReaders.id(looks),
                found.total(),
                looks.stream().mapToLong(Progress::generation).sum(),
                PartReaders.status(looks),
                any ? OptionalLong.of(found.last()) : OptionalLong.empty(),
                any ? last.lastTime() : OptionalDouble.empty(),
                any && layouts.size() == 1 ? layouts.get(0) : "",
                PartReaders.attributes(looks));
    }

    private Mono<Bounds> bounds(List<Progress> looks) {
        String id = PartReaders.id(looks);
        RecordingStatus status = PartReaders.status(looks);
        LongStream lasts = looks.stream()
                .filter(look -> look.committed() > 0)
                .mapToLong(look -> look.lastIteration().orElseThrow());
        if (status == RecordingStatus.CLOSED
                || status == RecordingStatus.ABORTED) { // nothing can come between any more
            return Mono.just(new Bounds(
                    id,
                    looks.stream().mapToLong(Progress::committed).toArray(),
                    lasts.max().orElse(0)));
        }
        if (looks.stream().anyMatch(look -> look.committed() == 0)) {
            return Mono.just(new Bounds(id, new long[looks.size()], 0));
        }
        long last = lasts.min().orElse(0);
        Bounds before = bounds.get();
        long[] known = before != null && before.id().equals(id) && before.last() <= last
                ? before.counts()
                : new long[looks.size()];
        return counts(
                        id,
                        last,
                        known,
                        looks.stream().mapToLong(Progress::committed).toArray())
                .map(counts -> new Bounds(id, counts, last));
    }

    /** Counts the samples of each part up to an iteration, that one included. */
    private Mono<long[]> counts(String id, long iteration, long[] least, long[] most) {
        return Flux.range(0, least.length)
                .flatMapSequential(part -> count(id, part, iteration, least[part], most[part]), 8)
                .collectList()
                .map(counts -> counts.stream().mapToLong(Long::longValue).toArray());
    }

    private Mono<Long> count(String id, int part, long iteration, long least, long most) {
        if (least >= most) {
            return Mono.just(least);
        }
        long middle = (least + most) >>> 1;
        return iteration(id, part, middle)
                .flatMap(found -> found <= iteration
                        ? count(id, part, iteration, middle + 1, most)
                        : count(id, part, iteration, least, middle));
    }

    private Mono<Long> iteration(String id, int part, long position) {
        Place place = new Place(id, part, position);
        Long known = iterations.get(place);
        return known != null
                ? Mono.just(known)
                : readers.reader(part)
                        .flatMap(reader -> reader.read(position, position + 1).next())
                        .map(Sample::iteration)
                        .doOnNext(found -> iterations.put(place, found));
    }

    @Override
    public Flux<Sample<F>> read(long from, long to) {
        return Mono.defer(() -> {
                    Bounds known = bounds.get();
                    return known != null && known.total() >= to
                            ? Mono.just(known)
                            : progress().flatMap(look -> Mono.justOrEmpty(bounds.get()));
                })
                .flatMapMany(found -> {
                    long end = Math.min(to, found.total());
                    return from >= end
                            ? Flux.empty()
                            : offsets(found, from).flatMapMany(offsets -> merged(found, offsets, from, end));
                });
    }

    private Flux<Sample<F>> merged(Bounds found, long[] offsets, long from, long end) {
        List<Flux<Ranked<F>>> parts = new ArrayList<>();
        for (int part = 0; part < offsets.length; part++) {
            int rank = part;
            long first = offsets[part];
            if (first < found.counts()[part]) {
                parts.add(readers.reader(part)
                        .flatMapMany(reader -> reader.read(first, found.counts()[rank]))
                        .map(sample -> new Ranked<>(rank, sample)));
            }
        }
        long[] next = offsets.clone();
        Comparator<Ranked<F>> order = Comparator.<Ranked<F>>comparingLong(
                        ranked -> ranked.sample().iteration())
                .thenComparingInt(Ranked::rank);
        Flux<Ranked<F>> all =
                parts.size() == 1 ? parts.get(0) : Flux.mergeComparing(2, order, parts.toArray(MergedReader::streams));
        return all.take(end - from)
                .map(ranked -> {
                    next[ranked.rank()]++;
                    return ranked.sample();
                })
                .doOnComplete(() -> mark.set(new Mark(found.id(), end, next)));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // of arrays of a generic type there is no other way
    private static <F> Flux<Ranked<F>>[] streams(int count) {
        return new Flux[count];
    }

    /** Finds which sample of each part is the first at or behind a position. */
    private Mono<long[]> offsets(Bounds found, long from) {
        Mark ended = mark.get();
        if (ended != null && ended.position() == from && ended.id().equals(found.id())) {
            return Mono.just(ended.offsets().clone());
        }
        long[] none = new long[found.counts().length];
        return from == 0 ? Mono.just(none) : search(found, from, 0, found.last(), none, found.counts());
    }

    /**
     * Halves the iterations until one is left.
     *
     * @param before samples before the least one
     * @param upTo samples up to the greatest one
     */
    private Mono<long[]> search(Bounds found, long from, long least, long greatest, long[] before, long[] upTo) {
        if (least == greatest) {
            long[] offsets = before.clone();
            long missing = from - LongStream.of(before).sum();
            for (int part = 0; part < offsets.length && missing > 0; part++) {
                if (upTo[part] > before[part]) {
                    offsets[part]++;
                    missing--;
                }
            }
            return Mono.just(offsets);
        }
        long middle = (least + greatest) >>> 1;
        return counts(found.id(), middle, before, upTo)
                .flatMap(counts -> LongStream.of(counts).sum() > from
                        ? search(found, from, least, middle, before, counts)
                        : search(found, from, middle + 1, greatest, counts, upTo));
    }

    @Override
    public long step() {
        return readers.step();
    }

    @Override
    public Mono<Void> close() {
        return readers.close();
    }
}
