package io.atomflux.recorder.npz;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.Arrays;
import java.util.List;

/**
 * What all frames have in common.
 *
 * @param dtype little-endian
 * @param shape lengths of a frame's axes
 */
record Layout(DType dtype, List<Integer> shape) {

    Layout {
        shape = List.copyOf(shape);
    }

    static Layout of(NdArray frame) {
        return new Layout(frame.dtype(), Arrays.stream(frame.shape()).boxed().toList());
    }

    boolean fits(NdArray frame) {
        return equals(of(frame));
    }

    int[] axes() {
        return shape.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the axes of an array of several frames: time is the last one. */
    int[] axes(int times) {
        int[] axes = Arrays.copyOf(axes(), shape.size() + 1);
        axes[shape.size()] = times;
        return axes;
    }

    int cells() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    int item() {
        return dtype.itemSize();
    }

    long frameBytes() {
        return (long) cells() * item();
    }

    /** Says it as {@link io.atomflux.recorder.FrameKind#layout} does. */
    @Override
    public String toString() {
        String axes = shape.toString();
        return "%s (%s)".formatted(dtype.name(), axes.substring(1, axes.length() - 1));
    }
}
