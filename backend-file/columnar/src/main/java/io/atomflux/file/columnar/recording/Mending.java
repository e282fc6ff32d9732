package io.atomflux.file.columnar.recording;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.file.columnar.zarr.ZarrJson;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Opening for writing: brings what is there to the state that was committed, whoever left it and however.
 *
 * @param <F> the type of a frame
 */
final class Mending<F> {

    /**
     * What a writer begins with.
     *
     * @param chunks the arrays; null where there are none yet
     * @param replaces whether another recording stays until this one has samples
     */
    record Opened(Commit commit, @Nullable Chunks chunks, boolean replaces) {}

    private final Places places;
    private final Frames<F> frames;
    private final String store;
    private final Disk disk;
    private final RecordingPlan plan;

    Mending(Places places, Frames<F> frames, String store, Disk disk, RecordingPlan plan) {
        this.places = places;
        this.frames = frames;
        this.store = store;
        this.disk = disk;
        this.plan = plan;
    }

    Places places() {
        return places;
    }

    Frames<F> frames() {
        return frames;
    }

    String store() {
        return store;
    }

    Disk disk() {
        return disk;
    }

    RecordingPlan plan() {
        return plan;
    }

    /** Opens what is there, or tells that a new one begins; nothing is made for that before it has samples. */
    Opened open() throws IOException {
        places.recover(disk);
        Snapshot found = Snapshot.read(places, frames, store, plan.stride());
        if (found == null || plan.mode() == RecordingMode.REPLACE) {
            requireAlone(found);
            return new Opened(beginning(Map.of()), null, found != null);
        } else if (plan.mode() == RecordingMode.CREATE_NEW) {
            throw new RecordingExistsException(store, found.commit().committed());
        } else if (found.chunks() == null) {
            Commit commit = reopened(found.commit());
            Chunks.commit(disk, found.root(), commit);
            return new Opened(commit, null, false);
        }
        long kept = kept(found);
        if (kept == 0 && found.commit().committed() > 0) {
            requireAlone(found);
            return new Opened(beginning(found.commit().progress().attributes()), null, true);
        }
        return new Opened(
                resume(found, kept),
                Chunks.open(found.root(), store, found.arrays().layout()),
                false);
    }

    /** Refuses to discard groups in the recording's, e.g. of rows that somebody has put there. */
    private void requireAlone(@Nullable Snapshot found) throws IOException {
        if (found == null) {
            return;
        }
        for (String name : Disk.names(found.root())) {
            byte[] document = Disk.read(found.root().resolve(name).resolve("zarr.json"));
            if (document != null && "group".equals(ZarrJson.read(document).get("node_type"))) {
                throw new ForeignDataException(
                        store,
                        "the group \"%s\" beside the recording, which would go with it".formatted(name),
                        "only a recording where one is replaced; move the group elsewhere first");
            }
        }
    }

    private Commit beginning(Map<String, Object> attributes) {
        Progress progress = new Progress(
                UUID.randomUUID().toString(),
                0,
                0,
                RecordingStatus.OPEN,
                OptionalLong.empty(),
                OptionalDouble.empty(),
                "",
                plain(attributes));
        return new Commit(progress, "", plan.stride(), null, new long[0]);
    }

    /** Returns the attributes as they will be read: those that were kept, and over them those of the plan. */
    private Map<String, Object> plain(Map<String, Object> kept) {
        Map<String, Object> all = new LinkedHashMap<>(kept);
        all.putAll(plan.attributes());
        Map<String, Object> plain = new LinkedHashMap<>();
        ZarrJson.read(ZarrJson.write(all)).forEach((name, value) -> plain.put(name, Objects.requireNonNull(value)));
        return plain;
    }

    private Commit reopened(Commit commit) {
        Progress was = commit.progress();
        Progress progress = new Progress(
                was.id().isEmpty() ? UUID.randomUUID().toString() : was.id(),
                was.committed(),
                was.generation() + 1,
                RecordingStatus.OPEN,
                was.lastIteration(),
                was.lastTime(),
                was.layout(),
                plain(was.attributes()));
        return new Commit(progress, "", plan.stride(), commit.layout(), commit.tail());
    }

