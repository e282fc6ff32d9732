package io.atomflux.file.ase;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes keys and values of a comment line so that ASE 3.29 reads them back equal.
 *
 * <p>Where ASE's own form does, it is used byte for byte. Where ASE would read something else (text that looks like a
 * number, backslashes, empty values, arrays of one element) the value goes into {@code _JSON} with escapes, which it reads
 * right. Each text is read back by our own reader before it is used. What cannot be written at all is refused.
 */
final class CommentWriter {

    private CommentWriter() {}

    /** Writes {@code key=value}, a blank before it. */
    static void entry(String place, String key, @Nullable Object value, TextBuffer out) {
        out.put(' ');
        String name = name(place, key);
        boolean scalar = value instanceof Double || value instanceof Long || value instanceof Boolean;
        if (scalar && !CommentValues.isMatrix(key)) {
            if (CommentValues.staysText(key)) {
                throw new Unwritable(place, "%s (expected: text, as ASE reads every uid)".formatted(value));
            }
            out.put(name + "=" + scalar(java.util.Objects.requireNonNull(value)));
            return;
        }
        String text = text(place, key, name, value);
        out.put(name + "=" + text);
    }

    private static String scalar(Object value) {
        return value instanceof Double number
                ? Numbers.shortest(number)
                : value instanceof Boolean flag ? (flag ? "T" : "F") : value.toString();
    }

    private static String name(String place, String key) {
        if (isPlain(key)) {
            return key;
        }
        for (String name : List.of(quoted(key), escaped(key))) {
            if (!key.isEmpty() && isOneLine(key) && Map.of(key, "x", "pbc", "T").equals(lexed(name + "=x pbc=T"))) {
                return name;
            }
        }
        throw new Unwritable(place, "a key that is empty or has a line break (expected: one line of text)");
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
            if (!plain) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isOneLine(String text) {
        return text.indexOf('\n') < 0
                && text.indexOf('\r') < 0
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static Map<String, String> lexed(String comment) {
        try {
            return CommentLexer.lex(comment);
        } catch (BadFrame e) {
            return Map.of();
        }
    }

    /** ASE's quoting: in quotes if there is a blank, a quote, a brace or a bracket. */
    static String quoted(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (" '\"{}[]".indexOf(text.charAt(i)) >= 0) {
                return '"' + text.replace("\"", "\\\"") + '"';
            }
        }
        return text;
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ("\\=\"'{}[]".indexOf(c) >= 0 || PyText.isSpace(c)) {
                out.append('\\');
            }
            out.append(c);
        }
        return out.toString();
    }

