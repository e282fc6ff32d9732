package io.atomflux.mongo;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as asebytes 0.3 keeps them in MongoDB: arrays as msgpack-numpy in a binary of subtype 0, all else as BSON.
 *
 * <p>Python reads a binary back as whatever msgpack it happens to be; so bytes that are msgpack are refused on writing, as
 * is everything else this layout would silently change: numpy scalars (their type is lost), complex numbers, integers
 * beyond 64 bits with sign, and arrays inside lists or maps.
 */
final class AsebytesValues implements RowCodec.Layout {

    private static final int DEEPEST = 64;
    private static final List<String> PREFIXES = List.of("arrays.", "calc.", "info.");

    @Override
    public String field() {
        return "data";
    }

    @Override
    public String name(String key) {
        return key;
    }

    @Override
    public String key(String name) {
        return name;
    }

    @Override
    public void write(BsonOut out, String name, @Nullable Object value) {
        if (value instanceof NdArray array) {
            out.binary(name, 0, NumpyMsgpack.CODEC.encode(array));
        } else if (value instanceof Bytes bytes) {
            if (readsAsOther(bytes)) {
                throw new IllegalArgumentException(
                        "bytes that Python would read back as another value, since they happen to be msgpack (expected:"
                                + " other bytes, or an array of uint8, or the paged layout)");
            }
            out.binary(name, 0, bytes);
        } else {
            plain(out, name, value, 0);
        }
    }

