package io.atomflux.file.columnar;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** One row's part of a column as it is stored: a text, or the elements of an array. */
final class StoredCell implements Correction.Cell {

    /** Of a key without an array. */
    static final StoredCell NONE = new StoredCell(null, null, new int[0], new byte[0], 0, false, false);

    private final @Nullable String text;
    private final @Nullable DType dtype;
    private final int[] shape;
    private final byte[] bytes;
    private final int at;
    private final boolean scalar;
    private final boolean atoms;

    private StoredCell(
            @Nullable String text,
            @Nullable DType dtype,
            int[] shape,
            byte[] bytes,
            int at,
            boolean scalar,
            boolean atoms) {
        this.text = text;
        this.dtype = dtype;
        this.shape = shape;
        this.bytes = bytes;
        this.at = at;
        this.scalar = scalar;
        this.atoms = atoms;
    }

    static StoredCell ofText(String text) {
        return new StoredCell(text, null, new int[0], new byte[0], 0, false, false);
    }

    static StoredCell ofNumber(DType dtype, byte[] bytes, int at) {
        return new StoredCell(null, dtype, new int[0], bytes, at, true, false);
    }

    static StoredCell ofArray(DType dtype, int[] shape, byte[] bytes, int at) {
        return new StoredCell(null, dtype, shape, bytes, at, false, false);
    }

    /** Returns a cell with an entry for each atom; one without atoms is nothing. */
    static StoredCell ofAtoms(DType dtype, int[] shape, byte[] bytes, int at) {
        return new StoredCell(null, dtype, shape, bytes, at, false, true);
    }

    private int size() {
        int size = dtype == null ? 0 : dtype.itemSize();
        for (int axis : shape) {
            size *= axis;
        }
        return size;
    }

    /** Returns what every reader of the format sees. */
    @Nullable
    Object read() {
        if (text != null) {
            return Native.text(text);
        } else if (dtype == null) {
            return Native.ABSENT;
        } else if (scalar) {
            return Native.scalar(dtype, bytes, at);
        }
        return isNothing() ? Native.ABSENT : NdArray.wrap(dtype, shape, bytes, at);
    }

    /** Tells whether it is an array that is taken for nothing. */
    private boolean isNothing() {
        return (atoms && size() == 0)
                || (dtype != null && dtype.kind() == DType.Kind.FLOAT && Fill.is(dtype, 0, bytes, at, size()));
    }

    /** Tells whether it is as if nobody had written it. */
    boolean isFill(long integerFill) {
        return text != null ? text.isEmpty() : dtype == null || Fill.is(dtype, integerFill, bytes, at, size());
    }

    @Override
    public long check() {
        CRC32C crc = new CRC32C();
        if (text != null) {
            crc.update(text.getBytes(StandardCharsets.UTF_8));
        } else {
            crc.update(bytes, at, size());
        }
        return crc.getValue();
    }

    @Override
    public Optional<Object> whole() {
        if (text != null) {
            return text.isEmpty() ? Optional.empty() : Optional.ofNullable(PythonJsonReader.read(text));
        } else if (dtype == null) {
            return Optional.empty();
        }
        return scalar ? number() : array(null).map(array -> array);
    }

    @Override
    public Optional<Object> number() {
        return scalar && dtype != null ? Optional.of(Native.number(dtype, bytes, at)) : Optional.empty();
    }

    @Override
    public Optional<NdArray> zeroAxes() {
        return scalar && dtype != null ? Optional.of(Native.copied(dtype, shape, bytes, at)) : Optional.empty();
    }

    @Override
    public Optional<NdArray> array(@Nullable List<Long> corner) {
        if (dtype == null || scalar) {
            return Optional.empty();
        }
        NdArray all = Native.copied(dtype, shape, bytes, at);
        if (corner == null) {
            return Optional.of(all);
        }
        int[] wanted = corner.stream().mapToInt(Long::intValue).toArray();
        if (wanted.length != shape.length) {
            long count = 1;
            for (int axis : wanted) {
                count = count > Integer.MAX_VALUE ? count : count * axis;
            }
            return count == all.size() ? Optional.of(all.reshape(wanted)) : Optional.empty();
        }
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] > shape[i]) {
                return Optional.empty();
            }
        }
        byte[] part = new byte
                [dtype.itemSize() * (int) Arrays.stream(wanted).asLongStream().reduce(1, (a, b) -> a * b)];
        corners(
                shape,
                wanted,
                dtype.itemSize(),
                (inAll, inPart, size) -> System.arraycopy(bytes, at + inAll, part, inPart, size));
        return Optional.of(NdArray.wrap(dtype, wanted, part, 0));
    }

    /** Copies bytes that lie behind each other both in an array and in a corner of it. */
    interface Run {
        void copy(int inAll, int inCorner, int size);
    }

    /** Tells which bytes of an array are those of a corner. */
    static void corners(int[] shape, int[] corner, int itemSize, Run run) {
        for (int axis : corner) {
            if (axis == 0) {
                return;
            }
        }
        corners(shape, corner, itemSize, 0, 0, 0, run);
    }

    private static void corners(int[] shape, int[] corner, int itemSize, int axis, int inAll, int inCorner, Run run) {
        if (axis >= shape.length - 1) {
            int length = shape.length == 0 ? 1 : corner[axis];
            int all = shape.length == 0 ? 0 : inAll * shape[axis];
            int part = shape.length == 0 ? 0 : inCorner * corner[axis];
            run.copy(all * itemSize, part * itemSize, length * itemSize);
            return;
        }
        for (int i = 0; i < corner[axis]; i++) {
            corners(shape, corner, itemSize, axis + 1, inAll * shape[axis] + i, inCorner * corner[axis] + i, run);
        }
    }
}
