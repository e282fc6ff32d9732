package io.atomflux.file.aselmdb;

import io.atomflux.codec.AseKeyValuePairs;
import io.atomflux.codec.AseResults;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes documents of rows, and changes documents; refuses by name what the format cannot hold. */
final class StructureWriter {

    // ase.db.core: years of 365.25 days since the beginning of 2000
    private static final double YEAR = 31_557_600.0;
    private static final double BEGINNING = 946_681_200.0;

    private static final Set<String> NEEDED = Set.of("cell", "pbc", "arrays.numbers", "arrays.positions");

    private final String store;
    private final List<String> listed;
    private final Clock clock;

    StructureWriter(String store, List<String> keyValuePairs, Clock clock) {
        this.store = store;
        this.listed = keyValuePairs;
        this.clock = clock;
    }

    /**
     * Makes the document of a row.
     *
     * @param row has to be written, with numbers and positions
     * @param before the document it replaces, whose identity stays, or null for a new row
     * @param place for errors
     */
    RowDocument document(Row row, @Nullable RowDocument before, String place, String operation) {
        requireWritten(row, operation);
        RowDocument document = new RowDocument(place, store);
        if (!row.has("arrays.numbers") || !row.has("arrays.positions")) {
            throw document.refused("arrays.numbers", "missing (expected: arrays.numbers and arrays.positions)", null);
        }
        document.put(RowDocument.CELL, NdArray.zeros(DType.FLOAT64, 3, 3));
        document.put(RowDocument.PBC, NdArray.zeros(DType.BOOL, 3));
        document.put(RowDocument.DATA, Map.of());
        if (before != null) {
            RowDocument.IDENTITY.forEach(key -> document.put(key, before.get(key)));
        }
        // numbers first, by which the others are checked
        set(document, "arrays.numbers", row.get("arrays.numbers"), null);
        row.forEach((key, value) -> {
            if (!key.equals("arrays.numbers")) {
                set(document, key, value, before);
            }
        });
        stamp(document, before);
        return document;
    }

    private void requireWritten(Row row, String operation) {
        if (row.isReserved()) {
            throw new UnsupportedStoreOperationException(store, operation, "a reserved row; the format has none");
        }
        if (row.size() == 0) {
            throw new UnsupportedStoreOperationException(
                    store, operation, "a row without keys; rows have at least numbers and positions");
        }
    }

    /** Sets some keys of a document. */
    void update(RowDocument document, Row changes) {
        if (changes.has("arrays.numbers")) {
            set(document, "arrays.numbers", changes.get("arrays.numbers"), null);
        }
        changes.forEach((key, value) -> {
            if (!key.equals("arrays.numbers")) {
                set(document, key, value, document);
            }
        });
        requireOneSize(document);
        stamp(document, document);
    }

    private static void requireOneSize(RowDocument document) {
        int atoms = atoms(document);
        for (String name :
                List.of(RowDocument.POSITIONS, "momenta", "masses", "tags", "initial_charges", "initial_magmoms")) {
            Object value = document.get(name);
            int size = value instanceof NdArray array && array.rank() > 0
                    ? array.length(0)
                    : value instanceof List<?> list ? list.size() : atoms;
            if (size != atoms) {
                throw document.refused(
                        "arrays." + name, "%d entries (expected: %d, one for each atom)".formatted(size, atoms), null);
            }
        }
    }

    /**
     * Takes keys away from a document; tells whether it had any of them.
     *
     * @throws UnsupportedStoreOperationException if every row has one of them
     */
    boolean drop(RowDocument document, Collection<String> keys, String operation) {
        boolean any = false;
        for (String key : keys) {
            if (NEEDED.contains(key)) {
                throw new UnsupportedStoreOperationException(store, operation, "every row has " + key);
            } else if (key.startsWith("info.")) {
                String name = key.substring("info.".length());
                any |= document.removeFrom(RowDocument.DATA, name) | document.removeFrom(RowDocument.PAIRS, name);
            } else {
                String name = nameOf(key);
                if (name != null && document.get(name) != null) {
                    document.remove(name);
                    any = true;
                }
            }
        }
        if (any) {
            stamp(document, document);
        }
        return any;
    }

