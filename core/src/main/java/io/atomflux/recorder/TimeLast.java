package io.atomflux.recorder;

import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Arrays with time as their last axis, as PySDE keeps them: of each cell of the frame, its values at successive times are
 * neighbours.
 */
public final class TimeLast {

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
        for (int t = 0; t < frames.size(); t++) {
            put(frames.get(t).asBuffer(), 0, first.size(), first.dtype().itemSize(), bytes, frames.size(), t);
        }
        return NdArray.wrap(first.dtype(), shape, bytes, 0);
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
        for (int cell = 0; cell < cells; cell++) {
            frame.get((firstCell + cell) * itemSize, chunk, (cell * times + at) * itemSize, itemSize);
        }
    }

    /**
     * Takes one time's values of neighbouring cells out of a chunk; the reverse of {@link #put}.
     *
     * @param frame the bytes of a whole frame, of which those of the cells are set
     */
    public static void take(byte[] chunk, int times, int at, int itemSize, byte[] frame, int firstCell, int cells) {
        for (int cell = 0; cell < cells; cell++) {
            System.arraycopy(chunk, (cell * times + at) * itemSize, frame, (firstCell + cell) * itemSize, itemSize);
        }
    }
}
