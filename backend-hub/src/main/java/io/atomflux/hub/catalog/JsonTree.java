package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON that a hub sent, as maps, lists, texts, {@link Long}, {@link Double}, {@link Boolean} and null.
 *
 * <p>Lenient where a server may be: of a repeated name the last counts, and a number beyond 64 bits is a {@link Double}. The
 * depth is bounded, and so is the number of values that are kept at a time, as {@code [[],[],…} takes far more memory than
 * text.
 */
final class JsonTree {

    private static final int DEEPEST = 100;
    private static final int MOST_VALUES = 2_000_000;
    private static final int MOST_VALUES_OF_AN_ELEMENT = 10_000;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(16 << 20)
                    .build())
            .build();

    private final JsonParser in;
    private final int most;
    private int values;

    private JsonTree(JsonParser in, int most) {
        this.in = in;
        this.most = most;
    }

    /**
     * Reads a document that is an object.
     *
     * @param store what messages name
     * @param place where it came from
     * @throws CorruptDataException if it is not
     */
    static Map<String, @Nullable Object> object(ByteBuffer text, String store, String place) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        parse(text, store, place, in -> {
            in.nextToken();
            Map<String, @Nullable Object> map = map(new JsonTree(in, MOST_VALUES).value());
            if (map == null) {
                throw new IllegalArgumentException("no object (expected: {…})");
            }
            document.putAll(map);
            end(in);
        });
        return document;
    }

    /**
     * Reads a document that is an array of objects, one after the other.
     *
     * @throws CorruptDataException if it is not, elements before the fault were handed on
     */
    static void objects(ByteBuffer text, String store, String place, Consumer<Map<String, @Nullable Object>> each) {
        parse(text, store, place, in -> {
            if (in.nextToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException("no array (expected: [{…}, …])");
            }
            while (in.nextToken() != JsonToken.END_ARRAY) {
                Map<String, @Nullable Object> element = map(new JsonTree(in, MOST_VALUES_OF_AN_ELEMENT).value());
                if (element == null) {
                    throw new IllegalArgumentException("an element that is no object (expected: [{…}, …])");
                }
                each.accept(element);
            }
            end(in);
        });
    }

    private static void parse(ByteBuffer text, String store, String place, Consumer<JsonParser> body) {
        byte[] bytes = new byte[text.remaining()];
        text.duplicate().get(bytes);
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            body.accept(in);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new CorruptDataException(store, place, "not the JSON of a hub: " + e.getMessage(), e);
        }
    }

    private static void end(JsonParser in) {
        if (in.nextToken() != null) {
            throw new IllegalArgumentException("something after the end (expected: one value)");
        }
    }

    private @Nullable Object value() {
        values++;
        if (values > most) {
            throw new IllegalArgumentException("more than %d values".formatted(most));
        }
        JsonToken token = in.currentToken();
        if (token == null) {
            throw new IllegalArgumentException("no text (expected: one value)");
        }
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> in.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(in.getString());
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value());
                }
                yield list;
            }
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String name = in.currentName();
                    in.nextToken();
                    map.put(name, value());
                }
                yield map;
            }
            case END_ARRAY, END_OBJECT, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new IllegalArgumentException(token + " (expected: a value)");
        };
    }

    private static Object number(String digits) {
        try {
            return new BigDecimal(digits).longValueExact();
        } catch (ArithmeticException e) {
            return Double.valueOf(digits);
        }
    }

    /** Returns a value as a map, null if it is none. */
    @SuppressWarnings("unchecked") // every map of a tree has names as keys
    static @Nullable Map<String, @Nullable Object> map(@Nullable Object value) {
        return value instanceof Map ? (Map<String, @Nullable Object>) value : null;
    }

    /** Returns a value as a list, null if it is none. */
    @SuppressWarnings("unchecked")
    static @Nullable List<@Nullable Object> list(@Nullable Object value) {
        return value instanceof List ? (List<@Nullable Object>) value : null;
    }

    /** Returns a value as a text, null if it is none. */
    static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : null;
    }

    /** Returns a value as an integer, null if it is none. */
    static @Nullable Long integer(@Nullable Object value) {
        return value instanceof Long number ? number : null;
    }
}