    /** Returns the name under which a key other than {@code info.*} is stored, or null if the format has none. */
    private static @Nullable String nameOf(String key) {
        if (key.equals("cell") || key.equals("pbc") || key.equals("constraints")) {
            return key;
        }
        int dot = key.indexOf('.');
        String name = key.substring(dot + 1);
        if (key.startsWith("calc.") && AseResults.NAMES.contains(name)) {
            return name;
        } else if (key.startsWith("arrays.")
                && (RowDocument.ARRAYS.contains(name)
                        || name.equals(RowDocument.NUMBERS)
                        || name.equals(RowDocument.POSITIONS))) {
            return name;
        }
        return null;
    }

    private void set(RowDocument document, String key, @Nullable Object value, @Nullable RowDocument before) {
        if (key.startsWith("info.")) {
            info(document, key.substring("info.".length()), value, before);
            return;
        }
        String name = nameOf(key);
        if (name == null) {
            throw document.refused(
                    key,
                    "no place in ASE's format (expected: cell, pbc, constraints, info.*, calc.* of %s, arrays.* of numbers, positions, %s)"
                            .formatted(String.join(", ", AseResults.NAMES), String.join(", ", RowDocument.ARRAYS)),
                    null);
        }
        if (key.startsWith("calc.")) {
            document.put(name, result(document, key, name, value));
            if (document.get(RowDocument.CALCULATOR) == null) {
                document.put(RowDocument.CALCULATOR, "unknown"); // ASE's name for one that only holds results
                document.put(RowDocument.PARAMETERS, Map.of());
            }
        } else if (name.equals(RowDocument.CONSTRAINTS)) {
            document.put(name, constraints(document, value));
        } else if (name.equals(RowDocument.PBC)) {
            document.put(name, pbc(document, value));
        } else {
            document.put(name, array(document, key, name, value));
        }
    }

    private void info(RowDocument document, String name, @Nullable Object value, @Nullable RowDocument before) {
        boolean wanted = listed.contains(name);
        if (wanted && !AseKeyValuePairs.isValue(value)) {
            throw document.refused(
                    "info." + name,
                    "%s (expected, as key_value_pairs lists it: a number, a boolean, or a text that does not look like one)"
                            .formatted(
                                    value instanceof String
                                            ? "a text that looks like a number or boolean"
                                            : Numbers.described(value)),
                    null);
        }
        boolean wasPair = before != null
                && before.map(RowDocument.PAIRS).containsKey(name)
                && !before.map(RowDocument.DATA).containsKey(name);
        if (wanted || wasPair && AseKeyValuePairs.isValue(value)) {
            document.removeFrom(RowDocument.DATA, name);
            document.putInto(RowDocument.PAIRS, name, value);
        } else {
            if (wasPair) {
                document.removeFrom(RowDocument.PAIRS, name);
            }
            document.putInto(RowDocument.DATA, name, value);
        }
    }

    private static Object result(RowDocument document, String key, String name, @Nullable Object value) {
        if (AseResults.isNumber(name)) {
            Object plain = value instanceof NdScalar scalar ? scalar.plain() : value;
            if (plain instanceof Long || plain instanceof Double) {
                return plain;
            }
        } else if (value instanceof NdArray array && array.dtype().isReal()) {
            return array.as(DType.FLOAT64);
        }
        throw document.refused(
                key,
                "%s (expected: %s)"
                        .formatted(
                                Numbers.described(value),
                                AseResults.isNumber(name) ? "a number" : "an array of real numbers"),
                null);
    }

