package io.atomflux.recorder;

import reactor.core.publisher.Mono;

/**
 * A place for one recording. Implement it to record to a place of your own; everything else, the stride, buffers,
 * back-pressure and flushing, is the recorder's. {@link BlockingRecording} is an easier way.
 *
 * <p>An instance is cheap and does no I/O before something it returned is subscribed.
 *
 * @param <F> the kind of frame
 */
public interface RecordingStorage<F> {

    /** Returns how messages name the place, without credentials. */
    String name();

    /** Returns what frames are. */
    FrameKind<F> kind();

    /**
     * Opens the place for the one who writes.
     *
     * @return cold; one writer. What is left of an earlier writer that was killed is mended first; committed samples stay
     * @signals {@link io.atomflux.error.RecordingExistsException} with {@link RecordingMode#CREATE_NEW} if there is a recording;
     *     {@link io.atomflux.error.StoreBusyException} if another recorder is writing; then nothing was changed
     */
    Mono<RecordingWriter<F>> writer(RecordingPlan plan);

    /**
     * Opens the place for reading, which never creates it.
     *
     * @return cold; one reader
     * @signals {@link io.atomflux.error.StoreNotFoundException} if there is no recording
     */
    Mono<RecordingReader<F>> reader();

    /** Makes a place of blocking calls one; no I/O. See {@link BlockingRecording}, also for what it cannot keep. */
    static <F> RecordingStorage<F> of(BlockingRecording<F> place) {
        return new BlockingStorage<>(place);
    }
}
