package io.atomflux.file.asedb;

import io.atomflux.codec.AseJson;
import io.atomflux.codec.AseKeyValuePairs;
import io.atomflux.codec.AseResults;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes cells of rows, and changes cells; refuses by name what the format cannot hold. */
final class StructureWriter {

    // ase.db.core: years of 365.25 days since the beginning of 2000
    private static final double YEAR = 31_557_600.0;
    private static final double BEGINNING = 946_681_200.0;
    private static final long EXACT = 1L << 53;

    private static final Set<String> NEEDED = Set.of("cell", "pbc", "arrays.numbers", "arrays.positions");
    private static final List<String> IDENTITY = List.of(Layout.UNIQUE_ID, Layout.CTIME, Layout.USER);

    private final String store;
    private final List<String> listed;
    private final Clock clock;

    StructureWriter(String store, List<String> keyValuePairs, Clock clock) {
        this.store = store;
        this.listed = keyValuePairs;
        this.clock = clock;
    }

    /**
     * Makes the cells of a row.
     *
     * @param row has to be written, with numbers and positions
     * @param before the cells it replaces, whose identity stays, or null for a new row
     * @param place for errors
     */
    Cells cells(Row row, @Nullable Cells before, String place, String operation) {
        requireWritten(row, operation);
        Cells cells = new Cells(place, store);
        if (!row.has("arrays.numbers") || !row.has("arrays.positions")) {
            throw cells.refused("arrays.numbers", "missing (expected: arrays.numbers and arrays.positions)", null);
        }
        cells.putReals(Layout.CELL, NdArray.zeros(DType.FLOAT64, 9));
        cells.put(Layout.PBC, 0L);
        if (before != null) {
            IDENTITY.forEach(column -> cells.put(column, before.get(column)));
        }
        setAll(cells, row, before);
        stamp(cells, before);
        return cells;
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

    /** Sets some keys. */
    void update(Cells cells, Row changes) {
        setAll(cells, changes, cells);
        requireOneSize(cells);
        stamp(cells, cells);
    }

    /** Sets keys: numbers first, by which the others are checked, and those of info together. */
    private void setAll(Cells cells, Row row, @Nullable Cells before) {
        if (row.has("arrays.numbers")) {
            set(cells, "arrays.numbers", row.get("arrays.numbers"));
        }
        Map<String, @Nullable Object> pairs = new LinkedHashMap<>(cells.map(Layout.PAIRS));
        Map<String, @Nullable Object> data = new LinkedHashMap<>(cells.map(Layout.DATA));
        Set<String> pairsBefore =
                before == null ? Set.of() : Set.copyOf(before.map(Layout.PAIRS).keySet());
        Set<String> dataBefore =
                before == null ? Set.of() : Set.copyOf(before.map(Layout.DATA).keySet());
        boolean[] told = {cells.get(Layout.PAIRS) == null};
        row.forEach((key, value) -> {
            if (key.startsWith("info.")) {
                String name = key.substring("info.".length());
                boolean wasPair = pairsBefore.contains(name) && !dataBefore.contains(name);
                info(cells, name, value, wasPair, pairs, data);
                told[0] = true;
            } else if (!key.equals("arrays.numbers")) {
                set(cells, key, value);
            }
        });
        if (told[0]) {
            cells.store(Layout.PAIRS, pairs);
            cells.store(Layout.DATA, data);
        }
    }

    private void info(
            Cells cells,
            String name,
            @Nullable Object value,
            boolean wasPair,
            Map<String, @Nullable Object> pairs,
            Map<String, @Nullable Object> data) {
        boolean wanted = listed.contains(name);
        if (wanted && !AseKeyValuePairs.isValue(value)) {
            throw cells.refused(
                    "info." + name,
                    "%s (expected, as key_value_pairs lists it: a number, a boolean, or a text that does not look like one)"
                            .formatted(
                                    value instanceof String
                                            ? "a text that looks like a number or boolean"
                                            : Cells.described(value)),
                    null);
        }
        if (wanted || wasPair && AseKeyValuePairs.isValue(value)) {
            data.remove(name);
            pairs.put(name, value);
        } else {
            if (wasPair) {
                pairs.remove(name);
            }
            data.put(name, value);
        }
    }

    private static void requireOneSize(Cells cells) {
        int atoms = cells.atoms();
        for (String name : List.of("positions", "momenta", "masses", "tags", "initial_charges", "initial_magmoms")) {
            if (cells.get(name) instanceof byte[] blob) {
                int each = name.equals("tags") ? Integer.BYTES : Double.BYTES;
                long size = blob.length / each;
                boolean vectors = name.equals("positions") || name.equals("momenta");
                boolean fits = size == (vectors ? 3L * atoms : atoms)
                        || name.equals("initial_magmoms") && size == 3L * atoms; // as somebody else wrote it
                if (!fits) {
                    throw cells.refused(
                            "arrays." + name,
                            "%d numbers (expected: as many as for %d atoms)".formatted(size, atoms),
                            null);
                }
            }
        }
    }

    /**
     * Takes keys away; tells whether there were any of them.
     *
     * @throws UnsupportedStoreOperationException if every row has one of them
     */
    boolean drop(Cells cells, Collection<String> keys, String operation) {
        boolean any = false;
        for (String key : keys) {
            if (NEEDED.contains(key)) {
                throw new UnsupportedStoreOperationException(store, operation, "every row has " + key);
            } else if (key.startsWith("info.")) {
                String name = key.substring("info.".length());
                any |= cells.removeFrom(Layout.DATA, name) | cells.removeFrom(Layout.PAIRS, name);
            } else {
                String column = columnOf(key);
                if (column != null && cells.get(column) != null) {
                    cells.put(column, null);
                    any = true;
                }
            }
        }
        if (any) {
            stamp(cells, cells);
        }
        return any;
    }

    /** Returns the column of a key other than {@code info.*}, or null if the format has none. */
    private static @Nullable String columnOf(String key) {
        if (key.equals("cell") || key.equals("pbc") || key.equals("constraints")) {
            return key;
        }
        String name = key.substring(key.indexOf('.') + 1);
        if (key.startsWith("calc.") && Layout.RESULTS.contains(name)) {
            return name;
        } else if (key.startsWith("arrays.")
                && (Layout.ARRAYS.contains(name) || name.equals(Layout.NUMBERS) || name.equals(Layout.POSITIONS))) {
            return name;
        }
        return null;
    }

    private static void set(Cells cells, String key, @Nullable Object value) {
        String column = columnOf(key);
        if (column == null) {
            throw cells.refused(
                    key,
                    "no place in ASE's format (expected: cell, pbc, constraints, info.*, calc.* of %s, arrays.* of numbers, positions, %s)"
                            .formatted(String.join(", ", Layout.RESULTS), String.join(", ", Layout.ARRAYS)),
                    null);
        }
        if (key.startsWith("calc.")) {
            result(cells, key, column, value);
            if (cells.get(Layout.CALCULATOR) == null) {
                cells.put(Layout.CALCULATOR, "unknown"); // ASE's name for one that only holds results
                cells.put(Layout.PARAMETERS, "{}");
            }
        } else if (column.equals(Layout.CONSTRAINTS)) {
            constraints(cells, value);
        } else if (column.equals(Layout.PBC)) {
            pbc(cells, value);
        } else {
            array(cells, key, column, value);
        }
    }

    private static void result(Cells cells, String key, String name, @Nullable Object value) {
        if (AseResults.isNumber(name)) {
            Object plain = value instanceof NdScalar scalar ? scalar.plain() : value;
            if (plain instanceof Long whole && Math.abs(whole) <= EXACT) {
                plain = whole.doubleValue();
            }
            if (plain instanceof Double number && !number.isNaN()) { // which SQLite keeps as NULL
                cells.put(name, number);
                return;
            }
        } else if (value instanceof NdArray array
                && array.dtype().isReal()
                && (name.equals("forces") ? array.rank() == 2 && array.length(1) == 3 : array.rank() == 1)) {
            cells.putReals(name, array);
            return;
        }
        throw cells.refused(
                key,
                "%s (expected: %s)"
                        .formatted(
                                Cells.described(value),
                                AseResults.isNumber(name)
                                        ? "a number, not NaN"
                                        : name.equals("forces")
                                                ? "real numbers of shape [atoms, 3]"
                                                : "real numbers along one axis, as the format keeps no shape"),
                null);
    }

    private static void constraints(Cells cells, @Nullable Object value) {
        if (value instanceof List<?> list
                && list.stream()
                        .allMatch(item -> item instanceof Map<?, ?> map
                                && map.get("name") instanceof String
                                && map.get("kwargs") instanceof Map<?, ?>)) {
            try {
                cells.put(Layout.CONSTRAINTS, list.isEmpty() ? null : AseJson.write(list));
                return;
            } catch (IllegalArgumentException e) {
                throw cells.refused(Layout.CONSTRAINTS, String.valueOf(e.getMessage()), e);
            }
        }
        throw cells.refused(
                Layout.CONSTRAINTS, Cells.described(value) + " (expected: a list of maps of name and kwargs)", null);
    }

    private static void pbc(Cells cells, @Nullable Object value) {
        long bits = 0;
        if (value instanceof NdArray array && array.dtype().isReal() && array.hasShape(3)) {
            for (int i = 0; i < 3; i++) {
                bits |= array.doubleAt(i) != 0 ? 1L << i : 0;
            }
        } else if (value instanceof List<?> list
                && list.size() == 3
                && list.stream().allMatch(Boolean.class::isInstance)) {
            for (int i = 0; i < 3; i++) {
                bits |= Boolean.TRUE.equals(list.get(i)) ? 1L << i : 0;
            }
        } else {
            throw cells.refused(Layout.PBC, Cells.described(value) + " (expected: three booleans)", null);
        }
        cells.put(Layout.PBC, bits);
    }

    private static void array(Cells cells, String key, String name, @Nullable Object value) {
        boolean integers = name.equals(Layout.NUMBERS) || name.equals("tags");
        if (value instanceof NdArray array && array.dtype().isReal() && fits(cells, name, array)) {
            if (!integers) {
                cells.putReals(name, array);
                return;
            } else if (Cells.isIntegral(array) && cells.putIntegers(name, array)) {
                return;
            }
        }
        throw cells.refused(
                key,
                "%s (expected: %s, %s)"
                        .formatted(
                                Cells.described(value),
                                integers ? "integers of 32 bits" : "real numbers",
                                name.equals(Layout.CELL) ? "shape [3, 3]" : "one entry or row of three for each atom"),
                null);
    }

    private static boolean fits(Cells cells, String name, NdArray array) {
        if (name.equals(Layout.CELL)) {
            return array.hasShape(3, 3);
        } else if (name.equals(Layout.NUMBERS)) {
            return array.rank() == 1;
        } else if (name.equals(Layout.POSITIONS) || name.equals("momenta")) {
            return array.hasShape(cells.atoms(), 3);
        }
        return array.hasShape(cells.atoms()); // ASE itself cannot read back magnetic moments that are vectors
    }

    /** Completes identity, times and what is computed; a change is later than the one before it. */
    private void stamp(Cells cells, @Nullable Cells before) {
        Instant now = clock.instant();
        double time = (now.getEpochSecond() - BEGINNING + now.getNano() / 1e9) / YEAR;
        if (before != null && before.get(Layout.MTIME) instanceof Double last && time <= last) {
            time = Math.nextUp(last);
        }
        if (cells.get(Layout.UNIQUE_ID) == null) {
            UUID random = UUID.randomUUID();
            cells.put(
                    Layout.UNIQUE_ID,
                    HexFormat.of()
                            .formatHex(ByteBuffer.allocate(16)
                                    .putLong(random.getMostSignificantBits())
                                    .putLong(random.getLeastSignificantBits())
                                    .array()));
        }
        if (cells.get(Layout.CTIME) == null) {
            cells.put(Layout.CTIME, time);
        }
        cells.put(Layout.MTIME, time);
        Derived.compute(cells);
    }

    /** Returns a pair's value as {@code number_key_values} keeps it, or null for a text. */
    static @Nullable Double number(@Nullable Object value) {
        Object plain = value instanceof NdScalar scalar ? scalar.plain() : value;
        if (plain instanceof Boolean flag) {
            return flag ? 1.0 : 0.0;
        }
        return plain instanceof Long || plain instanceof Double || plain instanceof BigInteger
                ? (Double) ((Number) plain).doubleValue()
                : null;
    }
}
