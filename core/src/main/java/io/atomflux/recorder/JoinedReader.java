package io.atomflux.recorder;

import io.atomflux.error.ForeignDataException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads parts as one: what all have committed, their frames beside each other along the last axis. */
final class JoinedReader implements RecordingReader<NdArray> {

    private static final int AT_ONCE = 4;

    /**
     * How the frames of all parts make one.
     *
     * @param dtype of all
     * @param lead axes before the last one, of all
     * @param starts where each part begins along the last axis, and the end of them all
     */
    private record Joint(DType dtype, int[] lead, int[] starts) {

        int rows() {
            return Arrays.stream(lead).reduce(1, Math::multiplyExact);
        }

        int width() {
            return starts[starts.length - 1];
        }

        int width(int part) {
            return starts[part + 1] - starts[part];
        }

        ArrayLayout layout() {
            return new ArrayLayout(dtype, shape());
        }

        int[] shape(int... more) {
            int[] shape = Arrays.copyOf(lead, lead.length + 1 + more.length);
            shape[lead.length] = width();
            System.arraycopy(more, 0, shape, lead.length + 1, more.length);
            return shape;
        }
    }

    /** What was seen last; there is a joint once all parts have a sample. */
    private record Look(@Nullable Joint joint, long committed) {}

    private final String name;
    private final List<JoinedRecording.Member> members;
    private final PartReaders<NdArray> readers;
    private volatile @Nullable Look last;

    JoinedReader(String name, List<JoinedRecording.Member> members, PartReaders<NdArray> readers) {
        this.name = name;
        this.members = members;
        this.readers = readers;
    }

    @Override
    public Mono<Progress> progress() {
        return readers.look().map(looks -> {
            Progress shortest = looks.stream()
                    .min(Comparator.comparingLong(Progress::committed))
                    .orElseThrow();
            Joint found = shortest.committed() == 0 ? null : joint(looks);
            last = new Look(found, shortest.committed());
            return new Progress(
                    PartReaders.id(looks),
                    shortest.committed(),
                    looks.stream().mapToLong(Progress::generation).sum(),
                    PartReaders.status(looks),
                    shortest.lastIteration(),
                    shortest.lastTime(),
                    found == null ? "" : found.layout().toString(),
                    PartReaders.attributes(looks));
        });
    }

    private Joint joint(List<Progress> looks) {
        int[] starts = new int[looks.size() + 1];
        ArrayLayout first = null;
        for (int part = 0; part < looks.size(); part++) {
            ArrayLayout layout = ArrayLayout.parse(looks.get(part).layout());
            if (layout == null || layout.shape().length == 0) {
                throw unlike(part, looks, "an axis of trajectories");
            }
            int[] shape = layout.shape();
            int width = shape[shape.length - 1];
            long expected = members.get(part).width();
            if (expected >= 0 && width != expected) {
                throw unlike(part, looks, "%d trajectories, as its manifest tells".formatted(expected));
            }
            first = first == null ? layout : first;
            if (!layout.dtype().equals(first.dtype())
                    || !Arrays.equals(shape, 0, shape.length - 1, first.shape(), 0, first.shape().length - 1)) {
                throw unlike(
                        part,
                        looks,
                        "all but the last axis as in rank %d, %s"
                                .formatted(members.get(0).rank(), first));
            }
            starts[part + 1] = Math.addExact(starts[part], width);
        }
        ArrayLayout any = Objects.requireNonNull(first, "first");
        return new Joint(any.dtype(), Arrays.copyOf(any.shape(), any.shape().length - 1), starts);
    }

    private ForeignDataException unlike(int part, List<Progress> looks, String expected) {
        return new ForeignDataException(
                name,
                "frames %s in the part of rank %d, %s"
                        .formatted(looks.get(part).layout(), members.get(part).rank(), readers.name(part)),
                expected);
    }

    /** Returns how parts are joined, and how much all of them have: at least as much as is asked for, if there is. */
    private Mono<Look> look(long to) {
        return Mono.defer(() -> {
            Look known = last;
            return known != null && known.committed() >= to
                    ? Mono.just(known)
                    : progress().flatMap(now -> Mono.justOrEmpty(last));
        });
    }

    private Mono<Joint> joint(long to) {
        return look(to).flatMap(now -> Mono.justOrEmpty(now.joint()));
    }

    @Override
    public Flux<Sample<NdArray>> read(long from, long to) {
        return look(to).flatMapMany(now -> {
            Joint found = now.joint();
            long end = Math.min(to, now.committed());
            if (from >= end || found == null) {
                return Flux.empty();
            }
            List<Flux<Sample<NdArray>>> parts = IntStream.range(0, readers.count())
                    .mapToObj(part -> readers.reader(part).flatMapMany(reader -> reader.read(from, end)))
                    .toList();
            return Flux.zip(parts, 2, Arrays::asList).index((nth, samples) -> beside(found, from + nth, samples));
        });
    }

