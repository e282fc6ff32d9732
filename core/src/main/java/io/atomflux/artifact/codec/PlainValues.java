package io.atomflux.artifact.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells which values a text can hold, and which a store can, before anything is copied. */
final class PlainValues {

    private static final int DEEPEST = 64;
    private static final BigInteger UNSIGNED_END = BigInteger.ONE.shiftLeft(64);
    private static final BigInteger SIGNED_LEAST = BigInteger.valueOf(Long.MIN_VALUE);

    private PlainValues() {}

    /** What a value is asked to consist of. */
    enum Kind {
        /** What JSON writes and reads exactly. */
        JSON,
        /** The closed set of values. */
        CLOSED
    }

    /** Returns what does not fit and where in the value; null if all fits. */
    static @Nullable String misfit(@Nullable Object value, Kind kind) {
        String misfit = misfit(value, kind, 0);
        return misfit == null ? null : "value" + misfit;
    }

    private static @Nullable String misfit(@Nullable Object value, Kind kind, int depth) {
        if (value == null
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte) {
            return null;
        } else if (value instanceof Double || value instanceof Float) {
            return kind == Kind.CLOSED || Double.isFinite(((Number) value).doubleValue())
                    ? null
                    : ": " + value + ", which JSON has not";
        } else if (value instanceof String text) {
            return kind == Kind.CLOSED && hasLoneSurrogate(text) ? ": text with a lone surrogate" : null;
        } else if (value instanceof BigInteger number) {
            return number.compareTo(SIGNED_LEAST) >= 0 && number.compareTo(UNSIGNED_END) < 0
                    ? null
                    : ": an integer outside -2^63 to 2^64 - 1";
        } else if (value instanceof List || value instanceof Map) {
            return depth == DEEPEST ? ": nested deeper than " + DEEPEST : insideOf(value, kind, depth + 1);
        } else if (kind == Kind.CLOSED
                && (value instanceof NdArray
                        || value instanceof Bytes
                        || value instanceof NdScalar
                        || value instanceof Complex
                        || isPrimitiveArray(value.getClass()))) {
            return null;
        }
        return ": " + value.getClass().getName();
    }

    private static @Nullable String insideOf(Object value, Kind kind, int depth) {
        if (value instanceof List<?> list) {
            int i = 0;
            for (Object item : list) {
                String misfit = misfit(item, kind, depth);
                if (misfit != null) {
                    return "[" + i + "]" + misfit;
                }
                i++;
            }
            return null;
        }
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                return ": a map key that is no text";
            }
            if (kind == Kind.CLOSED && hasLoneSurrogate(name)) {
                return ": a map key with a lone surrogate";
            }
            String misfit = misfit(entry.getValue(), kind, depth);
            if (misfit != null) {
                return "." + name + misfit;
            }
        }
        return null;
    }

    private static boolean isPrimitiveArray(Class<?> type) {
        Class<?> part = type;
        while (part.isArray()) {
            part = part.getComponentType();
        }
        return type.isArray() && part.isPrimitive() && part != char.class;
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
