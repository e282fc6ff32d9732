package io.atomflux.recorder.npz;

import io.atomflux.adapter.FileLease;
import io.atomflux.error.AtomfluxException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * A recording as one compressed NumPy file, which {@code numpy.load} and PySDE read: {@code time} (M,), 64-bit floats, and
 * {@code data} (frame's shape, M), e.g. (d, N, M) of an ensemble, time last.
 *
 * <pre>{@code
 * Recorder<NdArray> recorder = Recorder.to(NpzRecording.at(Path.of("res"))).stride(10).build(); // res.npz
 * }</pre>
 *
 * <p>A run is recorded to a hidden folder beside the file, {@code .res.npz.recording}: what a commit added survives the end of
 * the process and loss of power, memory does not grow with the run, and others read it meanwhile. Each {@code save()} writes
 * the file anew, whole, as PySDE's does; closing or aborting the recorder does so once more, and removes the folder.
 * That needs room for both for a moment. If the process ends before, the
 * folder stays: it is the recording, can be read, and resuming it and closing makes the file. As long as the folder has a
 * commit, the folder is what is read; a file of that name is the one of an earlier run, or of the same run before it was
 * resumed, and is replaced at the end.
 *
 * <p>Id, status, iterations, stride and attributes of a finished run are in the archive's comment, where NumPy does not look
 * (if iterations follow no rule, in a third array {@code iteration}). A file without it, e.g. one of PySDE, is read with status
 * {@link io.atomflux.recorder.RecordingStatus#UNKNOWN} and iterations counted 0, 1, 2, …, and resumed with iterations counted by
 * the stride of the recorder. Times of any number type are read as 64-bit floats, which must hold them exactly; frames
 * of either byte order and either order of axes.
 *
 * <p>A finished file is unpacked to temporary files when its frames are first read, as deflate has no random access; they are
 * gone when the reader is closed or the process ends.
 *
 * <p>A run of no samples that is closed makes a file of no samples, unless there was a recording, which then stays.
 */
public final class NpzRecording implements RecordingStorage<NdArray> {

    private static final long USUAL_LIMIT = 64L << 30;
    private static final String LEASE = "recorder";

    private final Place place;
    private final long limit;

    private NpzRecording(Place place, long limit) {
        this.place = place;
        this.limit = limit;
    }

    /**
     * Returns a file as a recording; no I/O.
     *
     * @param file its name gets {@code .npz} behind it unless it ends so, as NumPy does it: {@code res}, {@code res.v1.npz}
     */
    public static NpzRecording at(Path file) {
        return on(file, Disk.LOCAL);
    }

    static NpzRecording on(Path file, Disk disk) {
        return new NpzRecording(new Place(Objects.requireNonNull(file, "file"), disk), USUAL_LIMIT);
    }

    /**
     * Returns the same, refusing files whose frames take more than so many bytes when unpacked; usually 64 GiB, and never more
     * than there is room for.
     *
     * @param bytes positive
     */
    public NpzRecording limit(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("limit: %d bytes (expected: 1 or more)".formatted(bytes));
        }
        return new NpzRecording(place, bytes);
    }

    @Override
    public String name() {
        return place.name();
    }

    @Override
    public FrameKind<NdArray> kind() {
        return FrameKind.ARRAYS;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The writer's {@code append} commits to the folder; its {@code close} makes the file, also of a run that was given up,
     * and if that fails leaves the folder, closed, for the next opening.
     *
     * @signals io.atomflux.error.UnsupportedDataException when resuming a file with more than {@code time} and {@code data} in
     *     it, or with times that a 64-bit float does not hold; {@link io.atomflux.error.CorruptDataException} if it is damaged;
     *     {@link io.atomflux.error.LimitExceededException} if the attributes are longer than 32 KiB as JSON
     */
    @Override
    public Mono<RecordingWriter<NdArray>> writer(RecordingPlan plan) {
        Objects.requireNonNull(plan, "plan");
        return FileLease.beside(place.file)
                .acquire(LEASE, Duration.ZERO)
                .flatMap(lease ->
                        Mono.create(sink -> Schedulers.boundedElastic().schedule(() -> open(plan, lease, sink))));
    }

    // Whoever gives up meanwhile is not told of the writer, so it is let go here.
    private void open(RecordingPlan plan, LeaseLock.Lease lease, MonoSink<RecordingWriter<NdArray>> sink) {
        try {
            NpzWriter writer = NpzWriter.open(place, plan, lease, limit);
            sink.onCancel(() -> writer.abandon().subscribe());
            sink.success(writer);
        } catch (Throwable failure) { // also an error: the lease must not stay taken
            Throwable told = failure instanceof IOException e ? AtomfluxException.of(name(), "opening", e) : failure;
            lease.release().subscribe(done -> {}, also -> sink.error(told), () -> sink.error(told));
        }
    }

    @Override
    public Mono<RecordingReader<NdArray>> reader() {
        return Mono.defer(() -> {
            NpzReader reader = new NpzReader(place, limit);
            return reader.progress().thenReturn(reader);
        });
    }

    /**
     * Writes any recording of arrays, also one that is still growing, as one file; memory does not grow with its length, and
     * beside the file it needs as much room as the frames have bytes for a moment.
     *
     * @param from read as far as it is committed when the subscription begins
     * @param to as in {@link #at}; a file that is there is replaced, as a whole, when the new one is complete
     * @return cold; what was written
     * @signals RecordingExistsException if a run is being recorded to that place, or was and is not finished; errors of reading
     */
    public static Mono<Progress> write(RecordingStorage<NdArray> from, Path to) {
        return write(from, new Place(Objects.requireNonNull(to, "to"), Disk.LOCAL));
    }

    static Mono<Progress> write(RecordingStorage<NdArray> from, Place to) {
        Objects.requireNonNull(from, "from");
        return Mono.usingWhen(
                FileLease.beside(to.file).acquire(LEASE, Duration.ZERO).map(lease -> new Export(to, lease)),
                export -> Mono.usingWhen(from.reader(), export::of, RecordingReader::close),
                Export::close);
    }

    @Override
    public String toString() {
        return name();
    }
}
