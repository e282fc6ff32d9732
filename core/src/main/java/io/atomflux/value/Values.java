package io.atomflux.value;

import java.lang.reflect.Array;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The closed set of value types: widening into it, and converting out of it. */
public final class Values {

    private static final BigInteger UNSIGNED_END = BigInteger.ONE.shiftLeft(64);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final int DEEPEST = 64;

    private Values() {}

    /**
     * Widens what a Java programmer writes to a value a store can hold.
     *
     * <p>Byte, short and int become long, float becomes double, primitive arrays (also rectangular ones of several axes)
     * become {@link NdArray}, {@code byte[]} becomes {@link Bytes}; lists and string-keyed maps are copied, with their
     * items widened. Values of the closed set stay as they are.
     *
     * @param key named in the error
     * @throws IllegalArgumentException if the value is of another type, nested deeper than 64, or an integer outside
     *     -2^63 to 2^64 - 1
     */
    public static @Nullable Object of(String key, @Nullable Object value) {
        return widen(key, value, 0);
    }

    private static @Nullable Object widen(String key, @Nullable Object value, int depth) {
        if (value == null
                || value instanceof Double
                || value instanceof Long
                || value instanceof NdArray
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Bytes
                || value instanceof NdScalar
                || value instanceof Complex) {
            return value;
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Float number) {
            return number.doubleValue();
        }
        if (value instanceof BigInteger number) {
            return integer(key, number);
        }
        if (value instanceof byte[] bytes) {
            return Bytes.of(bytes);
        }
        if (depth >= DEEPEST) {
            throw refused(key, "a value nested deeper than " + DEEPEST);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            for (Object item : list) {
                copy.add(widen(key, item, depth + 1));
            }
            return Collections.unmodifiableList(copy);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (!(entry.getKey() instanceof String name)) {
                    throw refused(key, "a map key of type " + typeName(entry.getKey()));
                }
                copy.put(name, widen(key, entry.getValue(), depth + 1));
            }
            return Collections.unmodifiableMap(copy);
        }
        if (value.getClass().isArray()) {
            return array(key, value);
        }
        throw refused(key, typeName(value));
    }

    private static Object integer(String key, BigInteger number) {
        if (number.compareTo(LONG_MIN) >= 0 && number.compareTo(LONG_MAX) <= 0) {
            return number.longValueExact();
        }
        if (number.signum() < 0 || number.compareTo(UNSIGNED_END) >= 0) {
            throw refused(key, "an integer outside -2^63 to 2^64 - 1");
        }
        return number;
    }

    private static Object array(String key, Object array) {
        List<Integer> axes = new ArrayList<>();
        Class<?> type = array.getClass();
        Object level = array;
        while (type.isArray()) {
            int length = level == null ? 0 : Array.getLength(level);
            axes.add(length);
            type = type.getComponentType();
            level = length == 0 || level == null || type.isPrimitive() ? null : Array.get(level, 0);
        }
        if (!type.isPrimitive() || type == char.class) {
            throw refused(key, array.getClass().getSimpleName());
        }
        int[] shape = axes.stream().mapToInt(Integer::intValue).toArray();
        int count = 1;
        for (int axis : shape) {
            count = Math.multiplyExact(count, axis);
        }
        Object flat = Array.newInstance(type, count);
        flatten(key, array, shape, 0, flat, 0);
        if (flat instanceof double[] values) {
            return NdArray.of(values, shape);
        } else if (flat instanceof float[] values) {
            return NdArray.of(values, shape);
        } else if (flat instanceof long[] values) {
            return NdArray.of(values, shape);
        } else if (flat instanceof int[] values) {
            return NdArray.of(values, shape);
        } else if (flat instanceof short[] values) {
            return NdArray.of(values, shape);
        } else if (flat instanceof boolean[] values) {
            return NdArray.of(values, shape);
        }
        return NdArray.wrap(DType.INT8, shape, (byte[]) flat, 0);
    }

    private static int flatten(String key, @Nullable Object part, int[] shape, int axis, Object flat, int at) {
        if (part == null || Array.getLength(part) != shape[axis]) {
            throw refused(key, "an array that is not rectangular");
        }
        if (axis == shape.length - 1) {
            System.arraycopy(part, 0, flat, at, shape[axis]);
            return at + shape[axis];
        }
        int next = at;
        for (Object inner : (Object[]) part) {
            next = flatten(key, inner, shape, axis + 1, flat, next);
        }
        return next;
    }

    private static String typeName(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName();
    }

    private static IllegalArgumentException refused(String key, String found) {
        return new IllegalArgumentException(
                "value of key \"%s\": %s (expected: null, boolean, integer, floating-point number, String, bytes, Complex, NdArray, NdScalar, a primitive array, a list or a string-keyed map of these)"
                        .formatted(key, found));
    }

    /**
     * Converts a value to a type, or answers null if that would lose something.
     *
     * @param value a value of the closed set
     * @param type a type of the closed set; {@code Double} takes longs, scalars and 0-d arrays, {@code Long} takes
     *     integer scalars, {@code Boolean} a bool scalar, {@code NdArray} a scalar as a 0-d array
     */
    public static <V> @Nullable V as(Object value, Class<V> type) {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        Object plain = value instanceof NdScalar scalar
                ? scalar.plain()
                : value instanceof NdArray array && array.rank() == 0 ? array.at(0) : value;
        if (type.isInstance(plain)) {
            return type.cast(plain);
        }
        if (type == Double.class && plain instanceof Long number) {
            double near = number;
            boolean exact = (long) near == number && near != 0x1p63;
            return exact ? type.cast(near) : null;
        }
        if (type == NdArray.class && value instanceof NdScalar scalar) {
            return type.cast(scalar.asArray());
        }
        return null;
    }

    /** Estimates the bytes a value holds in memory. */
    public static long byteSize(@Nullable Object value) {
        if (value == null || value instanceof Boolean) {
            return 8;
        } else if (value instanceof NdArray array) {
            return 96L + array.byteSize();
        } else if (value instanceof Bytes bytes) {
            return 48L + bytes.length();
        } else if (value instanceof String text) {
            return 56L + text.length();
        } else if (value instanceof List<?> list) {
            long sum = 48;
            for (Object item : list) {
                sum += 8 + byteSize(item);
            }
            return sum;
        } else if (value instanceof Map<?, ?> map) {
            long sum = 64;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                sum += 48 + byteSize(entry.getKey()) + byteSize(entry.getValue());
            }
            return sum;
        }
        return 32;
    }
}
