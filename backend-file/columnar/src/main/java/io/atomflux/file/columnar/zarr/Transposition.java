package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Another order of axes in the file than in the chunk; immutable.
 *
 * <p>Source: "Transpose codec" (version 1.0) of the Zarr specification 3.0: axis {@code i} of what is stored is axis {@code
 * order[i]} of the chunk.
 */
final class Transposition {

    private final int[] order;

    private Transposition(int[] order) {
        this.order = order;
    }

    static Transposition none(int rank) {
        return new Transposition(IntStream.range(0, rank).toArray());
    }

    static Transposition reversed(int rank) {
        return new Transposition(IntStream.range(0, rank).map(i -> rank - 1 - i).toArray());
    }

    /**
     * Returns this one with another behind it.
     *
     * @throws IllegalArgumentException if that is not an order of as many axes
     */
    Transposition then(Shape axes) {
        int[] both = new int[order.length];
        boolean[] seen = new boolean[order.length];
        for (int i = 0; i < axes.rank(); i++) {
            long axis = axes.at(i);
            if (axes.rank() != order.length || axis >= order.length || seen[(int) axis]) {
                throw new IllegalArgumentException(
                        "order of transpose: %s (expected: each of %d axes once)".formatted(axes, order.length));
            }
            seen[(int) axis] = true;
            both[i] = order[(int) axis];
        }
        if (axes.rank() != order.length) {
            throw new IllegalArgumentException(
                    "order of transpose: %s (expected: each of %d axes once)".formatted(axes, order.length));
        }
        return new Transposition(both);
    }

    boolean isNone() {
        return Arrays.equals(order, none(order.length).order);
    }

    /** Puts elements as stored into the chunk's order. */
    byte[] toChunk(byte[] stored, Shape chunk, int itemSize) {
        // The stride in the stored array of each axis of the chunk.
        long[] strides = new long[order.length];
        long stride = itemSize;
        for (int i = order.length - 1; i >= 0; i--) {
            strides[order[i]] = stride;
            stride *= chunk.at(order[i]);
        }
        return gather(stored, chunk.toArray(), strides, itemSize);
    }

    /** Puts elements of a chunk into the order they are stored in. */
    byte[] toStored(byte[] plain, Shape chunk, int itemSize) {
        long[] lengths = new long[order.length];
        long[] strides = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            lengths[i] = chunk.at(order[i]);
            strides[i] = itemSize * chunk.countFrom(order[i] + 1);
        }
        return gather(plain, lengths, strides, itemSize);
    }

    @Override
    public String toString() {
        return Arrays.toString(order);
    }

    /** Copies elements one by one, row by row of what comes out. */
    private static byte[] gather(byte[] from, long[] lengths, long[] strides, int itemSize) {
        byte[] to = new byte[from.length];
        int last = lengths.length - 1;
        if (last < 0 || from.length == 0) {
            System.arraycopy(from, 0, to, 0, from.length);
            return to;
        }
        long[] at = new long[last];
        int count = (int) lengths[last];
        int step = (int) strides[last];
        int row = 0;
        int out = 0;
        while (out < to.length) {
            copyRow(from, row, step, to, out, count, itemSize);
            out += count * itemSize;
            for (int axis = last - 1; axis >= 0; axis--) {
                row += (int) strides[axis];
                if (++at[axis] < lengths[axis]) {
                    break;
                }
                row -= (int) (strides[axis] * lengths[axis]);
                at[axis] = 0;
            }
        }
        return to;
    }

    private static void copyRow(byte[] from, int row, int step, byte[] to, int out, int count, int itemSize) {
        int in = row;
        if (itemSize == 8) {
            for (int i = 0; i < count; i++, in += step) {
                LittleEndian.putLong(to, out + 8 * i, LittleEndian.getLong(from, in));
            }
        } else if (itemSize == 4) {
            for (int i = 0; i < count; i++, in += step) {
                LittleEndian.putInt(to, out + 4 * i, LittleEndian.getInt(from, in));
            }
        } else {
            for (int i = 0; i < count; i++, in += step) {
                System.arraycopy(from, in, to, out + i * itemSize, itemSize);
            }
        }
    }
}
