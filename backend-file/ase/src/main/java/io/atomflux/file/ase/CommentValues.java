package io.atomflux.file.ase;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns the texts of a comment line into values as ASE 3.29 does.
 *
 * <p>Numbers separated by blanks or commas become a long, a double or an array; {@code T F true …} booleans (several: a
 * list); text after {@code _JSON } what it holds; all else stays text.
 */
final class CommentValues {

    private static final int MOST_AXES = 60;

    private CommentValues() {}

    /** Tells whether the value of a key is never converted. */
    static boolean staysText(String key) {
        return key.length() == 3 && key.toLowerCase(Locale.ROOT).equals("uid");
    }

    /** Tells whether the value of a key must be a matrix of nine numbers. */
    static boolean isMatrix(String key) {
        return key.equals("Lattice") || key.equals("virial") || key.equals("stress");
    }

    /**
     * Converts one text.
     *
     * @throws BadFrame if the key wants a matrix and the text is none, or if JSON in it cannot be read
     */
    static @Nullable Object convert(String key, String text) {
        if (staysText(key)) {
            return text;
        }
        Object number = numbers(text);
        if (isMatrix(key)) {
            if (number instanceof NdArray array && array.size() == 9) {
                return transposed(array);
            }
            throw new BadFrame(1, "%s=\"%s\" (expected: nine numbers)".formatted(key, text));
        }
        if (number != null) {
            return number;
        }
        Object flags = booleans(text);
        if (flags != null) {
            return flags;
        }
        return text.startsWith("_JSON ") ? json(key, text.substring(6)) : text;
    }

    /** Returns the nine numbers as a matrix whose columns they are. */
    private static NdArray transposed(NdArray nine) {
        if (nine.dtype().kind() == DType.Kind.INT) {
            long[] flat = new long[9];
            for (int i = 0; i < 9; i++) {
                flat[i] = nine.longAt(i % 3 * 3 + i / 3);
            }
            return NdArray.of(flat, 3, 3);
        }
        double[] flat = new double[9];
        for (int i = 0; i < 9; i++) {
            flat[i] = nine.doubleAt(i % 3 * 3 + i / 3);
        }
        return NdArray.of(flat, 3, 3);
    }

    /** Reads a text of nothing but numbers; word by word, since there may be very many. */
    private static @Nullable Object numbers(String text) {
        NumberReader reader = new NumberReader();
        int last = text.length();
        while (last > 0 && isBetween(text.charAt(last - 1))) {
            last--;
        }
        int first = last;
        while (first > 0 && !isBetween(text.charAt(first - 1))) {
            first--;
        }
        if (first < last && !reader.read(text.substring(first, last))) {
            return null; // free text mostly shows so in its last word
        }
        int n = 0;
        for (int at = wordFrom(text, 0); at < last; at = wordFrom(text, wordEnd(text, at))) {
            n++;
        }
        if (n == 1) {
            return reader.isInteger() ? (Object) reader.integer() : (Object) reader.real();
        }
        long[] integers = new long[n];
        double @Nullable [] reals = null;
        int done = 0;
        for (int at = wordFrom(text, 0); at < last; done++) {
            int end = wordEnd(text, at);
            if (!reader.read(text.substring(at, end))) {
                return null;
            }
            if (reals == null && !reader.isInteger()) {
                reals = new double[n];
                for (int i = 0; i < done; i++) {
                    reals[i] = integers[i];
                }
            }
            if (reals != null) {
                reals[done] = reader.real();
            } else {
                integers[done] = reader.integer();
            }
            at = wordFrom(text, end);
        }
        return reals == null ? NdArray.of(integers, n) : NdArray.of(reals, n);
    }

    private static boolean isBetween(char c) {
        return c == ',' || PyText.isSpace(c);
    }