    private Commit resume(Snapshot found, long kept) throws IOException {
        Chunks chunks = found.arrays();
        Layout layout = chunks.layout();
        sweep(found.root(), layout);
        if (found.recorded() < found.commit().committed()) {
            adopt(found);
        }
        boolean cut = kept < found.commit().committed();
        Commit commit = reopened(found.commit());
        if (kept != found.recorded()) {
            commit = shortened(found, commit, kept, cut);
        }
        if (cut) {
            chunks.describe(
                    disk, commit, true); // before the commit: longer ones would be taken for what others appended
        }
        Chunks.commit(disk, found.root(), commit);
        chunks.trim(disk, kept);
        chunks.describe(disk, commit, true);
        return commit;
    }

    /** Removes what was to be renamed. */
    private void sweep(Path root, Layout layout) throws IOException {
        for (Series series : layout.all()) {
            Path folder = root.resolve(series.name());
            for (String name : Disk.names(folder)) {
                if (name.startsWith(Chunks.TEMPORARY)) {
                    disk.delete(folder.resolve(name));
                }
            }
        }
    }

    /** Writes the iterations of samples that another program has written; their checksums are not known. */
    private void adopt(Snapshot found) throws IOException {
        Layout layout = found.arrays().layout();
        SampleFile file = new SampleFile(found.root(), layout);
        long samples = found.commit().committed();
        for (long at = found.recorded(); at < samples; ) {
            long stretch = at / layout.chunk();
            int from = (int) (at % layout.chunk());
            int to = layout.filled(stretch, samples);
            file.write(disk, stretch, from, found.iterations(stretch, from, to), new long[layout.checksums()]);
            at += to - from;
        }
    }

    /** Returns how many samples are before the iteration from which on they are discarded. */
    private long kept(Snapshot found) throws IOException {
        long samples = found.commit().committed();
        if (plan.cutFrom().isEmpty()) {
            return samples;
        }
        long cut = plan.cutFrom().getAsLong();
        Layout layout = found.arrays().layout();
        for (long stretch = layout.stretches(samples) - 1; stretch >= 0; stretch--) {
            long[] iterations = found.iterations(stretch, 0, layout.filled(stretch, samples));
            for (int i = iterations.length - 1; i >= 0; i--) {
                if (iterations[i] < cut) {
                    return stretch * layout.chunk() + i + 1;
                }
            }
        }
        return 0;
    }

    /** Returns the commit of the first samples, with what has to be read of the last of them. */
    private Commit shortened(Snapshot found, Commit commit, long samples, boolean cut) throws IOException {
        Chunks chunks = found.arrays();
        Layout layout = chunks.layout();
        OptionalLong iteration = OptionalLong.empty();
        OptionalDouble time = OptionalDouble.empty();
        long[] tail = new long[0];
        if (samples > 0) {
            long stretch = (samples - 1) / layout.chunk();
            int valid = layout.filled(stretch, samples);
            long[] iterations = found.iterations(stretch, 0, valid);
            iteration = OptionalLong.of(iterations[valid - 1]);
            long[] checksums = found.checksums(stretch);
            int before = layout.filled(stretch, found.commit().committed());
            tail = new long[layout.checksums()];
            for (Layout.Column column : layout.columns()) {
                Series series = column.series();
                byte[] chunk = chunks.load(series, column.column(), stretch, before, checksums[column.number()]);
                Checksums.blank(chunk, layout.chunk(), valid, series.dtype().itemSize());
                tail[column.number()] = Checksums.of(chunk);
                if (series.equals(layout.time())) {
                    time = OptionalDouble.of(NdArray.wrap(series.dtype(), new int[] {layout.chunk()}, chunk, 0)
                            .doubleAt(valid - 1));
                }
            }
            tail[layout.checksums() - 1] = new SampleFile(found.root(), layout).checksum(iterations);
        }
        Progress was = commit.progress();
        Progress progress = new Progress(
                cut ? UUID.randomUUID().toString() : was.id(),
                samples,
                was.generation(),
                was.status(),
                iteration,
                time,
                was.layout(),
                was.attributes());
        return new Commit(progress, "", plan.stride(), layout, samples % layout.chunk() == 0 ? new long[0] : tail);
    }
}
