package io.atomflux.codec;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Values as JSON text, loss-free by {@link #write} and {@link #read}, or for people by {@link #plain}.
 *
 * <p>Null, booleans, integers, finite doubles, texts, lists and maps are what JSON has; a number with point or exponent is
 * a double, one without is an integer. All else is an object of one member whose name begins with {@code $}:
 *
 * <ul>
 *   <li>{@code {"$float": "NaN"}}, or {@code "Infinity"}, {@code "-Infinity"}
 *   <li>{@code {"$bytes": "YWJj"}}: base64
 *   <li>{@code {"$complex": [1.0, 2.0]}}
 *   <li>{@code {"$array": {"dtype": "<f8", "shape": [2, 3], "data": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]}}}: row-major elements;
 *       a complex one is {@code [re, im]}, a float that is not finite is a text. Records, byte strings and whatever a
 *       list would not give back bit by bit have {@code "base64"}, the bytes as stored, in place of {@code "data"}. The
 *       dtype of a record lists {@code [name, dtype]} or {@code [name, dtype, shape]}
 *   <li>{@code {"$scalar": {"dtype": "<f4", "data": [1.5]}}}: as an array of one element
 * </ul>
 *
 * <p>A key of a map or row that begins with {@code $} is written with one more. A {@link Row} is an object, a reserved one
 * is null; a {@link BlobRow} is a row of {@code $bytes}.
 */
public final class Json {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private Json() {}

    private interface Body {
        void write(JsonGenerator out);
    }

    /**
     * Writes a value, row, raw row or schema so that nothing is lost.
     *
     * @throws IllegalArgumentException if it is of another type
     */
    public static String write(@Nullable Object value) {
        return text(out -> JsonWriter.write(out, value));
    }

    /** Writes a value, row, raw row or schema for people: arrays as nested lists, no markers, NaN as a text. */
    public static String plain(@Nullable Object value) {
        return text(out -> JsonWriter.plain(out, value));
    }

    /**
     * Reads a value that {@link #write} wrote; a row comes back as a map.
     *
     * @throws IllegalArgumentException if the text is not JSON, or not of this form
     */
    public static @Nullable Object read(String json) {
        return JsonReader.value(tree(json));
    }

    /**
     * Reads any JSON text as the plain values it is: null, booleans, integers, doubles, texts, lists and maps; no member name
     * has a meaning.
     *
     * @throws IllegalArgumentException if the text is not JSON, nests deeper than 64 lists and objects, or has an integer
     *     outside -2^63 to 2^64 - 1
     */
    public static @Nullable Object readPlain(String json) {
        return JsonReader.plain(tree(json), 0);
    }

    /**
     * Reads a row that {@link #write} wrote; null gives the reserved row.
     *
     * @throws IllegalArgumentException if the text is not JSON, or not of this form
     */
    public static Row readRow(String json) {
        return JsonReader.row(tree(json));
    }

    /**
     * Reads a raw row that {@link #write} wrote; null gives the reserved row.
     *
     * @throws IllegalArgumentException if the text is not JSON, or not of this form
     */
    public static BlobRow readBlobRow(String json) {
        return JsonReader.blobRow(tree(json));
    }

    /**
     * Reads a schema that {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the text is not JSON, or not of this form
     */
    public static Schema readSchema(String json) {
        return JsonReader.schema(tree(json));
    }

    private static String text(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            body.write(out);
        }
        return escaped(text.toString());
    }

    /** Writes lone surrogates, which stand for bytes of a key that are no UTF-8, so that the text survives encoding. */
    private static String escaped(String text) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                if (escaped != null) {
                    escaped.append(c).append(text.charAt(i + 1));
                }
                i++;
            } else if (Character.isSurrogate(c)) {
                if (escaped == null) {
                    escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
                }
                escaped.append("\\u%04x".formatted((int) c));
            } else if (escaped != null) {
                escaped.append(c);
            }
        }
        return escaped == null ? text : escaped.toString();
    }

    private static @Nullable Object tree(String json) {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (in.nextToken() == null) {
                throw new IllegalArgumentException("JSON: no text (expected: one value)");
            }
            Object tree = JsonReader.tree(in);
            JsonToken more = in.nextToken();
            if (more != null) {
                throw new IllegalArgumentException("JSON: %s after the value (expected: nothing)".formatted(more));
            }
            return tree;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("JSON: " + e.getMessage(), e);
        }
    }
}
