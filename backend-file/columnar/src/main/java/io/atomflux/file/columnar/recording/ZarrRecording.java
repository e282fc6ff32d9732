package io.atomflux.file.columnar.recording;

import io.atomflux.adapter.FileLease;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import reactor.core.publisher.Mono;

/**
 * A recording as a Zarr group of version 3: arrays {@code time} of shape (M,) and {@code data} of shape (d, N, M) for M samples
 * of frames (d, N), as PySDE's {@code ZarrStorage} of February 2025 writes them, in both directions.
 *
 * <p>Chunks are as long as the recorder is told at first, e.g. (d, N, 50), and of the whole frame unless {@link
 * #trajectoriesPerChunk} divides it. A chunk that is not full when it is committed is written again when more samples come.
 *
 * <p><b>Commits.</b> Chunks are written first, each under another name and then renamed, and synced; then a hidden file {@code
 * time/.recording.json} is replaced: that is the commit. Recorders and their readers go by that file alone; a process that is
 * killed at any instant loses nothing of what was committed. Then the arrays' documents get their new lengths. Other programs
 * see both lengths change at one instant if they open the group, since as long as the recording is open its document holds
 * those of its arrays; an array that is opened by itself may be one commit behind. At the end the group is just what PySDE
 * leaves, beside two hidden files which no listing of a group shows.
 *
 * <p><b>Checksums</b> of every chunk, the times and the iterations are kept, of what is committed of each: reading what was
 * damaged, cut short or lost since then signals {@link io.atomflux.error.CorruptDataException}, naming the file.
 *
 * <p><b>Groups of others.</b> A group that PySDE made is read, with status UNKNOWN and as many samples as both arrays have, and
 * continued: it keeps its chunks and types, and samples that these cannot hold without loss are refused. What another program
 * has appended to both arrays belongs to the recording; iterations are counted on for it by the stride.
 *
 * <p>One recorder at a time writes, which a lease beside the folder sees to; any number of processes read.
 *
 * @param <F> the type of a frame
 */
public final class ZarrRecording<F> implements RecordingStorage<F> {

    private final Places places;
    private final Frames<F> frames;
    private final int split;
    private final Disk disk;

    private ZarrRecording(Places places, Frames<F> frames, int split, Disk disk) {
        this.places = places;
        this.frames = frames;
        this.split = split;
        this.disk = disk;
    }

    /** Returns the recording of arrays in a folder, which need not exist; no I/O. */
    public static ZarrRecording<NdArray> at(Path folder) {
        return new ZarrRecording<>(new Places(folder), new ArrayValues(), 0, new Disk());
    }

    /**
     * Returns the recording of measurements in a folder, which need not exist: one array for each name, beside {@code time}. No
     * I/O.
     *
     * <p>Measurements are booleans, longs or doubles, each always of the type it has first.
     */
    public static ZarrRecording<Row> scalars(Path folder) {
        return new ZarrRecording<>(new Places(folder), new ScalarValues(), 0, new Disk());
    }

    /**
     * Returns the same, with frames divided along their last axis, so that reading some trajectories does not read all; each
     * part is a file of its own, and several are written at the same time. A group that
     * exists keeps its chunks.
     *
     * @param trajectories how many entries of the last axis of a frame are in a chunk; at least 1
     */
    public ZarrRecording<F> trajectoriesPerChunk(int trajectories) {
        if (trajectories < 1) {
            throw new IllegalArgumentException("trajectories: %d (expected: 1 or more)".formatted(trajectories));
        }
        return new ZarrRecording<>(places, frames, trajectories, disk);
    }

    /** Returns the same over another file system. */
    ZarrRecording<F> on(Disk other) {
        return new ZarrRecording<>(places, frames, split, other);
    }

    @Override
    public String name() {
        return places.root().toString();
    }

    @Override
    public FrameKind<F> kind() {
        return frames.kind();
    }

    /**
     * Opens the group for the one who writes; see {@link RecordingStorage#writer}.
     *
     * @return cold; one writer. What an earlier one that was killed has left is mended first
     * @signals {@link io.atomflux.error.ForeignDataException} if something else than a recording is there, in every mode
     */
    @Override
    public Mono<RecordingWriter<F>> writer(RecordingPlan plan) {
        Objects.requireNonNull(plan, "plan");
        if (plan.chunk() < 1 || plan.stride() < 1) {
            throw new IllegalArgumentException(
                    "chunk %d, stride %d (expected: 1 or more)".formatted(plan.chunk(), plan.stride()));
        }
        return FileLease.beside(places.root())
                .acquire("recorder", Duration.ZERO)
                .flatMap(lease -> ZarrWriter.open(new Mending<>(places, frames, name(), disk, plan), lease, split));
    }

    @Override
    public Mono<RecordingReader<F>> reader() {
        return ZarrReader.open(places, frames, name());
    }
}