    private static void plain(BsonOut out, String name, @Nullable Object value, int depth) {
        if (value == null) {
            out.nothing(name);
        } else if (value instanceof Long number) {
            if (number == number.intValue()) {
                out.int32(name, number.intValue());
            } else {
                out.int64(name, number);
            }
        } else if (value instanceof Double number) {
            out.number(name, number);
        } else if (value instanceof String text) {
            out.text(name, text);
        } else if (value instanceof Boolean flag) {
            out.flag(name, flag);
        } else if (value instanceof Bytes bytes) {
            out.binary(name, 0, bytes); // inside lists and maps Python reads them as they are
        } else if (value instanceof List<?> list) {
            deeper(depth);
            int start = out.begin(BsonOut.ARRAY, name);
            int index = 0;
            for (Object item : list) {
                plain(out, Integer.toString(index++), item, depth + 1);
            }
            out.end(start);
        } else if (value instanceof Map<?, ?> map) {
            deeper(depth);
            int start = out.begin(BsonOut.DOCUMENT, name);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                plain(out, (String) entry.getKey(), entry.getValue(), depth + 1);
            }
            out.end(start);
        } else {
            throw new IllegalArgumentException(
                    "%s%s (expected on the asebytes layout: null, boolean, integer of 64 bits, floating-point number, text, bytes, an array, or a list or map of these without arrays; the paged layout takes it)"
                            .formatted(value.getClass().getSimpleName(), depth > 0 ? " inside a list or map" : ""));
        }
    }

    private static void deeper(int depth) {
        if (depth >= DEEPEST) {
            throw new IllegalArgumentException(
                    "lists and maps nested deeper than %1$d (expected: at most %1$d)".formatted(DEEPEST));
        }
    }

    private static boolean readsAsOther(Bytes bytes) {
        byte[] copy = bytes.toArray();
        return !(binary(copy, 0, copy.length, true) instanceof Bytes same && same.equals(bytes));
    }

    /** Reads a binary as Python does: msgpack if it is, else the bytes; what is refused counts as msgpack. */
    private static @Nullable Object binary(byte[] buffer, int at, int length, boolean refusedIsNull) {
        if (length > 1 && MsgpackOutline.hasForeignMapKey(buffer, at, at + length)) {
            return Bytes.wrap(buffer, at, length);
        }
        try {
            return NumpyMsgpack.CODEC.decode(buffer, at, length);
        } catch (IllegalArgumentException malformed) {
            return Bytes.wrap(buffer, at, length);
        } catch (UnsupportedOperationException refused) {
            if (refusedIsNull) {
                return null;
            }
            throw refused;
        }
    }

    @Override
    public @Nullable Object decode(byte[] buffer, int offset, int length) {
        BsonIn in = BsonValues.element(buffer, offset, length);
        if (in.type() == BsonOut.BINARY) {
            Object value = raw(in);
            return value instanceof Bytes
                    ? binary(buffer, in.valueAt() + 5, BsonIn.int32(buffer, in.valueAt()), false)
                    : value;
        }
        return value(in, 0);
    }

    private static Object raw(BsonIn in) {
        int subtype = in.buffer[in.valueAt() + 4] & 0xff;
        if (subtype != 0) {
            throw new UnsupportedOperationException("binary of subtype 0x%02x (expected: 0x00)".formatted(subtype));
        }
        return Bytes.wrap(in.buffer, in.valueAt() + 5, BsonIn.int32(in.buffer, in.valueAt()));
    }

    private static @Nullable Object value(BsonIn in, int depth) {
        byte[] buffer = in.buffer;
        int at = in.valueAt();
        return switch (in.type()) {
            case BsonOut.NULL -> null;
            case BsonOut.INT32 -> (long) BsonIn.int32(buffer, at);
            case BsonOut.INT64 -> BsonIn.int64(buffer, at);
            case BsonOut.DOUBLE -> Double.longBitsToDouble(BsonIn.int64(buffer, at));
            case BsonOut.STRING -> BsonValues.text(buffer, at);
            case BsonOut.BOOLEAN -> BsonValues.flag(buffer, at);
            case BsonOut.BINARY -> raw(in);
            case BsonOut.ARRAY -> list(in, depth);
            case BsonOut.DOCUMENT -> map(in, depth);
            default ->
                throw new UnsupportedOperationException(
                        "BSON type 0x%02x (expected: a type asebytes writes)".formatted(in.type()));
        };
    }

    private static BsonIn inner(BsonIn in, int depth) {
        if (depth >= DEEPEST) {
            throw new UnsupportedOperationException(
                    "lists and maps nested deeper than %1$d (expected: at most %1$d)".formatted(DEEPEST));
        }
        return new BsonIn(in.buffer, in.valueAt(), in.elementEnd());
    }

    private static List<@Nullable Object> list(BsonIn in, int depth) {
        BsonIn items = inner(in, depth);
        List<@Nullable Object> list = new ArrayList<>();
        while (items.next()) {
            list.add(value(items, depth + 1));
        }
        return Collections.unmodifiableList(list);
    }

    private static Map<String, @Nullable Object> map(BsonIn in, int depth) {
        BsonIn entries = inner(in, depth);
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (entries.next()) {
            map.put(entries.name(), value(entries, depth + 1));
        }
        return Collections.unmodifiableMap(map);
    }

    /**
     * Folds what Python's {@code update} left in rows of structures: it meant {@code calc.energy} and made a map {@code
     * calc} with an entry {@code energy} (asebytes 0.3.2, all keys with a dot), which is newer than the literal key.
     *
     * <p>A row counts as one of a structure if another key has a flat name ({@code arrays.}, {@code calc.}, {@code
     * info.}, {@code cell}, {@code pbc}); a map {@code calc} of any other row is the user's own and stays.
     */
    @Override
    public Row finish(Row row) {
        boolean nested = row.has("calc") || row.has("info") || row.has("arrays");
        if (!nested || row.keys().stream().noneMatch(AsebytesValues::isFlat)) {
            return row;
        }
        Map<String, @Nullable Object> folded = new LinkedHashMap<>();
        Map<String, @Nullable Object> newer = new LinkedHashMap<>();
        row.forEach((key, value) -> {
            if (PREFIXES.contains(key + ".") && value instanceof Map<?, ?> map) {
                fold(key, map, newer);
            } else {
                folded.put(key, value);
            }
        });
        folded.putAll(newer);
        return Row.of(folded);
    }

    private static boolean isFlat(String key) {
        return key.equals("cell") || key.equals("pbc") || PREFIXES.stream().anyMatch(key::startsWith);
    }

    private static void fold(String prefix, Map<?, ?> map, Map<String, @Nullable Object> into) {
        map.forEach((key, value) -> {
            Object decoded = value;
            if (value instanceof Bytes bytes) {
                byte[] copy = bytes.toArray();
                decoded = binary(copy, 0, copy.length, false);
            }
            into.put(prefix + "." + key, decoded);
        });
    }
}
