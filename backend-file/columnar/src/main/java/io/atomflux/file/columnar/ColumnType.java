package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What the cells of a column are.
 *
 * <p>Types are ordered: {@link #join} climbs to the least one that holds what both hold (numbers to wider numbers, shapes to
 * larger ones, and all else to text), so that rewriting with ever higher types ends. Python's rules for what it stores as what
 * (asebytes 0.3, per-frame columns) are followed but in two points: integers stay int64 and booleans bool where Python would
 * store float64, unless some rows lack them from the start; and integers among those that float64 would round are text.
 */
final class ColumnType {

    /** How cells lie. */
    enum Kind {
        /** One number or boolean for each row. */
        SCALAR,
        /** An array of one shape for each row. */
        ARRAY,
        /** An array with one entry for each atom. */
        ATOMS,
        /** JSON. */
        TEXT
    }

    static final ColumnType TEXT = new ColumnType(Kind.TEXT, null, new int[0]);

    private final Kind kind;
    private final @Nullable DType dtype;
    private final int[] shape; // of an array, or of one atom's entry

    private ColumnType(Kind kind, @Nullable DType dtype, int[] shape) {
        this.kind = kind;
        this.dtype = dtype;
        this.shape = shape;
    }

    static ColumnType scalar(DType dtype) {
        return new ColumnType(Kind.SCALAR, dtype, new int[0]);
    }

    /** Returns the type of an array that is there, or empty if cells of it cannot be written here. */
    static Optional<ColumnType> of(ArrayInfo array, boolean perAtom, boolean padded) {
        if (array.element().isText()) {
            return array.shape().rank() == 1 && !perAtom ? Optional.of(TEXT) : Optional.empty();
        }
        DType dtype = array.element().dtype();
        int atomAxes = perAtom ? padded ? 2 : 1 : 1;
        if (array.shape().rank() < atomAxes || (!dtype.isReal() && dtype.kind() != DType.Kind.COMPLEX)) {
            return Optional.empty();
        }
        int[] shape = new int[array.shape().rank() - atomAxes];
        for (int i = 0; i < shape.length; i++) {
            long length = array.shape().at(i + atomAxes);
            if (length > Integer.MAX_VALUE) {
                return Optional.empty();
            }
            shape[i] = (int) length;
        }
        Kind kind = perAtom ? Kind.ATOMS : shape.length == 0 ? Kind.SCALAR : Kind.ARRAY;
        return Optional.of(new ColumnType(kind, dtype, shape));
    }

    Kind kind() {
        return kind;
    }

    /** Returns the type of the elements; texts have none. */
    DType dtype() {
        return Objects.requireNonNull(dtype, "texts have no dtype");
    }

    /** Returns the shape of an array, or of the entry of one atom. */
    int[] shape() {
        return shape.clone();
    }

    /** Returns the elements of an array, or of the entry of one atom. */
    int elements() {
        int product = 1;
        for (int axis : shape) {
            product = Math.multiplyExact(product, axis);
        }
        return product;
    }

    /** Tells whether the fill cannot be taken for a value. */
    boolean fillIsAbsence() {
        return dtype == null || dtype.kind() == DType.Kind.FLOAT;
    }

    /** Tells whether the cells are single integers or booleans, which nobody can tell from a fill. */
    boolean isBareInteger() {
        return kind == Kind.SCALAR && dtype().kind() != DType.Kind.FLOAT;
    }

    /**
     * Returns the type a value wants.
     *
     * @param atoms whether the column is one of arrays with an entry for each atom
     * @param count the number of atoms of the row
     * @return empty if it fits into a column of any type as well or as badly: null, and what is not per atom in such a column
     * @throws IllegalArgumentException if no column can hold it; says what it is
     */
    static Optional<ColumnType> wanted(@Nullable Object value, boolean atoms, int count) {
        if (value == null) {
            return Optional.empty();
        }
        if (atoms) {
            return value instanceof NdArray array && isNumeric(array.dtype()) && fitsAtoms(array, count)
                    ? Optional.of(new ColumnType(
                            Kind.ATOMS, little(array.dtype()), Arrays.copyOfRange(array.shape(), 1, array.rank())))
                    : Optional.empty();
        }
        if (value instanceof Double) {
            return Optional.of(scalar(DType.FLOAT64));
        } else if (value instanceof Long) {
            return Optional.of(scalar(DType.INT64));
        } else if (value instanceof Boolean) {
            return Optional.of(scalar(DType.BOOL));
        } else if (value instanceof NdScalar number && number.dtype().isReal()) {
            return Optional.of(scalar(little(number.dtype())));
        } else if (value instanceof NdArray array && isNumeric(array.dtype())) {
            return Optional.of(ofArray(array));
        }
        refuse(value);
        return Optional.of(TEXT);
    }

    private static ColumnType ofArray(NdArray array) {
        if (array.rank() == 0) {
            if (!array.dtype().isReal()) {
                throw new IllegalArgumentException(PythonJson.named(array) + " without axes");
            }
            return scalar(little(array.dtype()));
        }
        int[] shape = array.shape();
        for (int i = 0; i < shape.length; i++) {
            shape[i] = Math.max(1, shape[i]); // an array of nothing is nothing in an array of something
        }
        return new ColumnType(Kind.ARRAY, little(array.dtype()), shape);
    }

