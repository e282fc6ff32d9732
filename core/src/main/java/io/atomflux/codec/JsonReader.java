package io.atomflux.codec;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the JSON that {@link Json} describes: first the text as a tree, then what the tree stands for.
 *
 * <p>Longer than most files because every kind of value has its form, and its faults, here.
 */
final class JsonReader {

    private static final int WIDEST_PADDING = 64; // so that a short text cannot claim a gigabyte of padding

    private JsonReader() {}

    /** Reads the value that begins at the parser's current token, up to its end; the parser bounds the depth. */
    static @Nullable Object tree(JsonParser in) {
        JsonToken token = in.currentToken();
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> in.getString();
            case VALUE_NUMBER_INT -> integer(in.getString());
            case VALUE_NUMBER_FLOAT -> real(in.getString());
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.add(tree(in));
                }
                yield Collections.unmodifiableList(list);
            }
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String name = in.currentName();
                    in.nextToken();
                    if (map.containsKey(name)) {
                        throw bad("key \"" + name + "\" twice", "once");
                    }
                    map.put(name, tree(in));
                }
                yield Collections.unmodifiableMap(map);
            }
            case END_ARRAY, END_OBJECT, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw bad(String.valueOf(token), "a value");
        };
    }

    private static Object integer(String digits) {
        BigInteger number = new BigInteger(digits);
        if (number.bitLength() <= 63) {
            return number.longValueExact();
        } else if (number.signum() < 0 || number.bitLength() > 64) {
            throw bad("integer " + digits, "-2^63 to 2^64 - 1");
        }
        return number;
    }

    private static Double real(String digits) {
        double number = Double.parseDouble(digits);
        if (Double.isInfinite(number)) {
            throw bad("number " + digits, "a double");
        }
        return number;
    }

    private static IllegalArgumentException bad(String found, String expected) {
        return new IllegalArgumentException("JSON: %s (expected: %s)".formatted(found, expected));
    }

    /** Checks the depth of a tree that is taken as it is. */
    static @Nullable Object plain(@Nullable Object tree, int depth) {
        if (tree instanceof List<?> list) {
            deeper(depth);
            list.forEach(item -> plain(item, depth + 1));
        } else if (tree instanceof Map<?, ?> map) {
            deeper(depth);
            map.values().forEach(item -> plain(item, depth + 1));
        }
        return tree;
    }

    static @Nullable Object value(@Nullable Object tree) {
        return value(tree, 0);
    }

    private static @Nullable Object value(@Nullable Object tree, int depth) {
        if (tree instanceof List<?> list) {
            deeper(depth);
            List<@Nullable Object> values = new ArrayList<>(list.size());
            for (Object item : list) {
                values.add(value(item, depth + 1));
            }
            return Collections.unmodifiableList(values);
        } else if (tree instanceof Map<?, ?> map) {
            if (map.size() == 1) {
                Map.Entry<?, ?> entry = map.entrySet().iterator().next();
                String name = (String) entry.getKey();
                if (name.startsWith("$") && !name.startsWith("$$")) {
                    return marked(name, entry.getValue());
                }
            }
            deeper(depth);
            return Collections.unmodifiableMap(members(map, depth));
        }
        return tree;
    }

    private static void deeper(int depth) {
        if (depth >= MsgpackWriter.DEEPEST) {
            throw bad("lists and objects nested deeper than " + MsgpackWriter.DEEPEST, "less");
        }
    }

    private static Map<String, @Nullable Object> members(Map<?, ?> map, int depth) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = (String) entry.getKey();
            if (name.startsWith("$")) {
                if (!name.startsWith("$$")) {
                    throw bad("key \"" + name + "\"", "$$ for a key that begins with $");
                }
                name = name.substring(1);
            }
            values.put(name, value(entry.getValue(), depth + 1));
        }
        return values;
    }

    private static Object marked(String name, @Nullable Object body) {
        return switch (name) {
            case "$float" -> real(body);
            case "$bytes" -> Bytes.wrap(base64(body));
            case "$complex" -> complex(body);
            case "$array" -> array(object(body), true);
            case "$scalar" -> NdScalar.of(array(object(body), false));
            default -> throw bad("\"" + name + "\"", "$float, $bytes, $complex, $array, $scalar, or $$ for a key");
        };
    }

    private static double real(@Nullable Object part) {
        if (part instanceof Double number) {
            return number;
        } else if (part instanceof Long number) {
            return number;
        } else if (part instanceof String text) {
            switch (text) {
                case "NaN" -> {
                    return Double.NaN;
                }
                case "Infinity" -> {
                    return Double.POSITIVE_INFINITY;
                }
                case "-Infinity" -> {
                    return Double.NEGATIVE_INFINITY;
                }
                default -> throw bad("\"" + text + "\"", "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
            }
        }
        throw bad(shown(part), "a number");
    }

    private static String shown(@Nullable Object tree) {
        return tree instanceof List ? "a list" : tree instanceof Map ? "an object" : String.valueOf(tree);
    }

    private static byte[] base64(@Nullable Object body) {
        if (!(body instanceof String text)) {
            throw bad(shown(body), "base64 text");
        }
        return Base64.getDecoder().decode(text);
    }

    private static Complex complex(@Nullable Object body) {
        if (!(body instanceof List<?> parts) || parts.size() != 2) {
            throw bad(shown(body), "[re, im]");
        }
        return new Complex(real(parts.get(0)), real(parts.get(1)));
    }

    private static Map<?, ?> object(@Nullable Object body) {
        if (body instanceof Map<?, ?> map) {
            return map;
        }
        throw bad(shown(body), "an object");
    }

    private static NdArray array(Map<?, ?> body, boolean withShape) {
        DType type;
        try {
            type = NumpyTypes.of(body.get("dtype"), 0);
        } catch (UnsupportedOperationException e) {
            throw bad(String.valueOf(e.getMessage()), "a supported dtype");
        }
        int[] shape = withShape ? shape(body.get("shape")) : new int[0];
        int expected = withShape ? 3 : 2;
        if (body.size() != expected || body.containsKey("data") == body.containsKey("base64")) {
            throw bad("array of members " + body.keySet(), "dtype, shape and either data or base64");
        }
        if (body.get("data") instanceof List<?> items) {
            return filled(type, shape, items);
        }
        return NdArray.copyOf(type, shape, ByteBuffer.wrap(base64(body.get("base64"))));
    }

    private static int[] shape(@Nullable Object body) {
        if (!(body instanceof List<?> axes)) {
            throw bad("shape " + shown(body), "a list");
        }
        return axes.stream().mapToInt(NumpyTypes::axis).toArray();
    }

    /** Tells whether texts nearly fill the width of their type, so that a reader can bound what it allocates. */
    static boolean fits(DType type, List<?> items) {
        if (type.kind() != DType.Kind.UNICODE) {
            return true;
        }
        int longest = 0;
        for (Object item : items) {
            longest = item instanceof String text ? Math.max(longest, text.codePointCount(0, text.length())) : longest;
        }
        int width = type.itemSize() / 4;
        return longest <= width && width - longest <= WIDEST_PADDING;
    }

    static NdArray filled(DType type, int[] shape, List<?> items) {
        if (type.kind() == DType.Kind.FLOAT) {
            double[] values = new double[items.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = real(items.get(i));
            }
            return NdArray.of(values).as(type).reshape(shape);
        }
        if (!fits(type, items)) {
            throw bad("texts far from the width of " + type.code(), "the longest one of about that width, or base64");
        }
        ByteBuffer room = ByteBuffer.allocate(Math.multiplyExact(items.size(), type.itemSize()))
                .order(type.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < items.size(); i++) {
            room.position(i * type.itemSize());
            put(room, type, items.get(i));
        }
        return NdArray.wrap(type, new int[] {items.size()}, room.array(), 0).reshape(shape);
    }

    private static void put(ByteBuffer room, DType type, @Nullable Object item) {
        switch (type.kind()) {
            case BOOL -> {
                if (!(item instanceof Boolean flag)) {
                    throw bad(shown(item), "true or false");
                }
                room.put((byte) (flag ? 1 : 0));
            }
            case INT, UINT -> putInteger(room, type, item);
            case COMPLEX -> {
                Complex number = complex(item);
                if (type.itemSize() == 8) {
                    room.putFloat((float) number.re()).putFloat((float) number.im());
                } else {
                    room.putDouble(number.re()).putDouble(number.im());
                }
            }
            case UNICODE -> {
                if (!(item instanceof String text)) {
                    throw bad(shown(item), "a text");
                }
                text.codePoints().forEach(room::putInt);
            }
            case FLOAT, STRUCT, BYTES -> throw bad("data of type " + type, "base64");
        }
    }

    private static void putInteger(ByteBuffer room, DType type, @Nullable Object item) {
        BigInteger number = item instanceof Long value
                ? BigInteger.valueOf(value)
                : item instanceof BigInteger value ? value : null;
        boolean signed = type.kind() == DType.Kind.INT;
        int bits = type.itemSize() * 8;
        if (number == null || number.bitLength() > (signed ? bits - 1 : bits) || (!signed && number.signum() < 0)) {
            throw bad(shown(item), "an integer of type " + type);
        }
        switch (type.itemSize()) {
            case 1 -> room.put(number.byteValue());
            case 2 -> room.putShort(number.shortValue());
            case 4 -> room.putInt(number.intValue());
            default -> room.putLong(number.longValue());
        }
    }

    static Row row(@Nullable Object tree) {
        return tree == null ? Row.reserved() : Row.of(members(object(tree), 0));
    }

    static BlobRow blobRow(@Nullable Object tree) {
        if (tree == null) {
            return BlobRow.reserved();
        }
        Map<Bytes, Bytes> cells = new LinkedHashMap<>();
        members(object(tree), 0).forEach((name, value) -> {
            if (!(value instanceof Bytes bytes)) {
                throw bad("key \"" + name + "\": " + shown(value), "{\"$bytes\": base64}");
            }
            cells.put(Bytes.ofKey(name), bytes);
        });
        return cells.isEmpty() ? BlobRow.empty() : BlobRow.of(cells);
    }

    static Schema schema(@Nullable Object tree) {
        Map<?, ?> body = object(tree);
        Map<String, Schema.Column> columns = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : object(body.get("columns")).entrySet()) {
            columns.put((String) entry.getKey(), column(object(entry.getValue())));
        }
        return new Schema(columns, count(body.get("rows")));
    }

    private static Schema.Column column(Map<?, ?> body) {
        if (!(body.get("dtype") instanceof String dtype)) {
            throw bad("dtype " + shown(body.get("dtype")), "a text");
        }
        List<OptionalInt> shape = null;
        if (body.get("shape") instanceof List<?> axes) {
            shape = new ArrayList<>();
            for (Object axis : axes) {
                shape.add(axis == null ? OptionalInt.empty() : OptionalInt.of(NumpyTypes.axis(axis)));
            }
        }
        return new Schema.Column(dtype, shape, count(body.get("rows")));
    }

    private static long count(@Nullable Object tree) {
        if (tree instanceof Long number && number >= 0) {
            return number;
        }
        throw bad("rows " + shown(tree), "a count");
    }
}
