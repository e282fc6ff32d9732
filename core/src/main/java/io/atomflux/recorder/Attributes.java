package io.atomflux.recorder;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What users keep with a run: values that every format has. */
final class Attributes {

    private static final int DEEPEST = 32;

    private Attributes() {}

    /**
     * Returns a copy that nobody can change, integers as {@code Long} and floats as {@code Double}.
     *
     * @throws IllegalArgumentException naming the attribute, if it is no plain value
     */
    static Object plain(String name, @Nullable Object value) {
        return plain(name, value, 0);
    }

    private static Object plain(String name, @Nullable Object value, int depth) {
        Objects.requireNonNull(value, name);
        if (value instanceof String || value instanceof Boolean || value instanceof Long) {
            return value;
        } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        } else if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            if (Double.isFinite(number)) {
                return number;
            }
        } else if (depth < DEEPEST && value instanceof List<?> list) {
            return list.stream().map(element -> plain(name, element, depth + 1)).toList();
        } else if (depth < DEEPEST && value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(String.valueOf(key), plain(name, element, depth + 1)));
            return Collections.unmodifiableMap(copy);
        }
        throw new IllegalArgumentException(
                "attribute \"%s\": %s of %s (expected: a text, boolean, finite number, or a list or map of such)"
                        .formatted(name, value, value.getClass().getSimpleName()));
    }
}
