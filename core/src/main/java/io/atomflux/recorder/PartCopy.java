package io.atomflux.recorder;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The wanted elements, copied out of one block after another.
 *
 * <p>Axes that are neighbours in both places are joined first, so that as much as possible is copied at once.
 */
final class PartCopy {

    private final Part part;
    private final int itemSize;
    private final DType dtype;
    private final byte[] result;
    private final ByteBuffer target;
    private final long[] frameStrides;

    PartCopy(DType dtype, List<Long> shape, Part part) {
        this.dtype = dtype;
        this.part = part;
        this.itemSize = dtype.itemSize();
        this.result = new byte[Math.toIntExact(part.size() * itemSize)];
        this.target = ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN);
        this.frameStrides = new long[shape.size() - 1];
        long stride = 1;
        for (int axis = frameStrides.length - 1; axis >= 0; axis--) {
            frameStrides[axis] = stride;
            stride *= shape.get(axis);
        }
    }

    /** Returns the first of the wanted cells of a frame. */
    int firstCell() {
        long cell = 0;
        for (int axis = 0; axis < frameStrides.length; axis++) {
            cell += part.axes().get(axis).least() * frameStrides[axis];
        }
        return Math.toIntExact(cell);
    }

    /** Returns the cell behind the last one wanted. */
    int endCell() {
        long cell = 0;
        for (int axis = 0; axis < frameStrides.length; axis++) {
            cell += part.axes().get(axis).greatest() * frameStrides[axis];
        }
        return Math.toIntExact(cell + 1);
    }

    /**
     * One loop of the copying, in elements.
     *
     * @param count how often
     * @param from step in the block
     * @param to step in the result
     */
    private record Loop(int count, int from, int to) {}

    /**
     * Copies from a block of cells and times.
     *
     * @param block elements (cells, times)
     * @param firstCell which cell of the frame its first one is
     * @param firstTime which position its first time is
     * @param ordinal the first of the wanted times that are in it
     * @param times how many they are
     */
    void put(NdArray block, int firstCell, long firstTime, long ordinal, int times) {
        int width = block.length(1);
        Part.Axis time = part.time();
        long from = time.at(ordinal) - firstTime - (long) firstCell * width;
        List<Loop> loops = new ArrayList<>();
        long stride = part.time().count();
        add(loops, new Loop(times, times == 1 ? 1 : Math.toIntExact(time.step()), 1));
        for (int axis = frameStrides.length - 1; axis >= 0; axis--) {
            Part.Axis cells = part.axes().get(axis);
            from += cells.start() * frameStrides[axis] * width;
            if (cells.count() > 1) {
                long step = cells.step() * frameStrides[axis] * width;
                add(loops, new Loop((int) cells.count(), Math.toIntExact(step), Math.toIntExact(stride)));
                stride *= cells.count();
            }
        }
        copy(block.asBuffer().order(ByteOrder.LITTLE_ENDIAN), loops, loops.size() - 1, (int) from, (int) ordinal);
    }

    /** Adds an outer loop, or makes it one with the loop inside of it. */
    private static void add(List<Loop> loops, Loop outer) {
        Loop inner = loops.isEmpty() ? null : loops.get(loops.size() - 1);
        if (inner != null && inner.count() == 1) {
            loops.set(loops.size() - 1, outer);
        } else if (inner != null
                && outer.from() == (long) inner.from() * inner.count()
                && outer.to() == (long) inner.to() * inner.count()) {
            loops.set(loops.size() - 1, new Loop(inner.count() * outer.count(), inner.from(), inner.to()));
        } else {
            loops.add(outer);
        }
    }

    private void copy(ByteBuffer block, List<Loop> loops, int depth, int from, int to) {
        Loop loop = loops.get(depth);
        if (depth > 0) {
            for (int i = 0; i < loop.count(); i++) {
                copy(block, loops, depth - 1, from + i * loop.from(), to + i * loop.to());
            }
        } else if (loop.from() == 1 && loop.to() == 1) {
            block.get(from * itemSize, result, to * itemSize, loop.count() * itemSize);
        } else {
            copyEach(block, loop, from, to);
        }
    }

    private void copyEach(ByteBuffer block, Loop loop, int from, int to) {
        int at = from * itemSize;
        int put = to * itemSize;
        int onBlock = loop.from() * itemSize;
        int onResult = loop.to() * itemSize;
        for (int i = 0; i < loop.count(); i++, at += onBlock, put += onResult) {
            if (itemSize == 8) { // a bulk copy of so few bytes costs several times as much
                target.putLong(put, block.getLong(at));
            } else if (itemSize == 4) {
                target.putInt(put, block.getInt(at));
            } else {
                block.get(at, result, put, itemSize);
            }
        }
    }

    NdArray result() {
        return NdArray.wrap(dtype, part.shape(), result, 0);
    }
}
