package io.atomflux.file.asedb;

import io.atomflux.codec.AseJson;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Version;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table {@code systems}, or some columns of it, as SQLite has them: null, Long, Double, String or {@code
 * byte[]}. For one thread. What is not touched is written as it was read.
 */
final class Cells {

    private final Map<String, @Nullable Object> values;
    private final long id;
    private final long position;
    private final String place;
    private final String store;

    Cells(Map<String, @Nullable Object> values, long id, long position, String place, String store) {
        this.values = values;
        this.id = id;
        this.position = position;
        this.place = place;
        this.store = store;
    }

    /** Makes an empty one for a row that is not there yet. */
    Cells(String place, String store) {
        this(new LinkedHashMap<>(), -1, -1, place, store);
    }

    long id() {
        return id;
    }

    long position() {
        return position;
    }

    String place() {
        return place;
    }

    CorruptDataException corrupt(String column, String problem) {
        return new CorruptDataException(store, place + ", column " + column, problem, null);
    }

    UnsupportedDataException refused(String key, String problem, @Nullable Throwable cause) {
        return new UnsupportedDataException(store, place + ", key " + key, problem, cause);
    }

    @Nullable
    Object get(String column) {
        return values.get(column);
    }

    void put(String column, @Nullable Object value) {
        values.put(column, value);
    }

    /** Returns the values of all columns in order. */
    @Nullable
    Object[] all() {
        return Layout.COLUMNS.stream().map(values::get).toArray();
    }

    /** Says what a value is, for messages. */
    static String described(@Nullable Object value) {
        if (value instanceof NdArray array) {
            return "an array of %s, shape %s".formatted(array.dtype(), java.util.Arrays.toString(array.shape()));
        } else if (value instanceof byte[] blob) {
            return "a blob of %d bytes".formatted(blob.length);
        }
        return value == null ? "null" : "a value of type " + value.getClass().getSimpleName();
    }

    private ByteBuffer blob(String column, int unit) {
        Object value = values.get(column);
        if (!(value instanceof byte[] bytes) || bytes.length % unit != 0) {
            throw corrupt(column, "%s (expected: a blob of a multiple of %d bytes)".formatted(described(value), unit));
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns a column of float64, or null if it has no value. */
    @Nullable
    NdArray reals(String column) {
        if (values.get(column) == null) {
            return null;
        }
        ByteBuffer blob = blob(column, Double.BYTES);
        double[] numbers = new double[blob.remaining() / Double.BYTES];
        blob.asDoubleBuffer().get(numbers);
        return NdArray.of(numbers);
    }

    /** Returns a column of int32 as int64, as ASE gives it, or null if it has no value. */
    @Nullable
    NdArray integers(String column) {
        if (values.get(column) == null) {
            return null;
        }
        ByteBuffer blob = blob(column, Integer.BYTES);
        long[] numbers = new long[blob.remaining() / Integer.BYTES];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = blob.getInt();
        }
        return NdArray.of(numbers);
    }

    /** Returns the number of atoms. */
    int atoms() {
        return values.get(Layout.NUMBERS) == null
                ? 0
                : blob(Layout.NUMBERS, Integer.BYTES).remaining() / Integer.BYTES;
    }

    void putReals(String column, NdArray array) {
        ByteBuffer blob = ByteBuffer.allocate(Math.multiplyExact(Double.BYTES, array.size()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < array.size(); i++) {
            blob.putDouble(array.doubleAt(i));
        }
        values.put(column, blob.array());
    }

    /** Stores integers; tells whether they fit. */
    boolean putIntegers(String column, NdArray array) {
        ByteBuffer blob = ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, array.size()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < array.size(); i++) {
            long number = array.longAt(i);
            if (number != (int) number) {
                return false;
            }
            blob.putInt((int) number);
        }
        values.put(column, blob.array());
        return true;
    }

    /** Returns {@code data} or {@code key_value_pairs}; unmodifiable, empty if there is none. */
    Map<String, @Nullable Object> map(String column) {
        Object stored = values.get(column);
        Object value = parsed(column, stored);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw corrupt(column, described(value) + " (expected: a map)");
        }
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, entry) -> copy.put((String) key, entry));
        return Collections.unmodifiableMap(copy);
    }

    /** Reads JSON, or from a blob what version 9 packs. */
    @Nullable
    Object parsed(String column, @Nullable Object stored) {
        try {
            if (stored instanceof String text) {
                return AseJson.read(text);
            } else if (stored instanceof byte[] blob) {
                return blob.length == 0 ? null : AseJson.unpack(ByteBuffer.wrap(blob));
            }
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, place + ", column " + column, String.valueOf(e.getMessage()), e);
        }
        if (stored != null) {
            throw corrupt(column, described(stored) + " (expected: a text or blob)");
        }
        return null;
    }

    /** Sets one entry of {@code data} or {@code key_value_pairs}. */
    void putInto(String column, String key, @Nullable Object value) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>(map(column));
        entries.put(key, value);
        store(column, entries);
    }

    /** Removes one entry of {@code data} or {@code key_value_pairs}; tells whether it was there. */
    boolean removeFrom(String column, String key) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>(map(column));
        if (!entries.containsKey(key)) {
            return false;
        }
        entries.remove(key);
        store(column, entries);
        return true;
    }

    /** Stores {@code data} or {@code key_value_pairs}. */
    void store(String column, Map<String, @Nullable Object> entries) {
        try {
            values.put(column, column.equals(Layout.DATA) ? AseJson.pack(entries) : AseJson.write(entries));
        } catch (IllegalArgumentException e) {
            throw refused("info." + culprit(column, entries), String.valueOf(e.getMessage()), e);
        }
    }

    private static String culprit(String column, Map<String, @Nullable Object> entries) {
        for (Map.Entry<String, @Nullable Object> entry : entries.entrySet()) {
            Map<String, @Nullable Object> one = Collections.singletonMap(entry.getKey(), entry.getValue());
            try {
                var unused = column.equals(Layout.DATA) ? AseJson.pack(one) : AseJson.write(one);
            } catch (IllegalArgumentException e) {
                return entry.getKey();
            }
        }
        return "*";
    }

    List<?> constraints() {
        Object value = parsed(Layout.CONSTRAINTS, values.get(Layout.CONSTRAINTS));
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw corrupt(Layout.CONSTRAINTS, described(value) + " (expected: a list)");
        }
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)
                    || !(map.get("name") instanceof String)
                    || !(map.get("kwargs") instanceof Map<?, ?>)) {
                throw corrupt(Layout.CONSTRAINTS, described(item) + " (expected: maps of name and kwargs)");
            }
        }
        return list;
    }

    /** Returns the version of a row of which all columns are here: a hash, also of a time that each change moves on. */
    Version version() {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (Object value : all()) {
                byte[] bytes = value instanceof byte[] blob
                        ? blob
                        : String.valueOf(value).getBytes(StandardCharsets.UTF_8);
                hash.update(ByteBuffer.allocate(5)
                        .put((byte) (value instanceof byte[] ? 1 : value instanceof String ? 2 : 3))
                        .putInt(bytes.length)
                        .flip());
                hash.update(bytes);
            }
            byte[] digest = hash.digest();
            return new Version(Bytes.wrap(ByteBuffer.allocate(Long.BYTES + digest.length)
                    .putLong(id)
                    .put(digest)
                    .array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static boolean isIntegral(NdArray array) {
        return array.dtype().kind() == DType.Kind.INT || array.dtype().kind() == DType.Kind.UINT;
    }
}
