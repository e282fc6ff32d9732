package io.atomflux.file.columnar.recording;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Reads what is committed, chunk by chunk, and looks after each whether it is still the same recording: another may have taken
 * its place, or samples may have been discarded.
 */
final class ZarrReader<F> implements RecordingReader<F> {

    private static final int FRAMES_BYTES =
            32 << 20; // frames made at once; with more, chunks are decoded several times
    private static final String ACTION = "reading a recording";

    private final Places places;
    private final Frames<F> frames;
    private final String store;
    private final long step;

    private ZarrReader(Places places, Frames<F> frames, String store, long step) {
        this.places = places;
        this.frames = frames;
        this.store = store;
        this.step = step;
    }

    static <F> Mono<RecordingReader<F>> open(Places places, Frames<F> frames, String store) {
        return Disk.call(store, "opening a recording", () -> {
            Layout layout = snapshot(places, frames, store).commit().layout();
            return new ZarrReader<>(places, frames, store, layout == null ? 64 : layout.chunk());
        });
    }

    private static Snapshot snapshot(Places places, Frames<?> frames, String store) throws IOException {
        Snapshot found = Snapshot.read(places, frames, store, 1);
        if (found == null) {
            throw new StoreNotFoundException(store, "a recording; the first flush makes one");
        }
        return found;
    }

    @Override
    public Mono<Progress> progress() {
        return Disk.call(
                store, ACTION, () -> snapshot(places, frames, store).commit().progress());
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }

