package io.atomflux.recorder;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Type and shape that all frames of a recording of arrays have; the reverse of what {@link FrameKind#layout} tells. */
record ArrayLayout(DType dtype, int[] shape) {

    private static final Pattern TEXT = Pattern.compile("([a-z0-9]+) \\(((?:[0-9]{1,10}(?:, [0-9]{1,10})*)?)\\)");
    private static final Map<String, DType> TYPES = Stream.of(
                    DType.BOOL,
                    DType.INT8,
                    DType.INT16,
                    DType.INT32,
                    DType.INT64,
                    DType.UINT8,
                    DType.UINT16,
                    DType.UINT32,
                    DType.UINT64,
                    DType.FLOAT16,
                    DType.FLOAT32,
                    DType.FLOAT64,
                    DType.COMPLEX64,
                    DType.COMPLEX128)
            .collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

    /** Returns what a layout tells, or null if it tells something else. */
    static @Nullable ArrayLayout parse(String layout) {
        Matcher parts = TEXT.matcher(layout);
        DType dtype = parts.matches() ? TYPES.get(parts.group(1)) : null;
        if (dtype == null) {
            return null;
        }
        List<Long> axes = parts.group(2).isEmpty()
                ? List.of()
                : Arrays.stream(parts.group(2).split(", ")).map(Long::valueOf).toList();
        return axes.stream().anyMatch(axis -> axis > Integer.MAX_VALUE)
                ? null
                : new ArrayLayout(dtype, axes.stream().mapToInt(Long::intValue).toArray());
    }

    /** Returns the layout of the frames in a block, of which time is the last axis. */
    static ArrayLayout ofBlock(NdArray block) {
        return new ArrayLayout(block.dtype(), Arrays.copyOf(block.shape(), block.rank() - 1));
    }

    @Override
    public boolean equals(Object o) { // a record would compare the array references
        return o instanceof ArrayLayout other && dtype.equals(other.dtype) && Arrays.equals(shape, other.shape);
    }

    @Override
    public int hashCode() {
        return 31 * dtype.hashCode() + Arrays.hashCode(shape);
    }

    /** Tells it as {@link FrameKind#layout} does. */
    @Override
    public String toString() {
        return Arrays.stream(shape)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", dtype.name() + " (", ")"));
    }
}
