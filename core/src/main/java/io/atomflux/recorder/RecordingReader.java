package io.atomflux.recorder;

import io.atomflux.value.NdArray;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads the committed samples of a recording, also while it grows; for several subscribers at once.
 *
 * @param <F> the kind of frame
 */
public interface RecordingReader<F> {

    /** Looks how far the recording is; cold, anew with each subscription. */
    Mono<Progress> progress();

    /**
     * Reads samples in order.
     *
     * @param from first position, not negative
     * @param to position before which to stop; clipped to what is committed
     * @return cold; reads no faster than asked for, and holds no more than about a chunk
     */
    Flux<Sample<F>> read(long from, long to);

    /**
     * Reads frames as one array, time as the last axis; for frames that are arrays. Both positions are committed ones.
     *
     * @return cold; one array of {@code shape + (to - from)}
     */
    default Mono<NdArray> block(long from, long to) {
        return Blocks.stack(this, from, to);
    }

    /** Reads times as one array of 64-bit floats; cold. Both positions are committed ones. */
    default Mono<NdArray> times(long from, long to) {
        return Blocks.times(this, from, to);
    }

    /**
     * Reads some cells of the frames as one array, time as the last axis; for frames that are arrays. Override it where not all
     * of a frame has to be read for that.
     *
     * @param from first position, a committed one
     * @param to position before which to stop
     * @param firstCell first cell of the frame, in row-major order
     * @param endCell cell before which to stop
     * @return cold; one array of {@code (endCell - firstCell, to - from)}
     */
    default Mono<NdArray> cells(long from, long to, int firstCell, int endCell) {
        return block(from, to).map(block -> Blocks.cells(block, firstCell, endCell));
    }

    /** Returns how many samples are best read at once: a chunk. */
    default long step() {
        return 64;
    }

    /**
     * Looks how far the recording is, and again whenever it is elsewhere; does not end by itself. Override it where one is told
     * of changes; else it looks a few times a second.
     *
     * @return cold; first as it is, then each time something has changed; what changed while nothing was asked for may be told
     *     as one change
     */
    default Flux<Progress> follow() {
        return Following.polling(Mono.defer(this::progress));
    }

    /** Releases what opening it opened; cold, idempotent. */
    Mono<Void> close();
}
