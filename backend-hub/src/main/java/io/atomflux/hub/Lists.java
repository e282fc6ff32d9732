package io.atomflux.hub;

import io.atomflux.atoms.Elements;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Arrays of nested lists, as columns have them where a null is among their numbers, and lines of JSON always. */
final class Lists {

    private static final int DEEPEST = 8;

    /** How many numbers a null may stand for: a row of NaN for each null makes much of a short text. */
    private static final int MOST_OF_NULL = 64;

    private static final int SMALL = 1 << 16;

    private Lists() {}

    /**
     * Returns a value as numbers, of float64.
     *
     * @throws IllegalArgumentException if it is not rectangular, or not of numbers and nulls
     */
    static NdArray reals(Object value) {
        if (value instanceof NdArray array) {
            return array.as(DType.FLOAT64);
        }
        return array(value).map(array -> array.as(DType.FLOAT64)).orElseThrow(() -> refused(value, "numbers"));
    }

    /** Returns atomic numbers, of int64, of integers or symbols. */
    static NdArray numbers(Object value) {
        if (value instanceof NdArray array && isInteger(array)) {
            return array.as(DType.INT64);
        } else if (value instanceof List<?> list) {
            long[] numbers = new long[list.size()];
            for (int i = 0; i < numbers.length; i++) {
                Object item = list.get(i);
                if (item instanceof Long number) {
                    numbers[i] = number;
                } else if (item instanceof String symbol) {
                    numbers[i] = Elements.number(symbol);
                } else {
                    throw refused(value, "integers or symbols");
                }
            }
            return NdArray.of(numbers, numbers.length);
        }
        throw refused(value, "integers or symbols");
    }

    private static boolean isInteger(NdArray array) {
        return array.dtype().kind() == DType.Kind.INT || array.dtype().kind() == DType.Kind.UINT;
    }

    /** Returns three flags. */
    static NdArray flags(Object value) {
        if (value instanceof Boolean all) {
            return NdArray.of(new boolean[] {all, all, all}, 3);
        }
        NdArray array = value instanceof NdArray given
                ? given
                : array(falseForNull(value)).orElseThrow(() -> refused(value, "three flags or dimension types"));
        return array.dtype().equals(DType.BOOL) ? array : array.as(DType.BOOL);
    }

    /** A null among flags is false, as null in place of all of them is; as a number it would be NaN, which is not zero. */
    private static Object falseForNull(Object value) {
        if (!(value instanceof List<?> list) || !list.contains(null)) {
            return value;
        }
        Object none = list.stream().anyMatch(Boolean.class::isInstance) ? (Object) false : (Object) 0L;
        List<Object> flags = new ArrayList<>(list.size());
        for (Object item : list) {
            flags.add(item == null ? none : item);
        }
        return flags;
    }

    /** Widens floats to float64 and integers to int64, as lists of Python become arrays; other values stay. */
    static Object widened(Object value) {
        if (value instanceof NdArray array) {
            return switch (array.dtype().kind()) {
                case FLOAT -> array.as(DType.FLOAT64);
                case INT -> array.as(DType.INT64);
                case UINT -> array.as(DType.UINT64);
                case BOOL, COMPLEX, BYTES, UNICODE, STRUCT -> array;
            };
        } else if (value instanceof List<?> list) {
            return array(list).<Object>map(array -> array).or(() -> texts(list)).orElse(list);
        }
        return value;
    }

