package io.atomflux.hub;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import java.math.BigInteger;
import java.util.ArrayList;
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
 * One line of JSON as values: integers are longs (those beyond 64 bits doubles), other numbers doubles, {@code NaN} and {@code
 * Infinity} as Python writes them; of a repeated name the last counts.
 */
final class JsonLine {

    private static final int DEEPEST = 60;

    /** What a value takes at least, with its place in a list. */
    private static final int VALUE_BYTES = 40;

    private static final long MOST_VALUES =
            Math.min(1L << 30, Runtime.getRuntime().maxMemory() / 4) / VALUE_BYTES;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(LineSplitter.LONGEST)
                    .build())
            .build();

    private final JsonParser in;
    private long values;

    private JsonLine(JsonParser in) {
        this.in = in;
    }

    /**
     * Reads a line.
     *
     * @param row for messages
     * @throws CorruptDataException if it is not one object
     * @throws UnsupportedDataException if the file begins with a list: one document, not lines
     */
    static Map<String, @Nullable Object> read(byte[] bytes, int from, int length, String file, long row) {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), bytes, from, length)) {
            JsonToken first = in.nextToken();
            if (first == JsonToken.START_ARRAY && row == 0) {
                throw new UnsupportedDataException(
                        file,
                        "row 0",
                        "a list begins (expected: JSON lines, {…} on each line); converted=true reads what the hub made of it",
                        null);
            }
            if (first != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no object (expected: {…} on each line)");
            }
            Map<String, @Nullable Object> map = new JsonLine(in).object();
            if (in.nextToken() != null) {
                throw new IllegalArgumentException("something after the object (expected: one on each line)");
            }
            return map;
        } catch (JacksonException e) {
            throw new CorruptDataException(file, "row " + row, "not JSON: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(file, "row " + row, String.valueOf(e.getMessage()), e);
        }
    }

    private Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            map.put(name, value());
        }
        return map;
    }

    private @Nullable Object value() {
        if (++values > MOST_VALUES) {
            throw new LimitExceededException(
                    "values of one line", values, MOST_VALUES, "give the program a larger heap");
        }
        JsonToken token = in.currentToken();
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> in.getString();
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value());
                }
                yield list;
            }
            case START_OBJECT -> object();
            case END_ARRAY, END_OBJECT, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new IllegalArgumentException(token + " (expected: a value)");
        };
    }

    private Object integer() {
        if (in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return in.getLongValue();
        }
        BigInteger number = in.getBigIntegerValue();
        return number.signum() > 0 && number.bitLength() <= 64 ? number : (Object) number.doubleValue();
    }
}
