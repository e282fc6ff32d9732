package io.atomflux.recorder;

import io.atomflux.Indexed;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.Slice;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A recording to be read, complete or while it grows, from this process or another; see {@link Recorder} for writing.
 *
 * <p>Making one does no I/O. Each subscription opens the recording and closes it on completion, error and cancelling; it sees
 * committed samples only. Several may read at once.
 *
 * <p>A recording that is replaced, or of which samples are cut off, while it is read, is told of by {@link
 * io.atomflux.error.StoreChangedException}, and nothing of another run is given.
 *
 * @param <F> the kind of frame
 */
public final class Recording<F> {

    private final RecordingStorage<F> storage;

    private Recording(RecordingStorage<F> storage) {
        this.storage = storage;
    }

    /** Returns a handle of a recording, which need not exist yet. */
    public static <F> Recording<F> of(RecordingStorage<F> storage) {
        return new Recording<>(Objects.requireNonNull(storage, "storage"));
    }

    /** Returns how messages name the place. */
    public String name() {
        return storage.name();
    }

    /** Returns what frames are. */
    public FrameKind<F> kind() {
        return storage.kind();
    }

    /**
     * Looks how far the recording is, how it ended, and what was kept with it.
     *
     * @signals {@link io.atomflux.error.StoreNotFoundException} if there is none
     */
    public Mono<Progress> progress() {
        return Mono.usingWhen(storage.reader(), RecordingReader::progress, RecordingReader::close);
    }

    /** Looks how many samples are committed; errors as in {@link #progress()}. */
    public Mono<Long> size() {
        return progress().map(Progress::committed);
    }

    /** Reads all samples that are committed when it is subscribed, in order; see {@link #samples(long, long)}. */
    public Flux<Sample<F>> samples() {
        return samples(0, Long.MAX_VALUE);
    }

    /**
     * Reads samples in order, by Python's rules: negative positions count from the end, those beyond it are clipped.
     *
     * @param from first position
     * @param to position before which to stop
     * @return cold; opens the recording when the first sample is asked for, and reads chunk after chunk as more are
     * @signals {@link io.atomflux.error.StoreNotFoundException} if there is no recording; {@link
     *     io.atomflux.error.StoreChangedException} if it was replaced or cut meanwhile
     */
    public Flux<Sample<F>> samples(long from, long to) {
        Slice slice = Slice.of(from, to);
        return SampleWindows.onDemand(() -> Flux.usingWhen(
                storage.reader(),
                reader -> reader.progress().flatMapMany(progress -> {
                    long first = slice.first(progress.committed());
                    long end = first + slice.count(progress.committed());
                    return SampleWindows.between(reader, storage.name(), progress, first, end);
                }),
                RecordingReader::close));
    }

    /** Reads the last committed sample, e.g. to go on from it; empty without samples. Errors as in {@link #samples(long, long)}. */
    public Mono<Sample<F>> last() {
        return samples(-1, Long.MAX_VALUE).next();
    }

    /** Returns the times (M,) of the samples, as 64-bit floats, to be read in parts. */
    public LazyArray times() {
        return new LazyRecordingArray<>(storage, "times", new LazyTimes<>());
    }

    /**
     * Returns the frames as one array {@code shape + (M,)}, time as the last axis, to be read in parts.
     *
     * <p>Without samples its shape is (0,), as the frames' is not known then.
     *
     * @throws UnsupportedStoreOperationException if frames are no arrays
     */
    public LazyArray data() {
        require(FrameKind.ARRAYS, "data()");
        return new LazyRecordingArray<>(storage, "data", new LazyData<>(storage.name()));
    }

    /**
     * Returns one measurement (M,) of all samples, to be read in parts.
     *
     * <p>Integers are int64, other numbers float64; a part with both is float64. Booleans are bool, texts unicode as wide as
     * the longest of the part. {@link LazyArray#info()} goes by the first sample.
     *
     * @param name name of the measurement
     * @throws UnsupportedStoreOperationException if frames are no measurements
     */
    public LazyArray series(String name) {
        Objects.requireNonNull(name, "name");
        require(FrameKind.SCALARS, "series()");
        return new LazyRecordingArray<>(storage, name, new LazySeries<>(storage.name(), name));
    }

    private void require(FrameKind<?> expected, String operation) {
        if (storage.kind() != expected) {
            throw new UnsupportedStoreOperationException(
                    storage.name(),
                    operation,
                    "its frames are %s (expected: %s); read samples() instead".formatted(storage.kind(), expected));
        }
    }

    /** Follows the recording from its first sample; see {@link #tail(long)}. */
    public Flux<Indexed<Sample<F>>> tail() {
        return tail(0);
    }

    /**
     * Follows the recording: all committed samples from a position, then further ones as they are committed, in order, each
     * once. To resume, give the last position seen, plus one.
     *
     * <p>Waits for a recording that does not exist yet. Completes when the run was closed, or given up, and all of it was
     * emitted; {@link #progress()} tells which. It does not complete while nobody wrote down that the run has ended: if its
     * process was killed it goes on once the run is resumed, if another program writes it goes on for ever.
     *
     * @param from first position, not negative
     * @return cold; looks and reads only while samples are asked for, and holds no more than a chunk of them
     * @signals {@link io.atomflux.error.StoreChangedException} with the position reached, if the recording was replaced, or is
     *     shorter than that
     */
    public Flux<Indexed<Sample<F>>> tail(long from) {
        if (from < 0) {
            throw new IllegalArgumentException("from: %d (expected: 0 or more)".formatted(from));
        }
        return SampleWindows.onDemand(() -> Flux.usingWhen(
                Following.existing(storage),
                reader -> SampleWindows.following(reader, storage.name(), from),
                RecordingReader::close));
    }

    @Override
    public String toString() {
        return "Recording[" + storage.name() + "]";
    }
}
