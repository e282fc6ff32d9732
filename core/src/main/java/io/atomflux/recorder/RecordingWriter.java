package io.atomflux.recorder;

import java.util.List;
import reactor.core.publisher.Mono;

/**
 * The one who writes a recording; the recorder makes one call at a time.
 *
 * @param <F> the kind of frame
 */
public interface RecordingWriter<F> {

    /** Returns how far the recording is: as found when it was opened, then as of the last commit. No I/O. */
    Progress progress();

    /**
     * Checks what this place asks of a sample beyond {@link FrameKind#check}, before it is taken. It is asked for
     * each one on the simulation's thread, and only looks: no I/O, no wait, no call of the recorder.
     *
     * @throws IllegalArgumentException saying what does not fit and what was expected
     */
    default void check(Sample<F> sample) {}

    /**
     * Adds samples at the end, durably: first the data, then the new length, at one instant.
     *
     * @param samples at least one, in order, after the last committed one
     * @return cold; how far the recording is then. If it fails nothing of them is committed, and a later call brings the same
     *     samples again, perhaps with more behind them. Cancelling it may commit all or none of them; the recorder does not
     * @signals {@link io.atomflux.error.StoreFullException} or another error of this library
     */
    Mono<Progress> append(List<Sample<F>> samples);

    /**
     * Brings what other programs look at up to what is committed, where that is not the same, e.g. a file that can only be
     * written whole. The recorder calls it for {@link Recorder#save()} when all is committed, and not beside another call.
     *
     * @return cold; how far the recording is. If it fails all that was committed stays so
     */
    default Mono<Progress> publish() {
        return Mono.fromSupplier(this::progress);
    }

    /**
     * Writes down how the run ended and lets the place go, also if writing that fails; idempotent.
     *
     * @param status {@link RecordingStatus#CLOSED}, or {@link RecordingStatus#ABORTED}
     * @param reason for one that was given up, else empty
     */
    Mono<Progress> close(RecordingStatus status, String reason);

    /**
     * Completes when somebody else may be writing, e.g. because this process stood still for too long: nothing may be added.
     * {@link #close} only releases then, and writes nothing.
     */
    default Mono<Void> lost() {
        return Mono.never();
    }
}
