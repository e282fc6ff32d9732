package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.value.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What arrays hold, as the documents of versions 2 and 3 name it.
 *
 * <p>Sources: "Data types" of the Zarr core specification 3.1, "Data type encoding" of the storage specification 2, and for
 * {@code string}, {@code fixed_length_utf32} and {@code null_terminated_bytes} what zarr-python 3.1 writes.
 */
final class ZarrTypes {

    private static final Map<String, DType> NUMBERS = Map.ofEntries(
            Map.entry("bool", DType.BOOL),
            Map.entry("int8", DType.INT8),
            Map.entry("int16", DType.INT16),
            Map.entry("int32", DType.INT32),
            Map.entry("int64", DType.INT64),
            Map.entry("uint8", DType.UINT8),
            Map.entry("uint16", DType.UINT16),
            Map.entry("uint32", DType.UINT32),
            Map.entry("uint64", DType.UINT64),
            Map.entry("float16", DType.FLOAT16),
            Map.entry("float32", DType.FLOAT32),
            Map.entry("float64", DType.FLOAT64),
            Map.entry("complex64", DType.COMPLEX64),
            Map.entry("complex128", DType.COMPLEX128));
    private static final String UTF32 = "fixed_length_utf32";
    private static final String BYTES = "null_terminated_bytes";
    private static final String TEXT = "string";
    private static final long LONGEST_ITEM = 1 << 28; // as DType has it

    private ZarrTypes() {}

    /** Says that a type is not read, naming it. */
    static UnsupportedOperationException refused(@Nullable Object type) {
        return new UnsupportedOperationException(
                "data type %s (expected: bool, int8 to int64, uint8 to uint64, float16 to float64, complex64, complex128, texts or byte strings)"
                        .formatted(type));
    }

    /**
     * Returns what a {@code data_type} of version 3 names.
     *
     * @throws UnsupportedOperationException if it is not read
     * @throws IllegalArgumentException if it is no name of a type
     */
    static ElementType v3(@Nullable Object dataType) {
        if (dataType instanceof String name) {
            DType number = NUMBERS.get(name);
            if (number != null) {
                return ElementType.of(number);
            } else if (name.equals(TEXT)) {
                return ElementType.TEXT;
            }
            throw refused(name);
        } else if (dataType instanceof Map<?, ?> extended && extended.get("name") instanceof String name) {
            if (name.equals(UTF32)) {
                long length = lengthBytes(extended);
                if (length % 4 != 0) {
                    throw new IllegalArgumentException(
                            "length_bytes %d of %s (expected: a multiple of 4)".formatted(length, UTF32));
                }
                return ElementType.of(DType.unicode((int) (length / 4)));
            } else if (name.equals(BYTES)) {
                return ElementType.of(DType.bytes((int) lengthBytes(extended)));
            }
            // a plain name may also be given as an object
            return extended.get("configuration") == null ? v3(name) : refuse(name);
        }
        throw new IllegalArgumentException("data_type %s (expected: a name)".formatted(ZarrNode.shown(dataType)));
    }

    private static ElementType refuse(String name) {
        throw refused(name);
    }

    private static long lengthBytes(Map<?, ?> extended) {
        if (extended.get("configuration") instanceof Map<?, ?> configuration
                && configuration.get("length_bytes") instanceof Long length
                && length >= 1
                && length <= LONGEST_ITEM) {
            return length;
        }
        throw new IllegalArgumentException(
                "%s without a length_bytes of 1 to %d".formatted(extended.get("name"), LONGEST_ITEM));
    }

    /** Returns the {@code data_type} that names a type in version 3, as zarr-python has it. */
    static Object v3(ElementType element) {
        if (element.isText()) {
            return TEXT;
        }
        DType type = element.dtype();
        return switch (type.kind()) {
            case BOOL, INT, UINT, FLOAT, COMPLEX -> type.name();
            case UNICODE -> extended(UTF32, type);
            case BYTES -> extended(BYTES, type);
            case STRUCT -> throw refused(type.code());
        };
    }

    private static Map<String, Object> extended(String name, DType type) {
        Map<String, Object> extended = new LinkedHashMap<>();
        extended.put("name", name);
        extended.put("configuration", Map.of("length_bytes", (long) type.itemSize()));
        return extended;
    }

    /**
     * Returns what a {@code dtype} of version 2 names; byte order aside, which {@link #isBigEndian} tells.
     *
     * @throws UnsupportedOperationException if it is not read
     * @throws IllegalArgumentException if it is no name of a type
     */
    static ElementType v2(@Nullable Object dtype, @Nullable Object filters) {
        if (dtype instanceof List) {
            throw refused("of records");
        }
        if (!(dtype instanceof String code)) {
            throw new IllegalArgumentException("dtype %s (expected: a text)".formatted(ZarrNode.shown(dtype)));
        }
        if (code.equals("|O")) {
            // "filters" of the storage specification 2: the first one says what the objects are
            if (filters instanceof List<?> list
                    && !list.isEmpty()
                    && list.get(0) instanceof Map<?, ?> first
                    && "vlen-utf8".equals(first.get("id"))) {
                return ElementType.TEXT;
            }
            throw refused("|O without vlen-utf8 as its first filter");
        } else if (code.length() < 3 || "mMVOt".indexOf(code.charAt(1)) >= 0) {
            throw refused(code);
        }
        try {
            DType type = DType.of(code);
            if (type.itemSize() == 0) {
                throw refused(code);
            }
            return ElementType.of(type.isBigEndian() ? DType.of("<" + code.substring(1)) : type);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "dtype " + ZarrNode.shown(code) + " (expected: one of numpy's, as <f8)", e);
        }
    }

    /** Tells whether the elements of an array of version 2 are stored most significant byte first. */
    static boolean isBigEndian(@Nullable Object dtype) {
        return dtype instanceof String code && code.startsWith(">");
    }

    /** Returns the {@code dtype} that names a type in version 2. */
    static String v2(ElementType element) {
        return element.isText() ? "|O" : element.dtype().code();
    }
}
