package io.atomflux.artifact.evaluator;

import io.atomflux.codec.AseJson;
import io.atomflux.error.InvalidNameException;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stored objects as the text that OpenFF Evaluator 0.5 writes, character by character: members in the order of its
 * attributes, {@code @type} last, {@code ", "} and {@code ": "} between them, {@code NaN} and {@code Infinity} bare, all
 * beyond ASCII escaped.
 *
 * <p>Evaluator's text does not tell the type of an array's elements. An array that is not of {@code float64} or {@code int64} gets a member
 * {@code dtype} more, which Evaluator passes over and this class reads, so nothing is lost here.
 */
public final class EvaluatorJson {

    private EvaluatorJson() {}

    /** Writes an object. */
    public static String write(StoredData data) {
        return text(Typed.write(data));
    }

    /** Writes a force field without what stands around it in a store; what force fields are compared by. */
    public static String write(ForceFieldSource source) {
        return text(Typed.forceField(source));
    }

    /**
     * Reads an object; also one of older releases, whose types begin with {@code evaluator.}.
     *
     * <p>A type is looked up in a closed table, and loads nothing.
     *
     * @throws IllegalArgumentException if the text is not such an object, or of a type that is not known, saying where
     */
    public static StoredData read(String json) {
        return object(tree(Bytes.ofText(json)));
    }

    /** Reads an object of a tree. */
    static StoredData object(Map<String, @Nullable Object> tree) {
        try {
            return Typed.read(tree);
        } catch (InvalidNameException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // JSON has no other keys
    static Map<String, @Nullable Object> tree(Bytes json) {
        if (AseJson.read(json.asBuffer()) instanceof Map<?, ?> tree) {
            return (Map<String, @Nullable Object>) tree;
        }
        throw new IllegalArgumentException("JSON: not an object (expected: an object with @type)");
    }

    static String text(Map<String, @Nullable Object> tree) {
        return AseJson.write(plain(tree));
    }

    /** Replaces arrays by nested lists. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>(list.size());
            list.forEach(item -> items.add(plain(item)));
            return items;
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            map.forEach((name, member) -> {
                if (name.equals(Typed.TYPE) && map.get("value") instanceof NdArray array && !isPlain(array.dtype())) {
                    members.put("dtype", array.dtype().name());
                }
                members.put((String) name, plain(member));
            });
            return members;
        } else if (value instanceof NdArray array) {
            return nested(array);
        }
        return value;
    }

    private static boolean isPlain(DType type) {
        return type.equals(DType.FLOAT64) || type.equals(DType.INT64);
    }

    private static Object nested(NdArray array) {
        if (array.rank() == 0) {
            return array.at(0);
        }
        List<@Nullable Object> items = new ArrayList<>(array.length(0));
        for (int i = 0; i < array.length(0); i++) {
            items.add(array.rank() == 1 ? plain(array.at(i)) : nested(array.slice(i)));
        }
        return items;
    }
}
