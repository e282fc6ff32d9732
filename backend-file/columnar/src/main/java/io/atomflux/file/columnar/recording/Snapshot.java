package io.atomflux.file.columnar.recording;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.zarr.ZarrChunks;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A recording as it was found at one instant.
 *
 * @param root the folder it was in
 * @param commit how far it is; made up from the arrays' lengths where nobody wrote it down
 * @param recorded how many of its samples a recorder has written; those behind them another program has appended
 * @param chunks its arrays; null as long as it has none
 * @param foreign whether it has no record of its own
 */
record Snapshot(
        Path root, Commit commit, long recorded, @Nullable Chunks chunks, boolean foreign) {

    private static final int MOST_ATTEMPTS = 100;
    private static final int LOOKS = 8; // before something is said not to be there
    private static final long PAUSE = 100_000; // nanoseconds; a little longer each time, 3 ms together

    Chunks arrays() {
        return Objects.requireNonNull(chunks, "chunks");
    }

    static Path commitFile(Path root) {
        return root.resolve(Layout.TIME).resolve(Commit.FILE);
    }

    /**
     * Looks what is there.
     *
     * @param stride every how many iterations another program has kept a sample, from 0 on, where it did not tell
     * @return null if there is nothing, or an empty folder
     * @throws ForeignDataException if there is something else
     */
    static @Nullable Snapshot read(Places places, Frames<?> frames, String store, int stride) throws IOException {
        for (int attempt = 0; ; attempt++) {
            Path root = places.current();
            if (Disk.names(root).isEmpty()) {
                if (Disk.isOther(root)) {
                    throw new ForeignDataException(store, "a file", "a folder with a Zarr group, or nothing");
                } else if (attempt < LOOKS) {
                    LockSupport.parkNanos(attempt * PAUSE);
                    continue; // it may just have been replaced: for an instant there is nothing of its name
                }
                return null;
            }
            byte[] file = Disk.read(commitFile(root));
            if (file == null) {
                if (attempt < LOOKS) {
                    LockSupport.parkNanos(attempt * PAUSE);
                    continue;
                }
                Snapshot foreign = foreign(root, frames, store, stride);
                if (Disk.exists(commitFile(root)) || !root.equals(places.current()) || Disk.exists(commitFile(root))) {
                    continue; // it was just replaced, and what was read is of the one that has come
                } else if (foreign != null) {
                    return foreign;
                }
                throw new ForeignDataException(
                        store,
                        "a folder that is no recording of " + frames.kind().name(),
                        "a Zarr group with arrays time and data, or nothing");
            }
            Snapshot found = known(root, Commit.read(file, store), store);
            if (found != null) {
                return found;
            } else if (attempt > MOST_ATTEMPTS) {
                throw new CorruptDataException(store, Commit.FILE, "it and the arrays do not come to rest", null);
            }
        }
    }

    /** Returns null if it changed meanwhile. */
    private static @Nullable Snapshot known(Path root, Commit commit, String store) throws IOException {
        Layout layout = commit.layout();
        if (layout == null) {
            return new Snapshot(root, commit, 0, null, false);
        }
        Chunks chunks = Chunks.open(root, store, layout);
        long length = length(root, layout);
        if (length <= commit.committed()) {
            return new Snapshot(root, commit, commit.committed(), chunks, false);
        }
        // Recorders make the documents longer after a commit, and shorter before: if they and the commit stay as they
        // are, it
        // was another program that has appended.
        byte[] again = Disk.read(commitFile(root));
        if (again == null
                || !Commit.read(again, store).progress().equals(commit.progress())
                || length(root, layout) != length) {
            return null;
        }
        return new Snapshot(
                root, appended(commit, length, commit.stride(), layout, chunks), commit.committed(), chunks, false);
    }

    /** Returns the least of what the arrays' documents say; -1 if one of them is none. */
    private static long length(Path root, Layout layout) throws IOException {
        long length = Long.MAX_VALUE;
        for (Series series : layout.all()) {
            length = Math.min(
                    length,
                    Documents.samples(Disk.read(root.resolve(series.name()).resolve(Documents.FILE))));
        }
        return length;
    }

    private static Commit appended(Commit before, long samples, int stride, Layout layout, Chunks chunks)
            throws IOException {
        Progress was = before.progress();
        long added = samples - was.committed();
        OptionalLong iteration = samples == 0
                ? OptionalLong.empty()
                : OptionalLong.of(
                        was.lastIteration().isPresent()
                                ? was.lastIteration().getAsLong() + added * stride
                                : (samples - 1) * stride);
        OptionalDouble time = OptionalDouble.empty();
        if (samples > 0) {
            long stretch = (samples - 1) / layout.chunk();
            byte[] times = chunks.load(layout.time(), 0, stretch, layout.filled(stretch, samples), Checksums.UNKNOWN);
            time = OptionalDouble.of(NdArray.wrap(layout.time().dtype(), new int[] {layout.chunk()}, times, 0)
                    .doubleAt((int) ((samples - 1) % layout.chunk())));
        }
        Progress progress = new Progress(
                was.id(), samples, was.generation(), was.status(), iteration, time, layout.text(), was.attributes());
        return new Commit(progress, before.reason(), stride, layout, before.tail());
    }

    private static @Nullable Snapshot foreign(Path root, Frames<?> frames, String store, int stride)
            throws IOException {
        if (frames.foreign().isEmpty()) {
            return null;
        }
        Map<String, ArrayInfo> infos = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(frames.foreign());
        names.add(Layout.TIME);
        for (String name : names) {
            byte[] document = Disk.read(root.resolve(name).resolve(Documents.FILE));
            if (document == null) {
                return null;
            }
            infos.put(
                    name,
                    ZarrChunks.of(Map.of(Documents.FILE, document), store + ", array " + name, Integer.MAX_VALUE)
                            .info());
        }
        ArrayInfo time = Objects.requireNonNull(infos.remove(Layout.TIME));
        if (time.shape().rank() != 1
                || time.element().isText()
                || !time.element().dtype().isReal()) {
            throw unsupported(store, Layout.TIME, time, "one number for each sample");
        }
        int chunk = Math.toIntExact(time.chunk().at(0));
        List<Series> data = new ArrayList<>();
        long samples = time.shape().at(0);
        for (Map.Entry<String, ArrayInfo> entry : infos.entrySet()) {
            ArrayInfo info = entry.getValue();
            data.add(series(store, entry.getKey(), info, chunk));
            samples = Math.min(samples, info.shape().at(info.shape().rank() - 1));
        }
        Series first = data.get(0);
        String text = first.frame().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", first.dtype().name() + " (", ")"));
        Layout layout = Layout.of(data, time.element().dtype(), chunk, text);
        Chunks chunks = Chunks.open(root, store, layout);
        Progress none = new Progress(
                "", 0, 0, RecordingStatus.UNKNOWN, OptionalLong.empty(), OptionalDouble.empty(), text, Map.of());
        Commit nothing = new Commit(none, "", stride, layout, new long[0]);
        return new Snapshot(root, appended(nothing, samples, stride, layout, chunks), 0, chunks, true);
    }

    private static Series series(String store, String name, ArrayInfo info, int chunk) {
        int rank = info.shape().rank();
        if (rank == 0 || info.element().isText()) {
            throw unsupported(store, name, info, "an array of numbers with the times as its last axis");
        }
        List<Integer> frame = new ArrayList<>();
        boolean whole = info.chunk().at(rank - 1) == chunk;
        for (int i = 0; i < rank - 1; i++) {
            frame.add(Math.toIntExact(info.shape().at(i)));
            whole &= i == rank - 2 || info.chunk().at(i) >= info.shape().at(i);
        }
        int split = rank == 1 ? 1 : Math.toIntExact(info.chunk().at(rank - 2));
        DType type = info.element().dtype();
        Series series = new Series(name, type, frame, split);
        if (!whole || !Arrays.equals(series.chunk(chunk), info.chunk().toArray())) {
            throw unsupported(
                    store,
                    name,
                    info,
                    "chunks as long as those of the times, which divide at most the last axis before");
        }
        return series;
    }

    private static UnsupportedDataException unsupported(String store, String name, ArrayInfo info, String expected) {
        return new UnsupportedDataException(
                store,
                "array " + name,
                "%s %s in chunks %s (expected: %s)".formatted(info.element(), info.shape(), info.chunk(), expected),
                null);
    }

    /** Tells whether what was read since then belongs to it. */
    boolean holds(Places places, String store) throws IOException {
        byte[] file = Disk.read(commitFile(places.current()));
        return foreign
                ? Disk.exists(root) && (file == null || Commit.read(file, store).committed() >= commit.committed())
                : file != null && Commit.read(file, store).continues(commit.withCommitted(recorded));
    }

    /** Returns the checksums of a stretch of times, of what is committed of it. */
    long[] checksums(long stretch) throws IOException {
        Layout layout = arrays().layout();
        if (layout.filled(stretch, recorded) == layout.chunk()) {
            return new SampleFile(root, layout).checksums(stretch);
        }
        // of a tail to which another program has appended only the recorder's part could be checked
        boolean own = layout.filled(stretch, recorded) > 0 && recorded == commit.committed();
        return own ? commit.tail() : new long[layout.checksums()];
    }

    /** Returns the iterations of some samples of one stretch of times. */
    long[] iterations(long stretch, int from, int to) throws IOException {
        Layout layout = arrays().layout();
        long begin = stretch * layout.chunk();
        int known = Math.max(from, Math.min(to, layout.filled(stretch, recorded)));
        long[] iterations = Arrays.copyOf(new SampleFile(root, layout).iterations(stretch, from, known), to - from);
        long last = commit.progress().lastIteration().orElse(0);
        for (int i = known; i < to; i++) {
            iterations[i - from] = last - (commit.committed() - 1 - (begin + i)) * commit.stride();
        }
        return iterations;
    }
}
