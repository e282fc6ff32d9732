package io.atomflux.loader;

import java.util.List;

/** Cuts the samples of one worker into batches; used by one thread at a time. */
interface Batcher {

    /** Takes the next samples; returns the batches that are full now, or a failure that came in their place. */
    List<Draft> add(Piece piece);

    /** Returns the last batches, after all samples. */
    List<Draft> finish();
}
