package io.atomflux.file.aselmdb;

import io.atomflux.codec.AseJson;
import io.atomflux.codec.AseResults;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object of one row, as it is stored: read, looked at, changed, and written in the order of ase-db-backends.
 *
 * <p>For one thread. What is not touched is written as it was read.
 */
final class RowDocument {

    static final String NUMBERS = "numbers";
    static final String POSITIONS = "positions";
    static final String CELL = "cell";
    static final String PBC = "pbc";
    static final String CONSTRAINTS = "constraints";
    static final String CALCULATOR = "calculator";
    static final String PARAMETERS = "calculator_parameters";
    static final String UNIQUE_ID = "unique_id";
    static final String CTIME = "ctime";
    static final String MTIME = "mtime";
    static final String USER = "user";
    static final String PAIRS = "key_value_pairs";
    static final String DATA = "data";

    /** Arrays that ASE has as such, beside numbers and positions, in the order it writes them. */
    static final List<String> ARRAYS = List.of("initial_magmoms", "initial_charges", "masses", "tags", "momenta");

    /** What identifies a row and tells of its making, and stays when all else is replaced. */
    static final List<String> IDENTITY = List.of(UNIQUE_ID, CTIME, USER);

    private final Map<String, @Nullable Object> values;
    private final String place;
    private final String store;

    /** Makes an empty one. */
    RowDocument(String place, String store) {
        this(new LinkedHashMap<>(), place, store);
    }

    private RowDocument(Map<String, @Nullable Object> values, String place, String store) {
        this.values = values;
        this.place = place;
        this.store = store;
    }

    /**
     * Reads one.
     *
     * @param json UTF-8
     * @param wanted names of the values to read; the others are as if they were not there
     * @param place for errors
     */
    static RowDocument read(byte[] json, Predicate<String> wanted, String place, String store) {
        Object value;
        try {
            value = AseJson.read(ByteBuffer.wrap(json), wanted);
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, place, String.valueOf(e.getMessage()), e);
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new CorruptDataException(store, place, Numbers.described(value) + " (expected: a JSON object)", null);
        }
        return new RowDocument(copied(map), place, store);
    }

    private static Map<String, @Nullable Object> copied(Map<?, ?> map) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put((String) key, value));
        return copy;
    }

    String place() {
        return place;
    }

    CorruptDataException corrupt(String key, String problem) {
        return new CorruptDataException(store, place + ", key " + key, problem, null);
    }

    UnsupportedDataException refused(String key, String problem, @Nullable Throwable cause) {
        return new UnsupportedDataException(store, place + ", key " + key, problem, cause);
    }

    /** Returns a value, or null if it is null or not there; ASE tells neither from the other. */
    @Nullable
    Object get(String key) {
        return values.get(key);
    }

    void put(String key, @Nullable Object value) {
        values.put(key, value);
    }

    void remove(String key) {
        values.remove(key);
    }

    /** Returns {@code data} or {@code key_value_pairs}; unmodifiable, empty if not there. */
    Map<String, @Nullable Object> map(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw corrupt(key, Numbers.described(value) + " (expected: a map)");
        }
        return Collections.unmodifiableMap(copied(map));
    }

    /** Sets one entry of {@code data} or {@code key_value_pairs}. */
    void putInto(String map, String key, @Nullable Object value) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>(map(map));
        entries.put(key, value);
        values.put(map, entries);
    }

    /** Removes one entry of {@code data} or {@code key_value_pairs}; tells whether it was there. */
    boolean removeFrom(String map, String key) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>(map(map));
        if (!entries.containsKey(key)) {
            return false;
        }
        entries.remove(key);
        values.put(map, entries);
        return true;
    }

    /** Returns the JSON, compressed. */
    byte[] stored() {
        StringBuilder json = new StringBuilder(1024).append('{');
        String separator = "";
        for (String key : order()) {
            json.append(separator).append(AseJson.write(key)).append(": ");
            separator = ", ";
            if ((key.equals(DATA) || key.equals(PAIRS)) && values.get(key) instanceof Map<?, ?>) {
                entries(map(key), json);
            } else {
                json.append(written(key, values.get(key)));
            }
        }
        return Zlib.deflate(json.append('}').toString().getBytes(StandardCharsets.US_ASCII));
    }

    private void entries(Map<String, @Nullable Object> map, StringBuilder json) {
        String separator = "";
        json.append('{');
        for (Map.Entry<String, @Nullable Object> entry : map.entrySet()) {
            String key = "info." + entry.getKey();
            // as a map of one, which is what ASE would take for a mark
            String one = written(key, Collections.singletonMap(entry.getKey(), entry.getValue()));
            json.append(separator).append(one, 1, one.length() - 1);
            separator = ", ";
        }
        json.append('}');
    }

    private String written(String key, @Nullable Object value) {
        try {
            return AseJson.write(value);
        } catch (IllegalArgumentException e) {
            throw refused(key, String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns the keys as AtomsRow and ase-db-backends put them: cell and pbc early only if they are not zero. */
    private Set<String> order() {
        Set<String> order = new LinkedHashSet<>(List.of(NUMBERS, POSITIONS, UNIQUE_ID));
        for (String key : List.of(PBC, CELL)) {
            if (values.get(key) instanceof NdArray array && isAnyNonZero(array)) {
                order.add(key);
            }
        }
        order.addAll(ARRAYS);
        order.add(CALCULATOR);
        order.add(PARAMETERS);
        order.addAll(AseResults.NAMES);
        order.addAll(List.of(CELL, PBC, CTIME, USER, MTIME, PAIRS, DATA));
        List<String> others = new ArrayList<>(values.keySet());
        others.remove(CONSTRAINTS);
        order.addAll(others);
        order.add(CONSTRAINTS);
        order.retainAll(values.keySet());
        return order;
    }

    private static boolean isAnyNonZero(NdArray array) {
        for (int i = 0; i < array.size(); i++) {
            if (array.doubleAt(i) != 0) {
                return true;
            }
        }
        return false;
    }
}
