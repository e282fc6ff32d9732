package io.atomflux.file.columnar;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as the JSON text asebytes 0.3 stores: what {@code json.dumps} of Python 3 writes once numpy arrays are lists and numpy
 * numbers are numbers.
 *
 * <p>ASCII only, separators {@code ", "} and {@code ": "}, {@code NaN}, {@code Infinity} and {@code -Infinity} as bare words.
 */
final class PythonJson {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private PythonJson() {}

    /**
     * Returns the text of a value.
     *
     * @throws IllegalArgumentException if JSON has nothing for it or for something in it; says what
     */
    static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value);
        return out.toString();
    }

    /** Tells whether {@link PythonJsonReader#read} gives back an equal value. */
    static boolean comesBack(@Nullable Object value) {
        if (value instanceof List<?> list) {
            for (Object item : list) {
                if (!comesBack(item)) {
                    return false;
                }
            }
            return true;
        } else if (value instanceof Map<?, ?> map) {
            for (Object item : map.values()) {
                if (!comesBack(item)) {
                    return false;
                }
            }
            return true;
        }
        return !(value instanceof NdArray) && !(value instanceof NdScalar);
    }

    private static void write(StringBuilder out, @Nullable Object value) {
        if (value == null || value instanceof Boolean || value instanceof Long || value instanceof BigInteger) {
            out.append(value);
        } else if (value instanceof Double number) {
            real(out, number);
        } else if (value instanceof String text) {
            quoted(out, text);
        } else if (value instanceof List<?> list) {
            list(out, list);
        } else if (value instanceof Map<?, ?> map) {
            map(out, map);
        } else if (value instanceof NdArray array && expressible(array.dtype())) {
            write(out, array.toNested());
        } else if (value instanceof NdScalar scalar && expressible(scalar.dtype())) {
            write(out, scalar.plain());
        } else {
            throw new IllegalArgumentException(named(value));
        }
    }

    /** Names what a value is, for people. */
    static String named(@Nullable Object value) {
        if (value instanceof NdArray array) {
            return "an array of " + array.dtype();
        } else if (value instanceof NdScalar scalar) {
            return "a scalar of " + scalar.dtype();
        } else if (value == null) {
            return "null";
        }
        return "a value of type " + value.getClass().getSimpleName();
    }

    private static boolean expressible(DType type) {
        return type.isReal() || type.kind() == DType.Kind.UNICODE;
    }

    private static void list(StringBuilder out, List<?> list) {
        out.append('[');
        String between = "";
        for (Object item : list) {
            out.append(between);
            write(out, item);
            between = ", ";
        }
        out.append(']');
    }

    private static void map(StringBuilder out, Map<?, ?> map) {
        out.append('{');
        String between = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(between);
            quoted(out, (String) entry.getKey());
            out.append(": ");
            write(out, entry.getValue());
            between = ", ";
        }
        out.append('}');
    }

    /** Writes as {@code float.__repr__} does: with an exponent below 1e-4 and from 1e16 on. */
    private static void real(StringBuilder out, double number) {
        if (Double.isNaN(number)) {
            out.append("NaN");
            return;
        } else if (Double.isInfinite(number)) {
            out.append(number > 0 ? "Infinity" : "-Infinity");
            return;
        }
        String java = Double.toString(number);
        double size = Math.abs(number);
        if (size == 0 || (size >= 1e-3 && size < 1e7)) {
            out.append(java); // both write these without an exponent
            return;
        }
        int e = java.indexOf('E');
        int start = java.charAt(0) == '-' ? 1 : 0;
        if (start == 1) {
            out.append('-');
        }
        String fraction = java.substring(start + 2, e);
        String digits = java.charAt(start) + (fraction.equals("0") ? "" : fraction);
        int exponent = Integer.parseInt(java.substring(e + 1));
        if (exponent >= 16 || exponent < -4) {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            out.append(String.format(Locale.ROOT, "e%c%02d", exponent < 0 ? '-' : '+', Math.abs(exponent)));
        } else if (exponent < 0) {
            out.append("0.").append("0".repeat(-exponent - 1)).append(digits);
        } else {
            String whole = digits + "0".repeat(Math.max(0, exponent + 1 - digits.length()));
            out.append(whole, 0, exponent + 1).append('.');
            out.append(whole.length() > exponent + 1 ? whole.substring(exponent + 1) : "0");
        }
    }

    private static void quoted(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c >= ' ' && c <= '~') {
                        out.append(c);
                    } else {
                        out.append("\\u")
                                .append(HEX[c >> 12])
                                .append(HEX[c >> 8 & 15])
                                .append(HEX[c >> 4 & 15])
                                .append(HEX[c & 15]);
                    }
                }
            }
        }
        out.append('"');
    }
}
