package io.atomflux.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The type of an array's elements, as numpy has it: kind, size and byte order.
 *
 * <p>Numbers are little-endian unless {@link #isBigEndian()}; data of either order are kept as stored. Source of the
 * names: "Data type objects" and "The array interface protocol, version 3" of the NumPy reference.
 */
public final class DType {

    /** What an element is. */
    public enum Kind {
        /** One byte, 0 or 1. */
        BOOL('b'),
        /** A signed integer of 1, 2, 4 or 8 bytes. */
        INT('i'),
        /** An unsigned integer of 1, 2, 4 or 8 bytes. */
        UINT('u'),
        /** An IEEE 754 number of 2, 4 or 8 bytes. */
        FLOAT('f'),
        /** Two floats of 4 or 8 bytes, real part first. */
        COMPLEX('c'),
        /** A byte string of fixed length, padded with NUL. */
        BYTES('S'),
        /** A text of fixed length in UTF-32, padded with NUL. */
        UNICODE('U'),
        /** A record of named fields, or plain bytes of fixed length if it has none. */
        STRUCT('V');

        private final char code;

        Kind(char code) {
            this.code = code;
        }

        /** Returns numpy's letter. */
        public char code() {
            return code;
        }
    }

    /**
     * One field of a structured type.
     *
     * @param name the field's name
     * @param type the type of its elements
     * @param shape the shape of the field's own array; empty for a single element
     */
    public record Field(String name, DType type, List<Integer> shape) {
        public Field {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(type, "type");
            shape = List.copyOf(shape);
        }
    }

    public static final DType BOOL = new DType(Kind.BOOL, 1, false, List.of());
    public static final DType INT8 = new DType(Kind.INT, 1, false, List.of());
    public static final DType INT16 = new DType(Kind.INT, 2, false, List.of());
    public static final DType INT32 = new DType(Kind.INT, 4, false, List.of());
    public static final DType INT64 = new DType(Kind.INT, 8, false, List.of());
    public static final DType UINT8 = new DType(Kind.UINT, 1, false, List.of());
    public static final DType UINT16 = new DType(Kind.UINT, 2, false, List.of());
    public static final DType UINT32 = new DType(Kind.UINT, 4, false, List.of());
    public static final DType UINT64 = new DType(Kind.UINT, 8, false, List.of());
    public static final DType FLOAT16 = new DType(Kind.FLOAT, 2, false, List.of());
    public static final DType FLOAT32 = new DType(Kind.FLOAT, 4, false, List.of());
    public static final DType FLOAT64 = new DType(Kind.FLOAT, 8, false, List.of());
    public static final DType COMPLEX64 = new DType(Kind.COMPLEX, 8, false, List.of());
    public static final DType COMPLEX128 = new DType(Kind.COMPLEX, 16, false, List.of());

    private static final Map<String, DType> COMMON = Map.ofEntries(
            Map.entry("|b1", BOOL),
            Map.entry("|i1", INT8),
            Map.entry("<i2", INT16),
            Map.entry("<i4", INT32),
            Map.entry("<i8", INT64),
            Map.entry("|u1", UINT8),
            Map.entry("<u2", UINT16),
            Map.entry("<u4", UINT32),
            Map.entry("<u8", UINT64),
            Map.entry("<f2", FLOAT16),
            Map.entry("<f4", FLOAT32),
            Map.entry("<f8", FLOAT64),
            Map.entry("<c8", COMPLEX64),
            Map.entry("<c16", COMPLEX128));
    private static final int LARGEST_ITEM = 1 << 28;

    private final Kind kind;
    private final int itemSize;
    private final boolean bigEndian;
    private final List<Field> fields;
    private final String code;

    private DType(Kind kind, int itemSize, boolean bigEndian, List<Field> fields) {
        this.kind = kind;
        this.itemSize = itemSize;
        this.bigEndian = bigEndian;
        this.fields = fields;
        boolean ordered = kind == Kind.UNICODE
                || (itemSize > 1 && kind != Kind.BYTES && kind != Kind.STRUCT && kind != Kind.BOOL);
        this.code = (ordered ? (bigEndian ? ">" : "<") : "|")
                + kind.code
                + (kind == Kind.UNICODE ? itemSize / 4 : itemSize);
    }

    /**
     * Reads numpy's short name of an unstructured type, e.g. {@code <f8}, {@code |b1}, {@code >i4}, {@code <U2}.
     *
     * @throws IllegalArgumentException if it is not such a name, or names object, datetime or another refused type
     */
    public static DType of(String code) {
        DType common = COMMON.get(code);
        return common != null ? common : parse(code);
    }

    private static DType parse(String code) {
        IllegalArgumentException refused = new IllegalArgumentException(
                "dtype: \"%s\" (expected: byte order, one of b i u f c S U V, and size, e.g. <f8)".formatted(code));
        if (code.length() < 3 || "<>|=".indexOf(code.charAt(0)) < 0) {
            throw refused;
        }
        int size;
        try {
            size = Integer.parseInt(code.substring(2));
        } catch (NumberFormatException e) {
            throw refused;
        }
        if (size < 0 || size > LARGEST_ITEM) {
            throw refused;
        }
        boolean big = code.charAt(0) == '>';
        for (Kind kind : Kind.values()) {
            if (kind.code == code.charAt(1)) {
                if (!sizeFits(kind, size)) {
                    throw refused;
                }
                int bytes = kind == Kind.UNICODE ? size * 4 : size;
                return new DType(kind, bytes, big && (kind == Kind.UNICODE || bytes > 1), List.of());
            }
        }
        throw refused;
    }

    private static boolean sizeFits(Kind kind, int size) {
        return switch (kind) {
            case BOOL -> size == 1;
            case INT, UINT -> size == 1 || size == 2 || size == 4 || size == 8;
            case FLOAT -> size == 2 || size == 4 || size == 8;
            case COMPLEX -> size == 8 || size == 16;
            case UNICODE -> size <= LARGEST_ITEM / 4;
            case BYTES, STRUCT -> true;
        };
    }

    /** Returns the type of texts of at most so many code points. */
    public static DType unicode(int codePoints) {
        return of("<U" + codePoints);
    }

    /** Returns the type of byte strings of at most so many bytes. */
    public static DType bytes(int length) {
        return of("|S" + length);
    }

    /** Returns a record type; fields follow each other without gaps. */
    public static DType structured(List<Field> fields) {
        long size = 0;
        for (Field field : fields) {
            long count = 1;
            for (int axis : field.shape()) {
                count = Math.multiplyExact(count, (long) axis);
            }
            size = Math.addExact(size, Math.multiplyExact(count, (long) field.type().itemSize));
        }
        if (fields.isEmpty() || size > LARGEST_ITEM) {
            throw new IllegalArgumentException(
                    "structured dtype: %d fields, %d bytes (expected: at least one field, at most %d bytes)"
                            .formatted(fields.size(), size, LARGEST_ITEM));
        }
        return new DType(Kind.STRUCT, (int) size, false, List.copyOf(fields));
    }

    /** Returns what an element is. */
    public Kind kind() {
        return kind;
    }

    /** Returns the size of an element in bytes. */
    public int itemSize() {
        return itemSize;
    }

    /** Tells whether numbers are stored most significant byte first. */
    public boolean isBigEndian() {
        return bigEndian;
    }

    /** Returns the fields of a structured type, in order; empty for all others. */
    public List<Field> fields() {
        return fields;
    }

    /** Returns numpy's short name, e.g. {@code <f8}; a structured type is {@code |V} and its size. */
    public String code() {
        return code;
    }

    /** Returns numpy's long name of a number type, e.g. {@code float64}; for others the short name. */
    public String name() {
        return switch (kind) {
            case BOOL -> "bool";
            case INT, UINT, FLOAT, COMPLEX -> kind.name().toLowerCase(Locale.ROOT) + itemSize * 8;
            case BYTES, UNICODE, STRUCT -> code;
        };
    }

    /** Tells whether elements are integers, floats or booleans, which {@link NdArray#toDoubleArray()} reads. */
    public boolean isReal() {
        return kind == Kind.BOOL || kind == Kind.INT || kind == Kind.UINT || kind == Kind.FLOAT;
    }

    @Override
    public boolean equals(Object o) {
        return this == o || (o instanceof DType other && code.equals(other.code) && fields.equals(other.fields));
    }

    @Override
    public int hashCode() {
        return code.hashCode();
    }

    @Override
    public String toString() {
        if (fields.isEmpty()) {
            return name();
        }
        List<String> parts = new ArrayList<>();
        for (Field field : fields) {
            parts.add(field.name() + ":" + field.type() + (field.shape().isEmpty() ? "" : field.shape()));
        }
        return parts.toString();
    }
}
