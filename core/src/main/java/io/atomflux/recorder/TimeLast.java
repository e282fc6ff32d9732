package io.atomflux.recorder;

import io.atomflux.value.NdArray;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Arrays with time as their last axis, as PySDE keeps them: of each cell of the frame, its values at successive times are
 * neighbours.
 *
 * <p>Works by tiles of some cells at some times, which fit into the processor's nearest cache: one frame after another would
 * touch as many lines of it as there are cells, each for a single element.
 */
public final class TimeLast {

    private static final int TILE_TIMES = 16;
    private static final int TILE_BYTES = 512; // of one time
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private TimeLast() {}

    /**
     * Stacks frames of one shape and type; element {@code (…, t)} is that of the t-th frame.
     *
     * @param frames at least one
     */
    public static NdArray stack(List<NdArray> frames) {
        NdArray first = frames.get(0);
        int[] shape = Arrays.copyOf(first.shape(), first.rank() + 1);
        shape[first.rank()] = frames.size();
        byte[] bytes = new byte[Math.multiplyExact(first.byteSize(), frames.size())];
        put(frames, 0, first.size(), bytes, 0, frames.size(), 0);
        return NdArray.wrap(first.dtype(), shape, bytes, 0);
    }

    /**
     * Puts the values of neighbouring cells at successive times into a chunk.
     *
     * @param frames whole frames of one shape and type, one for each time
     * @param firstCell the first cell to put
     * @param cells how many
     * @param chunk holds {@code times} elements for each of its cells
     * @param chunkCell which cell of the chunk the first one is
     * @param times how many times a chunk holds
     * @param at which of them the first frame is
     */
    public static void put(
            List<NdArray> frames, int firstCell, int cells, byte[] chunk, int chunkCell, int times, int at) {
        if (frames.isEmpty() || cells == 0) {
            return;
        }
        int item = frames.get(0).dtype().itemSize();
        int width = Math.min(cells, Math.max(1, TILE_BYTES / item));
        byte[] tile = new byte[Math.min(TILE_TIMES, frames.size()) * width * item];
        for (int t = 0; t < frames.size(); t += TILE_TIMES) {
            int height = Math.min(TILE_TIMES, frames.size() - t);
            ByteBuffer[] rows = new ByteBuffer[height];
            for (int i = 0; i < height; i++) {
                rows[i] = frames.get(t + i).asBuffer();
            }
            for (int cell = 0; cell < cells; cell += width) {
                int count = Math.min(width, cells - cell);
                for (int i = 0; i < height; i++) {
                    rows[i].get((firstCell + cell) * item, tile, i * width * item, count * item);
                }
                int to = ((chunkCell + cell) * times + at + t) * item;
                transpose(tile, 0, width * item, chunk, to, times * item, height, count, item);
            }
        }
    }

    /**
     * Puts one time's values of neighbouring cells into a chunk.
     *
     * @param frame the elements of a whole frame
     * @param firstCell the first cell to put
     * @param cells how many
     * @param itemSize bytes of an element
     * @param chunk bytes of {@code cells × times} elements
     * @param times how many times a chunk holds
     * @param at which of them this is
     */
    public static void put(ByteBuffer frame, int firstCell, int cells, int itemSize, byte[] chunk, int times, int at) {
        byte[] row = new byte[cells * itemSize];
        frame.get(firstCell * itemSize, row, 0, row.length);
        transpose(row, 0, row.length, chunk, at * itemSize, times * itemSize, 1, cells, itemSize);
    }

    /**
     * Takes one time's values of neighbouring cells out of a chunk; the reverse of {@link #put}.
     *
     * @param frame the bytes of a whole frame, of which those of the cells are set
     */
    public static void take(byte[] chunk, int times, int at, int itemSize, byte[] frame, int firstCell, int cells) {
        transpose(
                chunk,
                at * itemSize,
                times * itemSize,
                frame,
                firstCell * itemSize,
                cells * itemSize,
                cells,
                1,
                itemSize);
    }

    /**
     * Takes the values of neighbouring cells at successive times out of a chunk; the reverse of putting them.
     *
     * @param chunkCell the first cell of the chunk to take
     * @param cells how many
     * @param frames the bytes of whole frames, one for each time, of which those of the cells are set
     * @param firstCell which cell of the frames the first one is
     */
    public static void take(
            byte[] chunk, int chunkCell, int cells, int times, int at, int itemSize, byte[][] frames, int firstCell) {
        int width = Math.min(Math.max(1, cells), Math.max(1, TILE_BYTES / itemSize));
        byte[] tile = new byte[TILE_TIMES * width * itemSize];
        for (int t = 0; t < frames.length; t += TILE_TIMES) {
            int height = Math.min(TILE_TIMES, frames.length - t);
            for (int cell = 0; cell < cells; cell += width) {
                int count = Math.min(width, cells - cell);
                int from = ((chunkCell + cell) * times + at + t) * itemSize;
                transpose(chunk, from, times * itemSize, tile, 0, width * itemSize, count, height, itemSize);
                for (int i = 0; i < height; i++) {
                    System.arraycopy(
                            tile, i * width * itemSize, frames[t + i], (firstCell + cell) * itemSize, count * itemSize);
                }
            }
        }
    }

    /** Copies element (row, column) to (column, row); strides are bytes from row to row of either side. */
    private static void transpose(
            byte[] source,
            int from,
            int stride,
            byte[] target,
            int to,
            int targetStride,
            int rows,
            int columns,
            int item) {
        switch (item) {
            case 1 -> {
                for (int c = 0; c < columns; c++) {
                    for (int r = 0; r < rows; r++) {
                        target[to + c * targetStride + r] = source[from + r * stride + c];
                    }
                }
            }
            case 2 -> {
                for (int c = 0; c < columns; c++) {
                    for (int r = 0; r < rows; r++) {
                        short value = (short) SHORTS.get(source, from + r * stride + c * 2);
                        SHORTS.set(target, to + c * targetStride + r * 2, value);
                    }
                }
            }
            case 4 -> {
                for (int c = 0; c < columns; c++) {
                    for (int r = 0; r < rows; r++) {
                        int value = (int) INTS.get(source, from + r * stride + c * 4);
                        INTS.set(target, to + c * targetStride + r * 4, value);
                    }
                }
            }
            case 8 -> {
                for (int c = 0; c < columns; c++) {
                    for (int r = 0; r < rows; r++) {
                        long value = (long) LONGS.get(source, from + r * stride + c * 8);
                        LONGS.set(target, to + c * targetStride + r * 8, value);
                    }
                }
            }
            case 16 -> {
                for (int c = 0; c < columns; c++) {
                    for (int r = 0; r < rows; r++) {
                        int in = from + r * stride + c * 16;
                        int out = to + c * targetStride + r * 16;
                        LONGS.set(target, out, (long) LONGS.get(source, in));
                        LONGS.set(target, out + 8, (long) LONGS.get(source, in + 8));
                    }
                }
            }
            default -> {
                for (int c = 0; c < columns; c++) {
                    for (int r = 0; r < rows; r++) {
                        System.arraycopy(
                                source, from + r * stride + c * item, target, to + c * targetStride + r * item, item);
                    }
                }
            }
        }
    }
}