    private static Optional<Object> texts(List<?> list) {
        List<String> texts = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof String text)) {
                return Optional.empty();
            }
            texts.add(text);
        }
        return texts.isEmpty() ? Optional.empty() : Optional.of(NdArray.ofTexts(texts, texts.size()));
    }

    /** Tells whether a value is a list or array without elements. */
    static boolean isEmpty(@Nullable Object value) {
        return value instanceof NdArray array
                ? array.rank() > 0 && array.size() == 0
                : value instanceof List<?> list && list.isEmpty();
    }

    private static final class Shape {
        private final int[] axes = new int[DEEPEST];
        private int rank = -1;
        private boolean integers = true;
        private boolean booleans = true;
        private boolean nulls;
        private int nullRank;
        private long items;

        Shape() {
            Arrays.fill(axes, -1);
        }
    }

    /** Returns nested lists of numbers, booleans and nulls as an array; nulls are NaN, or a row of NaN. */
    private static Optional<NdArray> array(Object value) {
        Shape shape = new Shape();
        if (!(unpacked(value) instanceof List<?> list) || !measure(list, 0, shape)) {
            return Optional.empty();
        }
        if (shape.rank < 0) {
            shape.rank = shape.nullRank; // all are null
        }
        int count = 1;
        int[] axes = new int[shape.rank];
        for (int i = 0; i < shape.rank; i++) {
            axes[i] = shape.axes[i];
            count = Math.multiplyExact(count, axes[i]);
        }
        if (count > SMALL && count / MOST_OF_NULL > shape.items) {
            throw new IllegalArgumentException(
                    "%d numbers, most of them behind nulls that stand for lists (expected: at most %d for each value)"
                            .formatted(count, MOST_OF_NULL));
        }
        if (shape.nulls || !(shape.integers || shape.booleans)) {
            double[] reals = new double[count];
            fill(list, 0, axes, reals, 0);
            return Optional.of(NdArray.of(reals, axes));
        }
        long[] integers = new long[count];
        fill(list, integers, 0);
        NdArray array = NdArray.of(integers, axes);
        return Optional.of(shape.booleans && count > 0 ? array.as(DType.BOOL) : array);
    }

    /** Lists instead of the arrays among them: those of a list that are without null are arrays already. */
    private static @Nullable Object unpacked(@Nullable Object value) {
        if (value instanceof NdArray array) {
            return array.toNested();
        } else if (value instanceof List<?> list && list.stream().anyMatch(NdArray.class::isInstance)) {
            List<@Nullable Object> lists = new ArrayList<>(list.size());
            list.forEach(item -> lists.add(unpacked(item)));
            return lists;
        }
        return value;
    }

    private static boolean measure(List<?> list, int depth, Shape shape) {
        if (depth == DEEPEST || (shape.rank >= 0 && depth >= shape.rank)) {
            return false;
        }
        if (shape.axes[depth] >= 0 && shape.axes[depth] != list.size()) {
            return false;
        }
        shape.axes[depth] = list.size();
        shape.items += list.size();
        for (Object item : list) {
            if (item instanceof List<?> inner) {
                if (!measure(inner, depth + 1, shape)) {
                    return false;
                }
            } else if (item == null) {
                shape.nulls = true;
                shape.nullRank = Math.max(shape.nullRank, depth + 1);
            } else if (item instanceof Number || item instanceof Boolean) {
                if (shape.rank >= 0 && shape.rank != depth + 1) {
                    return false;
                }
                shape.rank = depth + 1;
                shape.integers &= item instanceof Long;
                shape.booleans &= item instanceof Boolean;
            } else {
                return false;
            }
        }
        if (list.isEmpty() && shape.rank < 0) {
            shape.rank = depth + 1;
        }
        return true;
    }

    private static int fill(@Nullable Object value, int depth, int[] axes, double[] target, int at) {
        if (depth == axes.length) {
            target[at] = value instanceof Number number
                    ? number.doubleValue()
                    : value instanceof Boolean flag ? (flag ? 1 : 0) : Double.NaN;
            return at + 1;
        }
        int next = at;
        for (int i = 0; i < axes[depth]; i++) {
            next = fill(value instanceof List<?> list ? list.get(i) : null, depth + 1, axes, target, next);
        }
        return next;
    }

    private static int fill(List<?> list, long[] target, int at) {
        int next = at;
        for (Object item : list) {
            if (item instanceof List<?> inner) {
                next = fill(inner, target, next);
            } else {
                target[next++] = item instanceof Boolean flag ? (flag ? 1 : 0) : (Long) item;
            }
        }
        return next;
    }

    private static IllegalArgumentException refused(Object value, String expected) {
        String found = value instanceof NdArray array
                ? "an array of " + array.dtype()
                : value instanceof List<?> list
                        ? "a list of " + list.size()
                        : value.getClass().getSimpleName();
        return new IllegalArgumentException("%s (expected: %s)".formatted(found, expected));
    }
}
