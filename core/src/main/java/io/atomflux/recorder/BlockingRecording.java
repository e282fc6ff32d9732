package io.atomflux.recorder;

import java.io.IOException;
import java.util.List;

/**
 * A place of your own in four blocking calls; {@link RecordingStorage#of(BlockingRecording)} makes a storage of it.
 *
 * <p>They are called on threads that may block. The one who writes makes one call at a time; {@link #size} and {@link #read} may
 * be called beside it. What such a place cannot keep: attributes, how the run ended, and so a tail's end; implement {@link
 * RecordingStorage} for those.
 *
 * @param <F> the kind of frame
 */
public interface BlockingRecording<F> {

    /** Returns how messages name the place, without credentials; the recorder's lease, in this process, goes by it. */
    String name();

    /** Returns what frames are. */
    FrameKind<F> kind();

    /** Counts the samples that are whole and safe; 0 if there is no recording. */
    long size() throws IOException;

    /**
     * Adds samples at the end, durably: {@link #size} counts them when all of them are there, and not before.
     *
     * @throws IOException if they could not be added; what is left of them is cut off before anything else is added
     */
    void append(List<Sample<F>> samples) throws IOException;

    /** Reads the samples of positions {@code from} to {@code to - 1}, which are all there. */
    List<Sample<F>> read(long from, long to) throws IOException;

    /** Keeps the first samples and discards the others, and whatever half of a sample is behind them; creates nothing. */
    void truncate(long size) throws IOException;
}
