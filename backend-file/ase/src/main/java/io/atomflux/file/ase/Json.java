package io.atomflux.file.ase;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Python's {@code json} module reads and writes it: with {@code NaN} and {@code Infinity}, integers of any length,
 * the last of equal keys, control characters refused, and ASCII only when written.
 *
 * <p>Values are null, Boolean, Long, BigInteger, Double, String, unmodifiable lists and maps.
 */
final class Json {

    private static final int DEEPEST = 60;
    private static final int MOST_NUMBERS = 1 << 23;
    private static final int MOST_OTHERS = 1 << 20; // a list or a text of two characters takes fifty bytes of memory

    private final String text;
    private int at;
    private int numbers;
    private int others;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Parses one value.
     *
     * @throws IllegalArgumentException if the text is not one JSON value, or nested too deeply
     */
    static @Nullable Object parse(String text) {
        Json json = new Json(text);
        json.blanks();
        Object value = json.value(0);
        json.blanks();
        if (json.at != text.length()) {
            throw json.expected("the end");
        }
        return value;
    }

    private IllegalArgumentException expected(String what) {
        return new IllegalArgumentException("JSON at character %d: %s (expected: %s)"
                .formatted(at, at < text.length() ? "'" + text.charAt(at) + "'" : "the end", what));
    }

    private void blanks() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean skip(String token) {
        if (text.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    private @Nullable Object value(int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("JSON nested deeper than " + DEEPEST);
        }
        char first = at < text.length() ? text.charAt(at) : ' ';
        boolean other = first == '"' || first == '[' || first == '{';
        if (other ? ++others > MOST_OTHERS : ++numbers > MOST_NUMBERS) {
            throw new IllegalArgumentException(
                    "JSON of more than %d values (expected: at most %d texts, lists and maps, and %d others)"
                            .formatted(other ? MOST_OTHERS : MOST_NUMBERS, MOST_OTHERS, MOST_NUMBERS));
        }
        if (skip("null")) {
            return null;
        } else if (skip("true")) {
            return true;
        } else if (skip("false")) {
            return false;
        } else if (skip("NaN")) {
            return Double.NaN;
        } else if (skip("Infinity")) {
            return Double.POSITIVE_INFINITY;
        } else if (skip("-Infinity")) {
            return Double.NEGATIVE_INFINITY;
        } else if (skip("\"")) {
            return string();
        } else if (skip("[")) {
            return list(depth);
        } else if (skip("{")) {
            return map(depth);
        }
        return number();
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> items = new ArrayList<>();
        blanks();
        if (skip("]")) {
            return Collections.unmodifiableList(items);
        }
        while (true) {
            blanks();
            items.add(value(depth + 1));
            blanks();
            if (skip("]")) {
                return Collections.unmodifiableList(items);
            }
            if (!skip(",")) {
                throw expected("',' or ']'");
            }
        }
    }

    private Map<String, @Nullable Object> map(int depth) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        blanks();
        if (skip("}")) {
            return Collections.unmodifiableMap(entries);
        }
        while (true) {
            blanks();
            if (!skip("\"")) {
                throw expected("a key in quotes");
            }
            String key = key();
            blanks();
            if (!skip(":")) {
                throw expected("':'");
            }
            blanks();
            entries.put(key, value(depth + 1));
            blanks();
            if (skip("}")) {
                return Collections.unmodifiableMap(entries);
            }
            if (!skip(",")) {
                throw expected("',' or '}'");
            }
        }
    }

    private String key() {
        if (++others > MOST_OTHERS) {
            throw new IllegalArgumentException(
                    "JSON of more than %d texts, lists and maps (expected: at most so many)".formatted(MOST_OTHERS));
        }
        return string();
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c < 0x20) {
                throw expected("no control character");
            }
            at++;
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw expected("'\"'");
    }

    private char escaped() {
        if (at == text.length()) {
            throw expected("an escape");
        }
        int known = "\"\\/bfnrt".indexOf(text.charAt(at));
        if (known >= 0) {
            at++;
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        if (text.charAt(at) == 'u' && at + 5 <= text.length()) {
            int unit = 0;
            for (int i = at + 1; i < at + 5; i++) {
                char c = text.charAt(i);
                int digit = c < 0x80 ? Character.digit(c, 16) : -1;
                if (digit < 0) {
                    throw expected("an escape");
                }
                unit = unit << 4 | digit;
            }
            at += 5;
            return (char) unit;
        }
        throw expected("an escape");
    }

    private int digits(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private Object number() {
        int start = at + (at < text.length() && text.charAt(at) == '-' ? 1 : 0);
        int whole = start < text.length() && text.charAt(start) == '0' ? start + 1 : digits(start);
        if (whole == start) {
            throw expected("a JSON value");
        }
        int end = whole;
        if (end < text.length() && text.charAt(end) == '.' && digits(end + 1) > end + 1) {
            end = digits(end + 1);
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int sign = end + 1 < text.length() && "+-".indexOf(text.charAt(end + 1)) >= 0 ? 1 : 0;
            int exponent = digits(end + 1 + sign);
            end = exponent > end + 1 + sign ? exponent : end;
        }
        String number = text.substring(at, end);
        at = end;
        if (end > whole) {
            return Double.valueOf(number);
        }
        if (number.length() <= 18) {
            return Long.valueOf(number);
        }
        if (number.length() > 4300) {
            throw new IllegalArgumentException(
                    "JSON integer of %d digits (expected: at most 4300)".formatted(number.length()));
        }
        BigInteger big = new BigInteger(number);
        return big.bitLength() <= 63 ? (Object) big.longValue() : big;
    }

    /**
     * Writes a value as ASE does: {@code ", "} and {@code ": "}, ASCII.
     *
     * @return false if JSON cannot hold the value (arrays, scalars of numpy types, complex numbers, bytes)
     */
    static boolean write(@Nullable Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean || value instanceof Long || value instanceof BigInteger) {
            out.append(value);
            return true;
        } else if (value instanceof Double number) {
            out.append(
                    number.isNaN()
                            ? "NaN"
                            : number.isInfinite() ? (number > 0 ? "Infinity" : "-Infinity") : Numbers.shortest(number));
            return true;
        } else if (value instanceof String string) {
            write(string, out);
            return true;
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                if (!write(list.get(i), out.append(i == 0 ? "" : ", "))) {
                    return false;
                }
            }
            out.append(']');
            return true;
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            String separator = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                write((String) entry.getKey(), out.append(separator));
                if (!write(entry.getValue(), out.append(": "))) {
                    return false;
                }
                separator = ", ";
            }
            out.append('}');
            return true;
        }
        return false;
    }

    private static void write(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int known = "\"\\\b\f\n\r\t".indexOf(c);
            if (known >= 0) {
                out.append('\\').append("\"\\bfnrt".charAt(known));
            } else if (c < 0x20 || c > 0x7e) {
                out.append("\\u").append(String.format("%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