    private static int wordFrom(String text, int from) {
        int at = from;
        while (at < text.length() && isBetween(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int wordEnd(String text, int from) {
        int at = from;
        while (at < text.length() && !isBetween(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static @Nullable Object booleans(String text) {
        List<Object> flags = new ArrayList<>();
        for (int at = wordFrom(text, 0); at < text.length(); ) {
            int end = wordEnd(text, at);
            if (end - at > 5) {
                return null;
            }
            switch (text.substring(at, end)) {
                case "T", "true", "True", "TRUE" -> flags.add(true);
                case "F", "false", "False", "FALSE" -> flags.add(false);
                default -> {
                    return null;
                }
            }
            at = wordFrom(text, end);
        }
        return flags.size() == 1 ? flags.get(0) : Collections.unmodifiableList(flags);
    }

    private static @Nullable Object json(String key, String text) {
        Object value;
        try {
            value = Json.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadFrame(1, "value of key \"%s\": %s".formatted(key, e.getMessage()));
        }
        List<Integer> shape = new ArrayList<>();
        List<@Nullable Object> leaves = new ArrayList<>();
        shape(value, shape);
        if (!flatten(value, shape, 0, leaves)) {
            throw new BadFrame(
                    1, "value of key \"%s\": a list of unequal lists (expected: lists of one length)".formatted(key));
        }
        NdArray array = array(leaves, shape);
        return array == null ? value : array;
    }

    private static void shape(@Nullable Object value, List<Integer> shape) {
        if (value instanceof List<?> list && shape.size() < MOST_AXES) {
            shape.add(list.size());
            if (!list.isEmpty()) {
                shape(list.get(0), shape);
            }
        }
    }

    private static boolean flatten(
            @Nullable Object value, List<Integer> shape, int axis, List<@Nullable Object> leaves) {
        if (value instanceof List<?> list) {
            if (axis == shape.size() || list.size() != shape.get(axis)) {
                return false;
            }
            for (Object item : list) {
                if (!flatten(item, shape, axis + 1, leaves)) {
                    return false;
                }
            }
            return true;
        }
        leaves.add(value);
        return axis == shape.size();
    }

    /** Makes the array numpy makes, or null if that would be one of objects or texts. */
    private static @Nullable NdArray array(List<@Nullable Object> leaves, List<Integer> shape) {
        boolean flags = !leaves.isEmpty();
        boolean whole = !leaves.isEmpty();
        boolean unsigned = false;
        for (Object leaf : leaves) {
            if (!(leaf instanceof Boolean || leaf instanceof Number)
                    || (leaf instanceof BigInteger big && (big.signum() < 0 || big.bitLength() > 64))) {
                return null;
            }
            flags &= leaf instanceof Boolean;
            whole &= leaf instanceof Boolean || leaf instanceof Long;
            unsigned |= leaf instanceof BigInteger;
        }
        if (unsigned && leaves.stream().noneMatch(leaf -> leaf instanceof Long || leaf instanceof Double)) {
            return null; // of unsigned integers
        }
        int[] axes = shape.stream().mapToInt(Integer::intValue).toArray();
        if (flags) {
            boolean[] values = new boolean[leaves.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = Boolean.TRUE.equals(leaves.get(i));
            }
            return axes.length == 0 ? NdArray.of(values).reshape() : NdArray.of(values, axes);
        }
        if (whole) {
            long[] values = new long[leaves.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = leaves.get(i) instanceof Long number ? number : Boolean.TRUE.equals(leaves.get(i)) ? 1 : 0;
            }
            return axes.length == 0 ? NdArray.of(values).reshape() : NdArray.of(values, axes);
        }
        double[] values = new double[leaves.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = leaves.get(i) instanceof Number number
                    ? number.doubleValue()
                    : Boolean.TRUE.equals(leaves.get(i)) ? 1 : 0;
        }
        return axes.length == 0 ? NdArray.of(values).reshape() : NdArray.of(values, axes);
    }

    /**
     * Casts a calculator result to float64 as {@code numpy.asarray(value, float)} does.
     *
     * @throws BadFrame if it holds something else than numbers
     */
    static NdArray reals(String key, Object value) {
        if (value instanceof NdArray array && array.dtype().isReal()) {
            return array.as(DType.FLOAT64);
        }
        List<Integer> shape = new ArrayList<>();
        List<@Nullable Object> leaves = new ArrayList<>();
        shape(value, shape);
        if (flatten(value, shape, 0, leaves)) {
            double[] values = new double[leaves.size()];
            int done = 0;
            for (Object leaf : leaves) {
                Double real = real(leaf);
                if (real == null) {
                    break;
                }
                values[done++] = real;
            }
            if (done == values.length) {
                int[] axes = shape.stream().mapToInt(Integer::intValue).toArray();
                return axes.length == 0 ? NdArray.of(values).reshape() : NdArray.of(values, axes);
            }
        }
        throw new BadFrame(1, "result %s: %s (expected: numbers)".formatted(key, value));
    }

    private static @Nullable Double real(@Nullable Object leaf) {
        if (leaf == null) {
            return Double.NaN;
        } else if (leaf instanceof Boolean flag) {
            return flag ? 1.0 : 0.0;
        } else if (leaf instanceof Number number) {
            return number.doubleValue();
        }
        return leaf instanceof String text ? PyText.real(text) : null;
    }
}
