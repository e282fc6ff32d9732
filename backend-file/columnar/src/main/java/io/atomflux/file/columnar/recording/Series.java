package io.atomflux.file.columnar.recording;

import io.atomflux.value.DType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One array of a recording: a value for each sample.
 *
 * @param name its name in the group
 * @param dtype type of its elements
 * @param frame lengths of what it has for each sample, without the axis of times
 * @param split how many entries of the last of them are in one chunk; at least 1
 */
record Series(String name, DType dtype, List<Integer> frame, int split) {

    /** Cells of a frame that follow each other in it and in a chunk. */
    record Run(int firstCell, int cells, int chunkCell) {

        /** Returns those of them that are some of the frame's. */
        Run within(int first, int end) {
            int from = Math.max(first, firstCell);
            int count = Math.max(0, Math.min(end, firstCell + cells) - from);
            return new Run(from, count, chunkCell + from - firstCell);
        }
    }

    Series {
        frame = List.copyOf(frame);
    }

    /** Returns how many cells a frame has. */
    int cells() {
        return frame.stream().reduce(1, Math::multiplyExact);
    }

    private int last() {
        return frame.isEmpty() ? 1 : frame.get(frame.size() - 1);
    }

    /** Returns how many entries the axes before the last have together. */
    private int rows() {
        return last() == 0 ? 0 : cells() / last();
    }

    /** Returns into how many columns chunks divide the cells; each has a chunk for each stretch of times. */
    int columns() {
        return cells() == 0 ? 0 : (last() - 1) / split + 1;
    }

    /** Returns how many cells a chunk has, all of one size, also where it reaches beyond the frame. */
    int chunkCells() {
        return Math.multiplyExact(rows(), split);
    }

    /** Returns how many bytes a chunk of so many times has. */
    long chunkBytes(int times) {
        return (long) rows() * split * times * dtype.itemSize();
    }

    /** Returns which cells are in a column. */
    List<Run> runs(int column) {
        if (split == last()) {
            return List.of(new Run(0, cells(), 0));
        }
        int begin = column * split;
        int width = Math.min(split, last() - begin);
        return IntStream.range(0, rows())
                .mapToObj(row -> new Run(row * last() + begin, width, row * split))
                .toList();
    }

    /** Returns the place of a chunk. */
    long[] index(int column, long chunk) {
        long[] index = new long[frame.size() + 1];
        if (!frame.isEmpty()) {
            index[frame.size() - 1] = column;
        }
        index[frame.size()] = chunk;
        return index;
    }

    /** Returns the array's lengths. */
    long[] shape(long samples) {
        long[] shape = new long[frame.size() + 1];
        for (int i = 0; i < frame.size(); i++) {
            shape[i] = frame.get(i);
        }
        shape[frame.size()] = samples;
        return shape;
    }

    /** Returns the lengths of a chunk. */
    long[] chunk(int times) {
        long[] chunk = new long[frame.size() + 1];
        for (int i = 0; i < frame.size(); i++) {
            chunk[i] = i == frame.size() - 1 ? split : Math.max(1, frame.get(i));
        }
        chunk[frame.size()] = times;
        return chunk;
    }
}
