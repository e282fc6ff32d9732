package io.atomflux.recorder;

import io.atomflux.value.NdArray;
import reactor.core.publisher.Mono;

/**
 * How one of the arrays of a recording is read.
 *
 * @param <F> the kind of frame
 */
interface LazyRead<F> {

    /** Returns what the array is like. */
    Mono<LazyArray.Info> info(RecordingReader<F> reader, Progress progress);

    /** Reads the elements of a part that is not empty. */
    Mono<NdArray> read(RecordingReader<F> reader, LazyArray.Info info, Part part);
}