    @Override
    public Flux<Sample<F>> read(long from, long to) {
        check(from, to);
        return Flux.<Sample<F>, Cursor>generate(() -> new Cursor(from, to), (cursor, sink) -> {
                    try {
                        Sample<F> next = cursor.next();
                        if (next == null) {
                            sink.complete();
                        } else {
                            sink.next(next);
                        }
                    } catch (IOException e) {
                        sink.error(Disk.translated(store, ACTION, e));
                    }
                    return cursor;
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static void check(long from, long to) {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("samples %d to %d (expected: from 0 on, in order)".formatted(from, to));
        }
    }

    /** Where one subscriber is. */
    private final class Cursor {

        private final Deque<Sample<F>> ready = new ArrayDeque<>();
        private final long to;
        private @Nullable Snapshot snapshot;
        private long position;
        private long emitted;

        Cursor(long from, long to) {
            this.position = from;
            this.to = to;
        }

        @Nullable
        Sample<F> next() throws IOException {
            if (ready.isEmpty()) {
                fill();
            }
            emitted++;
            return ready.poll();
        }

        private void fill() throws IOException {
            Snapshot at = snapshot;
            if (at == null) {
                at = snapshot(places, frames, store);
                snapshot = at;
            }
            long end = Math.min(to, at.commit().committed());
            if (position >= end) {
                return;
            }
            Layout layout = at.arrays().layout();
            long stretch = position / layout.chunk();
            long frame = layout.data().stream()
                    .mapToLong(series -> (long) series.cells() * series.dtype().itemSize())
                    .sum();
            long most = Math.max(1, FRAMES_BYTES / Math.max(1, frame));
            long until = Math.min(Math.min(end, (stretch + 1) * layout.chunk()), position + most);
            ready.addAll(checked(at, emitted, stretch, position, until));
            position = until;
        }

        private List<Sample<F>> checked(Snapshot at, long emitted, long stretch, long from, long to)
                throws IOException {
            return guarded(at, emitted, () -> samples(at, stretch, from, to));
        }
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    /** Reads something, and tells whether it is of the recording that was opened. */
    private <T> T guarded(Snapshot at, long emitted, Reading<T> reading) throws IOException {
        T read;
        try {
            read = reading.read();
        } catch (CorruptDataException | IOException e) {
            if (!at.holds(places, store)) {
                throw new StoreChangedException(store, emitted);
            }
            throw e;
        }
        if (!at.holds(places, store)) {
            throw new StoreChangedException(store, emitted);
        }
        return read;
    }

    private List<Sample<F>> samples(Snapshot at, long stretch, long from, long to) throws IOException {
        Chunks chunks = at.arrays();
        Layout layout = chunks.layout();
        int begin = (int) (from - stretch * layout.chunk());
        int count = (int) (to - from);
        int valid = layout.filled(stretch, at.commit().committed());
        long[] checksums = at.checksums(stretch);
        List<String> names = new ArrayList<>();
        List<byte[][]> parts = new ArrayList<>();
        for (Series series : layout.data()) {
            int item = series.dtype().itemSize();
            byte[][] values = new byte[count][series.cells() * item];
            for (int column = 0; column < series.columns(); column++) {
                byte[] chunk = chunks.load(series, column, stretch, valid, checksums[layout.first(series) + column]);
                for (Series.Run run : series.runs(column)) {
                    TimeLast.take(
                            chunk, run.chunkCell(), run.cells(), layout.chunk(), begin, item, values, run.firstCell());
                }
            }
            names.add(series.name());
            parts.add(values);
        }
        NdArray times = times(at, stretch, valid, checksums);
        long[] iterations = iterations(at, stretch, valid, checksums);
        List<Sample<F>> samples = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            List<NdArray> values = new ArrayList<>();
            for (int part = 0; part < parts.size(); part++) {
                Series series = layout.data().get(part);
                values.add(NdArray.wrap(series.dtype(), shape(series), parts.get(part)[i], 0));
            }
            samples.add(new Sample<>(iterations[begin + i], times.doubleAt(begin + i), frames.frame(names, values)));
        }
        return samples;
    }

    private NdArray times(Snapshot at, long stretch, int valid, long[] checksums) throws IOException {
        Layout layout = at.arrays().layout();
        byte[] chunk = at.arrays().load(layout.time(), 0, stretch, valid, checksums[layout.first(layout.time())]);
        return NdArray.wrap(layout.time().dtype(), new int[] {layout.chunk()}, chunk, 0);
    }

    private long[] iterations(Snapshot at, long stretch, int valid, long[] checksums) throws IOException {
        Layout layout = at.arrays().layout();
        long[] iterations = at.iterations(stretch, 0, valid);
        long expected = checksums[layout.checksums() - 1];
        if (expected != Checksums.UNKNOWN && expected != new SampleFile(at.root(), layout).checksum(iterations)) {
            throw new CorruptDataException(
                    store,
                    "samples from %d on, file %s/%s".formatted(stretch * layout.chunk(), Layout.TIME, SampleFile.FILE),
                    "iterations are not what was committed: their checksum differs",
                    null);
        }
        return iterations;
    }

    private static int[] shape(Series series) {
        return series.frame().stream().mapToInt(i -> i).toArray();
    }

    @Override
    public Mono<NdArray> block(long from, long to) {
        check(from, to);
        if (frames.kind() != FrameKind.ARRAYS) {
            return RecordingReader.super.block(from, to);
        }
        return Disk.call(store, ACTION, () -> {
            Snapshot at = within(from, to);
            return guarded(at, 0, () -> block(at, from, to));
        });
    }

    private Snapshot within(long from, long to) throws IOException {
        Snapshot at = snapshot(places, frames, store);
        if (to > at.commit().committed()) {
            throw new IndexOutOfBoundsException("samples %d to %d of %s (expected: at most %d, which are committed)"
                    .formatted(from, to, store, at.commit().committed()));
        }
        return at;
    }

    private NdArray block(Snapshot at, long from, long to) throws IOException {
        if (at.chunks() == null) {
            return NdArray.zeros(DType.FLOAT64, 0);
        }
        Series series = at.arrays().layout().data().get(0);
        int[] shape = Arrays.copyOf(shape(series), series.frame().size() + 1);
        shape[shape.length - 1] = Math.toIntExact(to - from);
        return cells(at, from, to, 0, series.cells()).reshape(shape);
    }

    /** Reads the chunks that hold some of the cells. */
    private NdArray cells(Snapshot at, long from, long to, int firstCell, int endCell) throws IOException {
        if (at.chunks() == null) {
            return NdArray.zeros(DType.FLOAT64, endCell - firstCell, 0);
        }
        Chunks chunks = at.arrays();
        Layout layout = chunks.layout();
        Series series = layout.data().get(0);
        int item = series.dtype().itemSize();
        long bytes = (endCell - firstCell) * (to - from) * item;
        if (bytes > Integer.MAX_VALUE - 64) {
            throw new LimitExceededException(
                    "bytes of an array", bytes, Integer.MAX_VALUE - 64L, "read fewer samples at once");
        }
        int count = (int) (to - from);
        byte[] out = new byte[(int) bytes];
        for (long stretch = from / layout.chunk(); stretch * layout.chunk() < to; stretch++) {
            long start = stretch * layout.chunk();
            int begin = (int) Math.max(0, from - start);
            int length = (int) Math.min(layout.chunk(), to - start) - begin;
            int valid = layout.filled(stretch, at.commit().committed());
            int target = (int) (start + begin - from);
            long[] checksums = at.checksums(stretch);
            for (int column = 0; column < series.columns(); column++) {
                List<Series.Run> runs = series.runs(column).stream()
                        .map(run -> run.within(firstCell, endCell))
                        .filter(run -> run.cells() > 0)
                        .toList();
                if (runs.isEmpty()) {
                    continue;
                }
                byte[] chunk = chunks.load(series, column, stretch, valid, checksums[column]);
                for (Series.Run run : runs) {
                    for (int cell = 0; cell < run.cells(); cell++) {
                        System.arraycopy(
                                chunk,
                                ((run.chunkCell() + cell) * layout.chunk() + begin) * item,
                                out,
                                ((run.firstCell() - firstCell + cell) * count + target) * item,
                                length * item);
                    }
                }
            }
        }
        return NdArray.wrap(series.dtype(), new int[] {endCell - firstCell, count}, out, 0);
    }

    @Override
    public Mono<NdArray> cells(long from, long to, int firstCell, int endCell) {
        check(from, to);
        if (frames.kind() != FrameKind.ARRAYS || firstCell < 0 || endCell < firstCell) {
            return RecordingReader.super.cells(from, to, firstCell, endCell);
        }
        return Disk.call(store, ACTION, () -> {
            Snapshot at = within(from, to);
            if (at.chunks() != null
                    && endCell > at.arrays().layout().data().get(0).cells()) {
                throw new IndexOutOfBoundsException("cells %d to %d of %s".formatted(firstCell, endCell, store));
            }
            return guarded(at, 0, () -> cells(at, from, to, firstCell, endCell));
        });
    }

    @Override
    public Mono<NdArray> times(long from, long to) {
        check(from, to);
        return Disk.call(store, ACTION, () -> {
            Snapshot at = within(from, to);
            return guarded(at, 0, () -> times(at, from, to));
        });
    }

    private NdArray times(Snapshot at, long from, long to) throws IOException {
        double[] times = new double[Math.toIntExact(to - from)];
        if (times.length > 0) {
            Layout layout = Objects.requireNonNull(at.commit().layout());
            long stretch = -1;
            NdArray chunk = NdArray.zeros(DType.FLOAT64, 0);
            for (long i = from; i < to; i++) {
                if (i / layout.chunk() != stretch) {
                    stretch = i / layout.chunk();
                    chunk = times(
                            at, stretch, layout.filled(stretch, at.commit().committed()), at.checksums(stretch));
                }
                times[(int) (i - from)] = chunk.doubleAt((int) (i % layout.chunk()));
            }
        }
        return NdArray.of(times, times.length);
    }
}
