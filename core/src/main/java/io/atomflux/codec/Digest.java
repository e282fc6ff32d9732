package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of JSON per row that is the same for equal content, by which stores are compared, also with what Python reads.
 *
 * <p>Floats are given by their bits, byte strings in hex, arrays by little-endian dtype, shape and the SHA-256 of their
 * row-major bytes, text arrays by their items. Keys are in the order of their code points; the text is ASCII, spaced and
 * escaped as {@code json.dumps(…, sort_keys=True)} of Python 3 does. Scalars of int64, float64 and bool are plain numbers,
 * all others are arrays of shape {@code []}.
 */
public final class Digest {

    private final StringBuilder text = new StringBuilder(256);

    private Digest() {}

    /**
     * Returns the line of one row, without a line end.
     *
     * @param rowNumber shown in it
     * @param row a reserved one has the value null
     */
    public static String line(long rowNumber, Row row) {
        Digest digest = new Digest();
        digest.text.append("{\"row\": ").append(rowNumber).append(", \"value\": ");
        digest.value(row.isReserved() ? null : row.toMap());
        return digest.text.append('}').toString();
    }

    private void value(@Nullable Object value) {
        if (value == null || value instanceof Boolean || value instanceof Long || value instanceof BigInteger) {
            text.append(value);
        } else if (value instanceof Double number) {
            text.append("{\"float\": ");
            bits(number);
            text.append('}');
        } else if (value instanceof String string) {
            quoted(string);
        } else if (value instanceof NdArray array) {
            array(array);
        } else if (value instanceof NdScalar scalar) {
            scalar(scalar);
        } else if (value instanceof Bytes bytes) {
            text.append("{\"bytes\": \"")
                    .append(HexFormat.of().formatHex(bytes.toArray()))
                    .append("\"}");
        } else if (value instanceof Complex number) {
            text.append("{\"complex\": [");
            bits(number.re());
            text.append(", ");
            bits(number.im());
            text.append("]}");
        } else if (value instanceof List<?> list) {
            list(list);
        } else if (value instanceof Map<?, ?> map) {
            map(map);
        } else {
            throw new IllegalArgumentException("%s (expected: a value of the set named in package io.atomflux.value)"
                    .formatted(value.getClass().getName()));
        }
    }

    private void bits(double number) {
        text.append('"')
                .append(HexFormat.of().toHexDigits(Double.doubleToRawLongBits(number)))
                .append('"');
    }

    private void list(List<?> list) {
        text.append('[');
        String separator = "";
        for (Object item : list) {
            text.append(separator);
            value(item);
            separator = ", ";
        }
        text.append(']');
    }

    private void map(Map<?, ?> map) {
        List<String> keys = new ArrayList<>(map.size());
        map.keySet().forEach(key -> keys.add((String) key));
        keys.sort(Digest::byCodePoint);
        text.append('{');
        String separator = "";
        for (String key : keys) {
            text.append(separator);
            quoted(key);
            text.append(": ");
            value(map.get(key));
            separator = ", ";
        }
        text.append('}');
    }

    /** Python compares code points; {@code String.compareTo} would put U+10000 and beyond before U+E000. */
    private static int byCodePoint(String a, String b) {
        int shared = Math.min(a.length(), b.length());
        for (int i = 0; i < shared; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean mixed = Character.isSurrogate(x) != Character.isSurrogate(y);
                return mixed ? Integer.compare(pointAt(a, i), pointAt(b, i)) : Character.compare(x, y);
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int pointAt(String text, int i) {
        boolean inPair =
                Character.isLowSurrogate(text.charAt(i)) && i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
        return text.codePointAt(inPair ? i - 1 : i);
    }

    private void scalar(NdScalar scalar) {
        DType type = scalar.dtype();
        boolean plain = switch (type.kind()) {
            case BOOL -> true;
            case INT, FLOAT -> type.itemSize() == 8;
            case UINT, COMPLEX, BYTES, UNICODE, STRUCT -> false;
        };
        if (plain) {
            value(scalar.plain());
        } else {
            array(scalar.asArray());
        }
    }

    private void array(NdArray array) {
        boolean texts = array.dtype().kind() == DType.Kind.UNICODE;
        text.append("{\"array\": \"");
        if (texts) {
            text.append("U\", \"items\": [");
            for (int i = 0; i < array.size(); i++) {
                text.append(i == 0 ? "" : ", ");
                quoted((String) array.at(i));
            }
            text.append(']');
        } else {
            text.append(array.dtype().code().replace('>', '<')).append('"');
        }
        // The keys stand in the order of their names: array, items, shape; or array, sha256, shape.
        if (!texts) {
            text.append(", \"sha256\": \"").append(sha256(array)).append('"');
        }
        text.append(", \"shape\": [");
        for (int axis = 0; axis < array.rank(); axis++) {
            text.append(axis == 0 ? "" : ", ").append(array.length(axis));
        }
        text.append("]}");
    }

    private static String sha256(NdArray array) {
        byte[] bytes = new byte[array.byteSize()];
        array.copyTo(bytes, 0);
        boolean swaps = array.dtype().isBigEndian() || !array.dtype().fields().isEmpty();
        int at = 0;
        for (int i = 0; swaps && i < array.size(); i++) {
            at = littleEndian(array.dtype(), bytes, at);
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java platform", e);
        }
    }

    /** Turns one element's numbers least significant byte first, and returns where the next element begins. */
    private static int littleEndian(DType type, byte[] bytes, int from) {
        int at = from;
        for (DType.Field field : type.fields()) {
            int count = field.type().itemSize() == 0 ? 0 : 1;
            for (int axis : field.shape()) {
                count *= axis;
            }
            for (int i = 0; i < count; i++) {
                at = littleEndian(field.type(), bytes, at);
            }
        }
        if (type.isBigEndian()) {
            int width = switch (type.kind()) {
                case COMPLEX -> type.itemSize() / 2;
                case UNICODE -> 4;
                case BOOL, INT, UINT, FLOAT, BYTES, STRUCT -> type.itemSize();
            };
            for (int part = from; part < from + type.itemSize(); part += width) {
                reverse(bytes, part, width);
            }
        }
        return from + type.itemSize();
    }

    private static void reverse(byte[] bytes, int from, int length) {
        for (int i = from, j = from + length - 1; i < j; i++, j--) {
            byte swapped = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = swapped;
        }
    }

    private void quoted(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\f' -> text.append("\\f");
                case '\b' -> text.append("\\b");
                default -> {
                    if (c >= ' ' && c <= '~') {
                        text.append(c);
                    } else {
                        text.append("\\u").append(HexFormat.of().toHexDigits(c));
                    }
                }
            }
        }
        text.append('"');
    }
}
