package io.atomflux.file.columnar;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns values into cells of a type; what does not fit leaves the fill, and is kept beside by whoever asks. */
final class CellWriter {

    private CellWriter() {}

    /** Returns the least type, from one there is, that a value can be stored as without loss of what numbers are. */
    static ColumnType climbed(ColumnType type, @Nullable Object value, int atoms) {
        Optional<ColumnType> wanted = ColumnType.wanted(value, type.kind() == ColumnType.Kind.ATOMS, atoms);
        if (wanted.isEmpty()) {
            ColumnType.refuse(value);
            return type;
        }
        ColumnType other = wanted.get();
        if (type.kind() == ColumnType.Kind.SCALAR
                && other.kind() == ColumnType.Kind.SCALAR
                && holds(type.dtype(), value)) {
            return type;
        }
        ColumnType joined = type.join(other);
        if (joined.kind() == ColumnType.Kind.TEXT) {
            ColumnType.refuse(value);
        }
        return joined;
    }

    /** Tells whether a column of numbers holds a number exactly, or is of the widest kind there is. */
    private static boolean holds(DType dtype, @Nullable Object value) {
        NdArray number = number(value);
        if (number == null) {
            return false;
        } else if (dtype.equals(DType.FLOAT64)) {
            return true;
        } else if ((dtype.kind() == DType.Kind.BOOL) != (number.dtype().kind() == DType.Kind.BOOL)) {
            return false;
        } else if (dtype.kind() != DType.Kind.FLOAT && number.dtype().kind() == DType.Kind.FLOAT) {
            return false;
        }
        Object there = Native.number(dtype, Numbers.bytes(number.as(dtype)), 0);
        Object plain = ColumnType.little(number.dtype()).equals(number.dtype())
                ? Native.number(number.dtype(), Numbers.bytes(number), 0)
                : number.at(0);
        if (there instanceof Double a) {
            return plain instanceof Double b
                    ? a.equals(b)
                    : plain instanceof Long c && a.longValue() == c && Math.abs(a) < 0x1p53;
        }
        return there.equals(plain);
    }

    /** Tells whether float64 has every digit of a number; so it has of nothing. */
    static boolean isExactAsDouble(@Nullable Object value) {
        NdArray number = value == null || value == Native.ABSENT ? null : number(value);
        return number == null
                || number.dtype().kind() == DType.Kind.BOOL
                || number.dtype().kind() == DType.Kind.FLOAT
                || Math.abs(number.doubleAt(0)) < 0x1p53;
    }

    /** Returns a number as an array without axes, or null if it is none. */
    static @Nullable NdArray number(@Nullable Object value) {
        if (value instanceof Double number) {
            return NdArray.of(new double[] {number}).reshape();
        } else if (value instanceof Long number) {
            return NdArray.of(new long[] {number}).reshape();
        } else if (value instanceof Boolean flag) {
            return NdArray.wrap(DType.BOOL, new int[0], new byte[] {(byte) (flag ? 1 : 0)}, 0);
        } else if (value instanceof BigInteger number) {
            return NdArray.of(new long[] {number.longValue()}).reshape();
        } else if (value instanceof NdScalar scalar) {
            return scalar.asArray();
        }
        return value instanceof NdArray array && array.rank() == 0 ? array : null;
    }

    /** Returns the text of a cell. */
    static String text(@Nullable Object value) {
        return value == null || value == Native.ABSENT ? "" : PythonJson.write(value);
    }

    /**
     * Writes a value over the fill.
     *
     * @param shape of the cell
     */
    static void write(ColumnType type, int[] shape, @Nullable Object value, byte[] target, int at) {
        if (value == null || value == Native.ABSENT) {
            return;
        }
        if (type.kind() == ColumnType.Kind.SCALAR) {
            NdArray number = number(value);
            if (number != null) {
                Numbers.converted(number, type.dtype()).ifPresent(converted -> converted.copyTo(target, at));
            }
            return;
        }
        if (!(value instanceof NdArray array) || array.rank() != shape.length) {
            return;
        }
        int[] corner = array.shape();
        for (int i = 0; i < corner.length; i++) {
            if (corner[i] > shape[i] || (i == 0 && type.kind() == ColumnType.Kind.ATOMS && corner[i] != shape[i])) {
                return;
            }
        }
        NdArray converted = Numbers.converted(array, type.dtype()).orElse(null);
        if (converted == null) {
            return;
        } else if (Arrays.equals(corner, shape)) {
            converted.copyTo(target, at);
            return;
        }
        byte[] bytes = Numbers.bytes(converted);
        StoredCell.corners(
                shape,
                corner,
                type.dtype().itemSize(),
                (inAll, inCorner, size) -> System.arraycopy(bytes, inCorner, target, at + inAll, size));
    }

    /** Tells at a glance that a cell is read as exactly the value written to it; false if it takes a closer look. */
    static boolean isPlain(ColumnType type, int[] shape, @Nullable Object value) {
        switch (type.kind()) {
            case TEXT -> {
                return value != null && PythonJson.comesBack(value);
            }
            case SCALAR -> {
                return (value instanceof Double number && type.dtype().equals(DType.FLOAT64) && !Double.isNaN(number))
                        || (value instanceof Long && type.dtype().equals(DType.INT64))
                        || (value instanceof Boolean && type.dtype().equals(DType.BOOL));
            }
            default -> {
                return value instanceof NdArray array
                        && array.dtype().equals(type.dtype())
                        && array.size() > 0
                        && array.hasShape(shape)
                        && (type.dtype().kind() != DType.Kind.FLOAT || !Double.isNaN(array.doubleAt(0)));
            }
        }
    }
}
