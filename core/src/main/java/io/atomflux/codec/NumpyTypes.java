package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Element types from what numpy's {@code dtype.str} and {@code dtype.descr} say. */
final class NumpyTypes {

    private static final Pattern NAMES_A_TYPE = Pattern.compile("[<>|=][A-Za-z]\\d{0,9}(\\[[0-9A-Za-z/]{1,16}])?");
    // Types by the bytes of their names; racy, since every entry is immutable and can be made again.
    private static final @Nullable Entry[] CACHE = new @Nullable Entry[256];

    private NumpyTypes() {}

    private record Entry(long code, DType type) {}

    /** Returns the type a short ASCII name stands for. */
    static DType ofCode(byte[] buffer, int at, int length) {
        if (length > 8) {
            return ofCode(shown(buffer, at, length));
        }
        long code = 0;
        for (int i = 0; i < length; i++) {
            code = code << 8 | (buffer[at + i] & 0xff);
        }
        int slot = (int) ((code * 0x9e3779b97f4a7c15L) >>> 56);
        Entry entry = CACHE[slot];
        if (entry == null || entry.code != code) {
            entry = new Entry(code, ofCode(shown(buffer, at, length)));
            CACHE[slot] = entry;
        }
        return entry.type;
    }

    private static String shown(byte[] buffer, int at, int length) {
        return new String(buffer, at, Math.min(length, 64), StandardCharsets.ISO_8859_1);
    }

    static DType ofCode(String code) {
        try {
            return DType.of(code);
        } catch (IllegalArgumentException e) {
            if (NAMES_A_TYPE.matcher(code).matches()) {
                String kind = code.charAt(1) == 'O' ? "pickled Python objects" : "elements of type " + code;
                throw new UnsupportedOperationException(
                        kind + " (expected: bool, integer, float, complex, bytes, text or a record of these)", e);
            }
            throw e;
        }
    }

    /**
     * Returns the type of a decoded {@code type} entry.
     *
     * @param type a text or byte string, or a list of fields {@code [name, type]} or {@code [name, type, shape]}
     */
    static DType of(@Nullable Object type, int depth) {
        if (type instanceof String code) {
            return ofCode(code);
        } else if (type instanceof Bytes code) {
            return ofCode(code.toArray(), 0, code.length());
        } else if (!(type instanceof List<?> list)) {
            throw new IllegalArgumentException("array type (expected: a text or a list of fields)");
        } else if (depth >= MsgpackWriter.DEEPEST) {
            throw new UnsupportedOperationException("structured type nested deeper than " + MsgpackWriter.DEEPEST);
        } else {
            List<DType.Field> fields = new ArrayList<>();
            for (Object item : list) {
                fields.add(field(item, depth));
            }
            if (fields.size() == 1 && isPlainVoid(fields.get(0))) {
                return fields.get(0).type();
            }
            try {
                return DType.structured(fields);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("structured type: larger than 2^63 bytes", e);
            }
        }
    }

    /** Numpy describes bytes of fixed length without fields as one field without a name. */
    private static boolean isPlainVoid(DType.Field field) {
        return field.name().isEmpty()
                && field.shape().isEmpty()
                && field.type().kind() == DType.Kind.STRUCT
                && field.type().fields().isEmpty();
    }

    private static DType.Field field(@Nullable Object item, int depth) {
        if (!(item instanceof List<?> parts) || parts.size() < 2 || parts.size() > 3) {
            throw new IllegalArgumentException("field of a structured type (expected: [name, type] or with a shape)");
        }
        Object name = parts.get(0);
        if (name instanceof List<?>) {
            throw new UnsupportedOperationException("field with a title (expected: a field with a name only)");
        }
        String text = name instanceof Bytes bytes ? bytes.keyText() : name instanceof String string ? string : null;
        if (text == null) {
            throw new IllegalArgumentException("field name of a structured type (expected: a text)");
        }
        List<Integer> shape = new ArrayList<>();
        if (parts.size() == 3) {
            if (!(parts.get(2) instanceof List<?> axes)) {
                throw new IllegalArgumentException("field shape of a structured type (expected: a list)");
            }
            for (Object axis : axes) {
                shape.add(axis(axis));
            }
        }
        return new DType.Field(text, of(parts.get(1), depth + 1), shape);
    }

    static int axis(@Nullable Object axis) {
        if (axis instanceof Long length && length >= 0 && length <= Integer.MAX_VALUE) {
            return length.intValue();
        }
        throw new IllegalArgumentException("array axis: %s (expected: 0 to 2^31 - 1)".formatted(axis));
    }
}
