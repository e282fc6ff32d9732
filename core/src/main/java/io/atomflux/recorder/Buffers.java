package io.atomflux.recorder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The samples that were taken and are not committed yet: a buffer that accepts, and one that is being appended or could not
 * be. For one thread at a time.
 *
 * <p>The one that accepts is full when the total of samples reaches a multiple of a chunk, also after a chunk was committed
 * in part, so that whole chunks are written; or when it holds too many bytes, but at least one sample.
 *
 * @param <F> the kind of frame
 */
final class Buffers<F> {

    private final int chunk;
    private final long mostBytes;
    private List<Sample<F>> accepting = new ArrayList<>();
    private List<Sample<F>> leaving = List.of();
    private long acceptingBytes;
    private long committed;

    Buffers(int chunk, long mostBytes, long committed) {
        this.chunk = chunk;
        this.mostBytes = mostBytes;
        this.committed = committed;
    }

    void add(Sample<F> sample, long bytes) {
        accepting.add(sample);
        acceptingBytes += bytes;
    }

    boolean isFull() {
        return !accepting.isEmpty() && (taken() % chunk == 0 || acceptingBytes >= mostBytes);
    }

    /** Returns how many samples there are, committed ones included. */
    long taken() {
        return committed + leaving.size() + accepting.size();
    }

    long committed() {
        return committed;
    }

    int accepted() {
        return accepting.size();
    }

    /** Tells whether samples left that are not committed. */
    boolean hasLeft() {
        return !leaving.isEmpty();
    }

    boolean isEmpty() {
        return accepting.isEmpty() && leaving.isEmpty();
    }

    /** Returns what to append next, the same samples until they are committed; never changed afterwards. */
    List<Sample<F>> leave() {
        if (leaving.isEmpty()) {
            leaving = Collections.unmodifiableList(accepting);
            accepting = new ArrayList<>(leaving.size());
            acceptingBytes = 0;
        }
        return leaving;
    }

    /** Lets go what left, for it is committed. */
    void arrived() {
        committed += leaving.size();
        leaving = List.of();
    }
}