    /** Refuses what JSON has nothing for. */
    static void refuse(@Nullable Object value) {
        if (value instanceof List<?> list) {
            list.forEach(ColumnType::refuse);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(ColumnType::refuse);
        } else if (value instanceof NdArray || value instanceof NdScalar) {
            DType dtype = value instanceof NdArray array ? array.dtype() : ((NdScalar) value).dtype();
            if (!dtype.isReal() && dtype.kind() != DType.Kind.UNICODE) {
                throw new IllegalArgumentException(PythonJson.named(value));
            }
        } else if (value != null
                && !(value instanceof String
                        || value instanceof Long
                        || value instanceof Double
                        || value instanceof Boolean
                        || value instanceof BigInteger)) {
            throw new IllegalArgumentException(PythonJson.named(value));
        }
    }

    /** Tells whether an array has one entry for each atom. */
    static boolean fitsAtoms(NdArray array, int count) {
        return array.rank() > 0 && array.length(0) == count;
    }

    private static boolean isNumeric(DType dtype) {
        return dtype.isReal() || dtype.kind() == DType.Kind.COMPLEX;
    }

    static DType little(DType dtype) {
        return dtype.isBigEndian() ? DType.of("<" + dtype.code().substring(1)) : dtype;
    }

    /** Returns the least type that holds what this and another hold. */
    ColumnType join(ColumnType other) {
        if (equals(other)) {
            return this;
        }
        if (kind == Kind.ATOMS && (other.kind != Kind.ATOMS || other.shape.length != shape.length)) {
            return this; // what does not fit into arrays of atoms is kept beside
        }
        DType both = dtype == null || other.dtype == null ? null : joined(dtype, other.dtype);
        if (kind != other.kind || both == null || shape.length != other.shape.length) {
            return TEXT;
        }
        if (kind == Kind.SCALAR
                && (dtype().kind() == DType.Kind.BOOL) != (other.dtype().kind() == DType.Kind.BOOL)) {
            return scalar(DType.FLOAT64); // as asebytes stores both
        }
        int[] larger = shape.clone();
        for (int i = 0; i < larger.length; i++) {
            larger[i] = Math.max(larger[i], other.shape[i]);
        }
        return new ColumnType(kind, both, larger);
    }

    /** Returns the least type of numbers that holds two, or null if there is none. */
    static @Nullable DType joined(DType one, DType other) {
        DType high = rank(one) >= rank(other) ? one : other;
        DType low = high == one ? other : one;
        if (rank(high) != rank(low)) {
            return switch (high.kind()) {
                case INT -> low.kind() == DType.Kind.BOOL || low.itemSize() < high.itemSize() ? high : signed(low);
                case FLOAT -> low.kind() == DType.Kind.BOOL || low.itemSize() < high.itemSize() ? high : DType.FLOAT64;
                case COMPLEX -> low.itemSize() * 2 <= high.itemSize() ? high : DType.COMPLEX128;
                case UINT -> high;
                case BOOL, BYTES, UNICODE, STRUCT -> null;
            };
        }
        return high.itemSize() >= low.itemSize() ? high : low;
    }

    /** Returns the signed integers that hold unsigned ones; none hold those of 64 bits, which float64 rounds, as numpy does. */
    private static DType signed(DType unsigned) {
        return switch (unsigned.itemSize()) {
            case 1 -> DType.INT16;
            case 2 -> DType.INT32;
            case 4 -> DType.INT64;
            default -> DType.FLOAT64;
        };
    }

    private static int rank(DType dtype) {
        return switch (dtype.kind()) {
            case BOOL -> 0;
            case UINT -> 1;
            case INT -> 2;
            case FLOAT -> 3;
            case COMPLEX -> 4;
            case BYTES, UNICODE, STRUCT -> throw new IllegalArgumentException(dtype + " (expected: numbers)");
        };
    }

    /** Returns a word for hints. */
    String word() {
        if (dtype == null) {
            return "text";
        }
        StringJoiner axes = new StringJoiner(",", "[", "]");
        for (int axis : shape) {
            axes.add(Integer.toString(axis));
        }
        return kind.name().toLowerCase(java.util.Locale.ROOT) + " " + dtype.code() + " " + axes;
    }

    /** Reads such a word. */
    static ColumnType ofWord(String word) {
        String[] parts = word.split(" ", -1);
        if (parts.length == 1) {
            return TEXT;
        }
        String axes = parts[2].substring(1, parts[2].length() - 1);
        int[] shape = axes.isEmpty()
                ? new int[0]
                : Arrays.stream(axes.split(",", -1)).mapToInt(Integer::parseInt).toArray();
        return new ColumnType(Kind.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT)), DType.of(parts[1]), shape);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ColumnType other
                && kind == other.kind
                && Objects.equals(dtype, other.dtype)
                && Arrays.equals(shape, other.shape);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, dtype) * 31 + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return word();
    }
}
