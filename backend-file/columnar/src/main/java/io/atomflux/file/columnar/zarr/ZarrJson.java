package io.atomflux.file.columnar.zarr;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * The JSON of Zarr's documents as Python reads and writes it: bare words for what is not finite, members in order.
 *
 * <p>Numbers without point are longs, or {@link BigInteger} beyond; all others doubles.
 */
public final class ZarrJson {

    private static final int DEEPEST = 64;
    private static final int MOST_VALUES = 1 << 20; // 16 MiB of "[]," would fill a heap otherwise

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(1 << 24)
                    .maxNumberLength(400)
                    .build())
            .build();

    private final JsonParser in;
    private int values;

    private ZarrJson(JsonParser in) {
        this.in = in;
    }

    /**
     * Reads a document that is one object.
     *
     * @throws IllegalArgumentException if it is not; the message says why
     */
    public static Map<String, @Nullable Object> read(byte[] document) {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), document)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no JSON object");
            }
            Map<String, @Nullable Object> object = new ZarrJson(in).object();
            if (in.nextToken() != null) {
                throw new IllegalArgumentException("more than one JSON object");
            }
            return object;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private @Nullable Object value() {
        if (++values > MOST_VALUES) {
            throw new IllegalArgumentException("more than %d values in one document".formatted(MOST_VALUES));
        }
        return switch (in.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> in.getString();
            case VALUE_NUMBER_INT -> integer(new BigInteger(in.getString()));
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case START_ARRAY -> list();
            case START_OBJECT -> object();
            case END_ARRAY, END_OBJECT, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new IllegalArgumentException("no JSON: " + in.currentToken());
        };
    }

    private static Object integer(BigInteger number) {
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    private List<@Nullable Object> list() {
        List<@Nullable Object> list = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            list.add(value());
        }
        return list;
    }

    private Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            if (object.containsKey(name)) {
                throw new IllegalArgumentException("member \"%s\" twice".formatted(name));
            }
            object.put(name, value());
        }
        return object;
    }

    /**
     * Writes a document as {@code json.dumps(document, indent=2)} of Python does.
     *
     * @throws IllegalArgumentException if it holds what JSON has no form for
     */
    public static byte[] write(Map<String, ?> document) {
        StringBuilder text = new StringBuilder();
        append(text, document, 0);
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void append(StringBuilder text, @Nullable Object value, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException(
                    "lists and maps nested deeper than %d (expected: less)".formatted(DEEPEST));
        } else if (value == null
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Integer
                || value instanceof BigInteger) {
            text.append(value);
        } else if (value instanceof Double || value instanceof Float) {
            text.append(((Number) value).doubleValue());
        } else if (value instanceof String string) {
            quoted(text, string);
        } else if (value instanceof Map<?, ?> map) {
            members(text, map, depth);
        } else if (value instanceof List<?> list) {
            items(text, list, depth);
        } else {
            throw new IllegalArgumentException(
                    "value of %s (expected: null, a boolean, a number, a text, a list or a map)"
                            .formatted(value.getClass().getSimpleName()));
        }
    }

    private static void members(StringBuilder text, Map<?, ?> map, int depth) {
        text.append('{');
        Iterator<? extends Map.Entry<?, ?>> members = map.entrySet().iterator();
        while (members.hasNext()) {
            Map.Entry<?, ?> member = members.next();
            indent(text, depth + 1);
            quoted(text, String.valueOf(member.getKey()));
            text.append(": ");
            append(text, member.getValue(), depth + 1);
            if (members.hasNext()) {
                text.append(',');
            } else {
                indent(text, depth);
            }
        }
        text.append('}');
    }

    private static void items(StringBuilder text, List<?> list, int depth) {
        text.append('[');
        Iterator<?> items = list.iterator();
        while (items.hasNext()) {
            indent(text, depth + 1);
            append(text, items.next(), depth + 1);
            if (items.hasNext()) {
                text.append(',');
            } else {
                indent(text, depth);
            }
        }
        text.append(']');
    }

    private static void indent(StringBuilder text, int depth) {
        text.append('\n').append("  ".repeat(depth));
    }

    private static void quoted(StringBuilder text, String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        text.append("\\u").append(String.format("%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