    private Sample<NdArray> beside(Joint found, long position, List<?> samples) {
        Sample<?> first = (Sample<?>) samples.get(0);
        byte[] bytes = new byte
                [Math.toIntExact(
                        (long) found.rows() * found.width() * found.dtype().itemSize())];
        for (int part = 0; part < samples.size(); part++) {
            Sample<?> sample = (Sample<?>) samples.get(part);
            checkTime(part, position, sample.time(), first.time());
            if (sample.iteration() != first.iteration()) {
                throw elsewhere(part, position, "iteration " + sample.iteration(), "" + first.iteration());
            }
            NdArray cells = ((NdArray) sample.frame()).reshape(found.rows() * found.width(part), 1);
            place(found, new Taken(part, 0, cells), 1, 0, bytes);
        }
        return new Sample<>(first.iteration(), first.time(), NdArray.wrap(found.dtype(), found.shape(), bytes, 0));
    }

    private void checkTime(int part, long position, double time, double expected) {
        if (Double.compare(time, expected) != 0) {
            throw elsewhere(part, position, "time " + time, "" + expected);
        }
    }

    private ForeignDataException elsewhere(int part, long position, String found, String expected) {
        return new ForeignDataException(
                name,
                "%s at position %d in the part of rank %d, %s"
                        .formatted(found, position, members.get(part).rank(), readers.name(part)),
                "%s as in rank %d; parts of one ensemble have the same times"
                        .formatted(expected, members.get(0).rank()));
    }

    @Override
    public Mono<NdArray> block(long from, long to) {
        return joint(to)
                .flatMap(found -> cells(found, from, to, 0, found.rows() * found.width())
                        .map(cells -> cells.reshape(found.shape((int) (to - from)))));
    }

    @Override
    public Mono<NdArray> cells(long from, long to, int firstCell, int endCell) {
        return joint(to).flatMap(found -> cells(found, from, to, firstCell, endCell));
    }

    private Mono<NdArray> cells(Joint found, long from, long to, int firstCell, int endCell) {
        int times = Math.toIntExact(to - from);
        byte[] bytes = new byte
                [Math.toIntExact(
                        (long) (endCell - firstCell) * times * found.dtype().itemSize())];
        return times(from, to)
                .thenMany(Flux.range(0, readers.count()))
                .flatMap(
                        part -> {
                            int first = local(found, part, firstCell);
                            int end = local(found, part, endCell);
                            return first >= end
                                    ? Mono.<Taken>empty()
                                    : readers.reader(part)
                                            .flatMap(reader -> reader.cells(from, to, first, end))
                                            .map(cells -> new Taken(part, first, cells));
                        },
                        AT_ONCE)
                .doOnNext(taken -> place(found, taken, times, firstCell, bytes))
                .then(Mono.fromSupplier(
                        () -> NdArray.wrap(found.dtype(), new int[] {endCell - firstCell, times}, bytes, 0)));
    }

    private record Taken(int part, int first, NdArray cells) {}

    /** Returns how many cells of a part are before a cell of the whole frame. */
    private static int local(Joint found, int part, int cell) {
        if (found.width() == 0) {
            return 0;
        }
        int column = cell % found.width() - found.starts()[part];
        return cell / found.width() * found.width(part) + Math.max(0, Math.min(found.width(part), column));
    }

    private static void place(Joint found, Taken taken, int times, int firstCell, byte[] target) {
        int width = found.width(taken.part());
        int itemSize = found.dtype().itemSize() * times;
        ByteBuffer source = taken.cells().asBuffer();
        int at = taken.first();
        int end = at + taken.cells().length(0);
        while (at < end) { // neighbours of one row are so in both
            int run = Math.min(end - at, width - at % width);
            int cell = at / width * found.width() + found.starts()[taken.part()] + at % width;
            source.get((at - taken.first()) * itemSize, target, (cell - firstCell) * itemSize, run * itemSize);
            at += run;
        }
    }

    @Override
    public Mono<NdArray> times(long from, long to) {
        return Flux.range(0, readers.count())
                .flatMapSequential(part -> readers.reader(part).flatMap(reader -> reader.times(from, to)), AT_ONCE)
                .collect(ArrayList<NdArray>::new, List::add)
                .map(all -> {
                    NdArray first = all.get(0);
                    for (int part = 1; part < all.size(); part++) {
                        for (int t = 0; t < first.size() && !all.get(part).equals(first); t++) {
                            checkTime(part, from + t, all.get(part).doubleAt(t), first.doubleAt(t));
                        }
                    }
                    return first;
                });
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
