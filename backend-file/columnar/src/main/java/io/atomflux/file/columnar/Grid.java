package io.atomflux.file.columnar;

import io.atomflux.error.LimitExceededException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;

/**
 * Where the entries of an array's first axis lie in its chunks; elements are counted, not bytes.
 *
 * <p>An entry is what one index of the first axis selects. Where one chunk holds whole entries, entries of a chunk lie behind
 * each other; else they are gathered from all chunks of a row of chunks.
 */
final class Grid {

    private static final int LARGEST = Integer.MAX_VALUE - 64;

    private final long[] shape;
    private final long[] chunk;
    private final boolean whole;
    private final int entry; // elements of an entry
    private final int chunkEntry; // elements of an entry in one chunk
    private final int across; // chunks in a row of chunks

    Grid(ArrayInfo array) {
        shape = array.shape().toArray();
        chunk = array.chunk().toArray();
        boolean same = true;
        long elements = 1;
        long chunkElements = 1;
        long chunks = 1;
        try {
            for (int i = 1; i < shape.length; i++) {
                same &= shape[i] == chunk[i];
                elements = Math.multiplyExact(elements, shape[i]);
                chunkElements = Math.multiplyExact(chunkElements, chunk[i]);
                chunks = Math.multiplyExact(chunks, (shape[i] + chunk[i] - 1) / chunk[i]);
            }
        } catch (ArithmeticException e) {
            elements = Long.MAX_VALUE;
        }
        if (Math.max(Math.max(elements, chunkElements), chunks) > LARGEST) {
            throw new LimitExceededException(
                    "elements of one row of array " + array.path() + " of shape " + array.shape(),
                    elements,
                    LARGEST,
                    "the file is damaged, or meant for a program that reads parts of rows");
        }
        whole = same || chunks == 0;
        entry = (int) elements;
        chunkEntry = (int) chunkElements;
        across = whole ? 1 : (int) chunks;
    }

    /** Returns the elements of one entry. */
    int entry() {
        return entry;
    }

    /** Returns how many entries a chunk has. */
    long chunkEntries() {
        return chunk[0];
    }

    /** Returns how many entries there are. */
    long entries() {
        return shape[0];
    }

    /** Tells whether one chunk holds whole entries. */
    boolean isWhole() {
        return whole;
    }

    /** Returns how many chunks a row of chunks has. */
    int across() {
        return entry == 0 ? 0 : across;
    }

    /** Returns the elements of a chunk. */
    int chunkElements() {
        return (int) Math.min(LARGEST, chunk[0] * chunkEntry);
    }

    /** Returns the index of a chunk. */
    Shape index(long chunkRow, int ordinal) {
        long[] index = new long[shape.length];
        index[0] = chunkRow;
        int rest = ordinal;
        for (int i = shape.length - 1; i > 0 && !whole; i--) {
            int along = (int) ((shape[i] + chunk[i] - 1) / chunk[i]);
            index[i] = rest % along;
            rest /= along;
        }
        return Shape.of(index);
    }

    /** Copies elements that lie behind each other both in an entry and in a chunk. */
    interface Run {
        void copy(int inEntry, int inChunk, int count);
    }

    /**
     * Tells which elements of one entry a chunk holds.
     *
     * @param at which entry of the chunk
     */
    void runs(int ordinal, long at, Run run) {
        if (whole) {
            run.copy(0, (int) (at * chunkEntry), entry);
            return;
        }
        Shape index = index(0, ordinal);
        runs(1, 0, (int) at, index, run);
    }

    private void runs(int axis, int inEntry, int inChunk, Shape index, Run run) {
        long from = index.at(axis) * chunk[axis];
        int count = (int) Math.min(chunk[axis], shape[axis] - from);
        if (axis == shape.length - 1) {
            run.copy(Math.toIntExact(inEntry * shape[axis] + from), Math.toIntExact(inChunk * chunk[axis]), count);
            return;
        }
        for (int i = 0; i < count; i++) {
            runs(
                    axis + 1,
                    Math.toIntExact(inEntry * shape[axis] + from + i),
                    Math.toIntExact(inChunk * chunk[axis] + i),
                    index,
                    run);
        }
    }
}