    private static String literal(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String text(String place, String key, String name, @Nullable Object value) {
        if (CommentValues.isMatrix(key)) {
            return literal(matrix(place, value));
        }
        List<String> candidates = new ArrayList<>(2);
        if (value instanceof String text) {
            if (isOneLine(text)) {
                candidates.add(quoted(text));
                candidates.add(CommentValues.staysText(key) ? literal(text) : json(place, text));
            } else {
                candidates.add(json(place, text));
            }
        } else if (value instanceof NdScalar scalar) {
            candidates.add(scalar(plain(place, scalar)));
        } else if (value instanceof NdArray array) {
            candidates.add(array(place, array));
        } else if (value instanceof List<?> list
                && list.size() > 1
                && list.stream().allMatch(Boolean.class::isInstance)) {
            candidates.add(quoted(joined(list)));
        } else {
            candidates.add(json(place, value));
        }
        for (String candidate : candidates) {
            if (isReadBack(key, name + "=" + candidate, value)) {
                return candidate;
            }
        }
        throw new Unwritable(place, "%s cannot be written so that it is read back equal".formatted(kind(value)));
    }

    private static boolean isReadBack(String key, String entry, @Nullable Object value) {
        Map<String, String> seen = lexed(entry + " pbc=T"); // an empty value would swallow the next key
        if (seen.size() != 2 || !seen.containsKey(key)) {
            return false;
        }
        try {
            return Sameness.holds(value, CommentValues.convert(key, seen.get(key)));
        } catch (BadFrame e) {
            return false;
        }
    }

    private static Object plain(String place, NdScalar scalar) {
        Object plain = scalar.plain();
        if (plain instanceof Long || plain instanceof Double || plain instanceof Boolean) {
            return plain;
        }
        throw unwritable(place, scalar);
    }

    private static Unwritable unwritable(String place, @Nullable Object value) {
        return new Unwritable(
                place,
                "%s (expected: null, boolean, integer, float, text, an array of floats, integers or booleans, or lists and maps of plain values)"
                        .formatted(kind(value)));
    }

    private static String kind(@Nullable Object value) {
        return value == null
                ? "null"
                : value instanceof NdArray array
                        ? "an array of %s, shape %s".formatted(array.dtype(), java.util.Arrays.toString(array.shape()))
                        : value instanceof NdScalar scalar
                                ? "a scalar of " + scalar.dtype()
                                : "a value of type " + value.getClass().getSimpleName();
    }

    private static String json(String place, @Nullable Object value) {
        StringBuilder json = new StringBuilder("_JSON ");
        if (!Json.write(value, json)) {
            throw unwritable(place, value);
        }
        return literal(json.toString());
    }

    private static String array(String place, NdArray array) {
        DType.Kind kind = array.dtype().kind();
        if (kind == DType.Kind.UINT || !(array.dtype().isReal() || kind == DType.Kind.UNICODE)) {
            throw unwritable(place, array);
        }
        boolean number = kind == DType.Kind.INT || kind == DType.Kind.FLOAT;
        if (array.rank() == 1 && number && array.size() > 1) {
            return quoted(joined((List<?>) array.toNested()));
        }
        if (array.rank() == 1 && kind == DType.Kind.INT && array.size() == 0) {
            return ","; // nothing between commas is an empty array of integers, where _JSON [] is one of floats
        }
        return json(place, array.toNested());
    }

    private static String joined(List<?> items) {
        StringBuilder text = new StringBuilder();
        for (Object item : items) {
            text.append(text.length() == 0 ? "" : " ").append(scalar(item));
        }
        return text.toString();
    }

    /** Writes a matrix by its columns. */
    private static String matrix(String place, @Nullable Object value) {
        DType.Kind kind = value instanceof NdArray array ? array.dtype().kind() : DType.Kind.STRUCT;
        if (!(value instanceof NdArray matrix)
                || !matrix.hasShape(3, 3)
                || (kind != DType.Kind.INT && kind != DType.Kind.FLOAT)) {
            throw new Unwritable(place, "%s (expected: numbers of shape [3, 3])".formatted(kind(value)));
        }
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            items.add(matrix.at(i % 3 * 3 + i / 3));
        }
        return joined(items);
    }

    /** Tells whether a value that was read is what was to be written, apart from the widths of numbers. */
    private static final class Sameness {

        private Sameness() {}

        static boolean holds(@Nullable Object written, @Nullable Object read) {
            if (written instanceof NdScalar scalar) {
                return scalar.plain().equals(read);
            }
            if (written instanceof NdArray array) {
                return array(array, read);
            }
            if (read instanceof NdArray array && written instanceof List<?> list) {
                return list(list, array.toNested());
            }
            if (read instanceof NdArray array && array.rank() == 0) {
                return same(written, array.at(0));
            }
            return written == null ? read == null : written.equals(read);
        }

        private static boolean array(NdArray written, @Nullable Object read) {
            if (read instanceof NdArray array) {
                return array.dtype().kind() == written.dtype().kind()
                        && array.hasShape(written.shape())
                        && list(List.of(written.toNested()), List.of(array.toNested()));
            }
            return written.dtype().kind() == DType.Kind.UNICODE
                    && written.toNested().equals(read);
        }

        private static boolean list(List<?> written, Object read) {
            if (!(read instanceof List<?> items) || items.size() != written.size()) {
                return false;
            }
            for (int i = 0; i < written.size(); i++) {
                boolean same = written.get(i) instanceof List<?> inner
                        ? list(inner, items.get(i))
                        : same(written.get(i), items.get(i));
                if (!same) {
                    return false;
                }
            }
            return true;
        }

        private static boolean same(@Nullable Object written, @Nullable Object read) {
            if (written instanceof Long whole && read instanceof Double real) {
                return real == (double) whole && (long) (double) real == whole;
            }
            if (written instanceof BigInteger || written == null || read == null) {
                return written == null ? read == null : written.equals(read);
            }
            if (written instanceof Double a && read instanceof Double b && a.isNaN()) {
                return b.isNaN();
            }
            return written.equals(read);
        }
    }
}