    private static Object constraints(RowDocument document, @Nullable Object value) {
        if (value instanceof List<?> list
                && list.stream()
                        .allMatch(item -> item instanceof Map<?, ?> map
                                && map.get("name") instanceof String
                                && map.get("kwargs") instanceof Map<?, ?>)) {
            return list;
        }
        throw document.refused(
                RowDocument.CONSTRAINTS,
                Numbers.described(value) + " (expected: a list of maps of name and kwargs)",
                null);
    }

    private static NdArray pbc(RowDocument document, @Nullable Object value) {
        boolean[] flags = new boolean[3];
        if (value instanceof NdArray array && array.dtype().isReal() && array.hasShape(3)) {
            for (int i = 0; i < 3; i++) {
                flags[i] = array.doubleAt(i) != 0;
            }
            return NdArray.of(flags);
        }
        if (value instanceof List<?> list && list.size() == 3 && list.stream().allMatch(Boolean.class::isInstance)) {
            for (int i = 0; i < 3; i++) {
                flags[i] = (Boolean) list.get(i);
            }
            return NdArray.of(flags);
        }
        throw document.refused(RowDocument.PBC, Numbers.described(value) + " (expected: three booleans)", null);
    }

    private static NdArray array(RowDocument document, String key, String name, @Nullable Object value) {
        boolean integers = name.equals(RowDocument.NUMBERS) || name.equals("tags");
        if (value instanceof NdArray array && array.dtype().isReal()) {
            boolean kind = !integers
                    || array.dtype().kind() == DType.Kind.INT
                    || array.dtype().kind() == DType.Kind.UINT;
            if (kind && fits(document, name, array)) {
                return array.as(integers ? DType.INT64 : DType.FLOAT64);
            }
        }
        throw document.refused(
                key,
                "%s (expected: %s, %s)"
                        .formatted(
                                Numbers.described(value),
                                integers ? "integers" : "real numbers",
                                name.equals(RowDocument.CELL)
                                        ? "shape [3, 3]"
                                        : "one entry or row of three for each atom"),
                null);
    }

    private static boolean fits(RowDocument document, String name, NdArray array) {
        if (name.equals(RowDocument.CELL)) {
            return array.hasShape(3, 3);
        } else if (name.equals(RowDocument.NUMBERS)) {
            return array.rank() == 1;
        }
        int atoms = atoms(document);
        boolean vectors = name.equals(RowDocument.POSITIONS) || name.equals("momenta");
        boolean perAtom = array.rank() == 1 && array.length(0) == atoms;
        return array.hasShape(atoms, 3) && (vectors || name.equals("initial_magmoms")) || perAtom && !vectors;
    }

    private static int atoms(RowDocument document) {
        Object numbers = document.get(RowDocument.NUMBERS);
        return numbers instanceof NdArray array && array.rank() == 1
                ? array.length(0)
                : numbers instanceof List<?> list ? list.size() : -1;
    }

    /** Completes identity and times; a change is later than the one before it, so that no two states are equal. */
    private void stamp(RowDocument document, @Nullable RowDocument before) {
        Instant now = clock.instant();
        double time = (now.getEpochSecond() - BEGINNING + now.getNano() / 1e9) / YEAR;
        if (before != null && before.get(RowDocument.MTIME) instanceof Double last && time <= last) {
            time = Math.nextUp(last);
        }
        if (document.get(RowDocument.UNIQUE_ID) == null) {
            UUID random = UUID.randomUUID();
            document.put(
                    RowDocument.UNIQUE_ID,
                    HexFormat.of()
                            .formatHex(ByteBuffer.allocate(16)
                                    .putLong(random.getMostSignificantBits())
                                    .putLong(random.getLeastSignificantBits())
                                    .array()));
        }
        if (document.get(RowDocument.CTIME) == null) {
            document.put(RowDocument.CTIME, time);
        }
        if (document.get(RowDocument.USER) == null) {
            document.put(RowDocument.USER, null); // nobody's name is told unasked
        }
        document.put(RowDocument.MTIME, time);
    }
}
