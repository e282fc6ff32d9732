package io.atomflux.file.columnar.hdf5;

import java.util.Arrays;

/** The parts that an array which lies in one piece is read in, as if they were its chunks. */
final class Slabs {

    /** How large they are. */
    private static final long BYTES = 1 << 20;

    private Slabs() {}

    /** Cuts an array into parts that are in one piece, too. */
    static long[] of(long[] shape, int elementBytes) {
        long[] slab = new long[shape.length];
        long bytes = Math.max(1, elementBytes);
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            long fits = Math.max(1, BYTES / bytes);
            slab[axis] = Math.max(1, Math.min(shape[axis], fits));
            if (slab[axis] < shape[axis]) {
                Arrays.fill(slab, 0, axis, 1);
                break;
            }
            bytes *= slab[axis];
        }
        return slab;
    }
}
