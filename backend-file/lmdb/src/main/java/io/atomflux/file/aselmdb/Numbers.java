package io.atomflux.file.aselmdb;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arrays from either encoding, tagged or nested lists, in the types ASE casts them to. */
final class Numbers {

    private static final int DEEPEST = 8;

    private Numbers() {}

    /** Says what was found in place of numbers. */
    static final class NotNumbers extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotNumbers(String found) {
            super(found, null, false, false);
        }

        String found() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * Returns a value as an array of a type.
     *
     * @param stored an array, nested lists in which null is not-a-number (as fairchem 1.x wrote it), or one number
     * @throws NotNumbers if it is something else
     */
    static NdArray cast(@Nullable Object stored, DType type) {
        if (stored instanceof NdArray array) {
            if (!array.dtype().isReal()) {
                throw new NotNumbers("an array of " + array.dtype());
            }
            return array.as(type);
        }
        if (stored instanceof NdScalar scalar) {
            return cast(scalar.asArray(), type);
        }
        List<Integer> axes = new ArrayList<>();
        for (Object level = stored; level instanceof List<?> list; level = list.isEmpty() ? null : list.get(0)) {
            axes.add(list.size());
            if (axes.size() > DEEPEST) {
                throw new NotNumbers("lists nested deeper than " + DEEPEST);
            }
        }
        int[] shape = axes.stream().mapToInt(n -> n).toArray();
        boolean exact = type.kind() != DType.Kind.FLOAT;
        List<Object> flat = new ArrayList<>();
        flatten(stored, shape, 0, exact, flat);
        if (exact) {
            return NdArray.of(flat.stream().mapToLong(x -> (Long) x).toArray())
                    .reshape(shape)
                    .as(type);
        }
        return NdArray.of(flat.stream().mapToDouble(x -> (Double) x).toArray()).reshape(shape);
    }

    private static void flatten(@Nullable Object part, int[] shape, int axis, boolean exact, List<Object> flat) {
        if (axis == shape.length) {
            flat.add(exact ? (Object) integer(part) : (Object) real(part));
            return;
        }
        if (!(part instanceof List<?> list) || list.size() != shape[axis]) {
            throw new NotNumbers("lists of unequal lengths");
        }
        for (Object item : list) {
            flatten(item, shape, axis + 1, exact, flat);
        }
    }

    private static Long integer(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        } else if (value instanceof Boolean flag) {
            return flag ? 1L : 0L;
        }
        throw new NotNumbers(described(value));
    }

    private static Double real(@Nullable Object value) {
        if (value == null) {
            return Double.NaN;
        } else if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new NotNumbers(described(value));
    }

    static String described(@Nullable Object value) {
        if (value instanceof NdArray array) {
            return "an array of %s, shape %s".formatted(array.dtype(), java.util.Arrays.toString(array.shape()));
        }
        return value == null ? "null" : "a value of type " + value.getClass().getSimpleName();
    }
}
