package io.atomflux.file.asedb;

import io.atomflux.spi.Columns;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes rows of cells, of the wanted keys only; what {@code AtomsRow.toatoms} of ASE gives. */
final class StructureReader {

    private static final NdArray NO_CELL = NdArray.zeros(DType.FLOAT64, 3, 3);
    private static final Set<String> PLAIN = Set.of("energy", "free_energy", "magmom");

    private final @Nullable Set<String> wanted;
    private final boolean wantsInfo;

    StructureReader(Columns columns) {
        List<String> keys = columns.keys().orElse(null);
        this.wanted = keys == null ? null : new HashSet<>(keys);
        this.wantsInfo = keys == null || keys.stream().anyMatch(key -> key.startsWith("info."));
    }

    private boolean wants(String key) {
        return wanted == null || wanted.contains(key);
    }

    /** Returns the columns that {@link #row} looks at; never none. */
    List<String> columns() {
        Set<String> columns = new LinkedHashSet<>();
        if (wants(Layout.CELL)) {
            columns.add(Layout.CELL);
        }
        if (wants(Layout.PBC)) {
            columns.add(Layout.PBC);
        }
        if (wants("constraints")) {
            columns.add(Layout.CONSTRAINTS);
        }
        for (String name : Layout.ARRAYS) {
            if (wants("arrays." + name)) {
                columns.add(name);
                columns.add(Layout.NUMBERS);
            }
        }
        if (wants("arrays.positions")) {
            columns.add(Layout.POSITIONS);
            columns.add(Layout.NUMBERS);
        }
        for (String name : Layout.RESULTS) {
            if (wants("calc." + name)) {
                columns.add(name);
            }
        }
        if (wantsInfo) {
            columns.add(Layout.PAIRS);
            columns.add(Layout.DATA);
        }
        if (wants("arrays.numbers") || columns.isEmpty()) {
            columns.add(Layout.NUMBERS);
        }
        return List.copyOf(columns);
    }

    /** Makes the row. */
    Row row(Cells cells) {
        Row.Builder row = Row.builder();
        if (wants("cell")) {
            NdArray cell = cells.reals(Layout.CELL);
            if (cell != null && cell.size() != 9) {
                throw shape(cells, Layout.CELL, cell, "9 numbers");
            }
            row.put("cell", cell == null ? NO_CELL : cell.reshape(3, 3));
        }
        if (wants("pbc")) {
            row.put("pbc", pbc(cells));
        }
        arrays(cells, row);
        if (wantsInfo) {
            info(cells, row);
        }
        for (String name : Layout.RESULTS) {
            String key = "calc." + name;
            Object value = wants(key) ? result(cells, name) : null;
            if (value != null) {
                row.put(key, value);
            }
        }
        if (wants("constraints")) {
            List<?> constraints = cells.constraints();
            if (!constraints.isEmpty()) {
                row.put("constraints", constraints);
            }
        }
        try {
            return row.build();
        } catch (IllegalArgumentException e) { // a name that is no well-formed text
            throw cells.corrupt(Layout.DATA, String.valueOf(e.getMessage()));
        }
    }

    private static NdArray pbc(Cells cells) {
        Object stored = cells.get(Layout.PBC);
        if (!(stored instanceof Long bits) || bits < 0 || bits > 7) {
            throw cells.corrupt(
                    Layout.PBC,
                    "%s (expected: an integer from 0 to 7)"
                            .formatted(stored instanceof Long ? stored : Cells.described(stored)));
        }
        return NdArray.of(new boolean[] {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0});
    }

    private void arrays(Cells cells, Row.Builder row) {
        if (wants("arrays.numbers")) {
            NdArray numbers = cells.integers(Layout.NUMBERS);
            row.put("arrays.numbers", numbers == null ? NdArray.zeros(DType.INT64, 0) : numbers);
        }
        if (wants("arrays.positions")) {
            NdArray positions = cells.reals(Layout.POSITIONS);
            row.put(
                    "arrays.positions",
                    vectors(cells, Layout.POSITIONS, positions == null ? NdArray.zeros(DType.FLOAT64, 0) : positions));
        }
        for (String name : Layout.ARRAYS) {
            if (!wants("arrays." + name)) {
                continue;
            }
            NdArray array = name.equals("tags") ? cells.integers(name) : cells.reals(name);
            if (array == null) {
                continue;
            }
            int atoms = cells.atoms();
            if (name.equals("momenta") || name.equals("initial_magmoms") && array.size() == 3L * atoms && atoms > 0) {
                array = vectors(cells, name, array);
            } else if (array.size() != atoms) {
                throw shape(cells, name, array, "%d numbers, one for each atom".formatted(atoms));
            }
            row.put("arrays." + name, array);
        }
    }

    private static NdArray vectors(Cells cells, String name, NdArray array) {
        int atoms = cells.atoms();
        if (array.size() != 3L * atoms) {
            throw shape(cells, name, array, "%d numbers, three for each atom".formatted(3L * atoms));
        }
        return array.reshape(atoms, 3);
    }

    private static @Nullable Object result(Cells cells, String name) {
        Object stored = cells.get(name);
        if (stored == null) {
            return null;
        }
        if (PLAIN.contains(name)) {
            if (stored instanceof Number number) {
                return number.doubleValue();
            } else if (name.equals("magmom") && stored instanceof byte[]) { // before version 6
                NdArray magmom = cells.reals(name);
                return magmom != null && magmom.size() == 1 ? (Object) magmom.doubleAt(0) : magmom;
            }
            throw cells.corrupt(name, Cells.described(stored) + " (expected: a number)");
        }
        NdArray array = cells.reals(name);
        if (array == null || !name.equals("forces")) {
            return array;
        }
        if (array.size() % 3 != 0) {
            throw shape(cells, name, array, "three for each atom");
        }
        return array.reshape(array.size() / 3, 3);
    }

    /** Shows the entries of both maps, those of {@code data} last, as they count. */
    private void info(Cells cells, Row.Builder row) {
        for (String column : List.of(Layout.PAIRS, Layout.DATA)) {
            for (Map.Entry<String, @Nullable Object> entry : cells.map(column).entrySet()) {
                String key = "info." + entry.getKey();
                if (wants(key)) {
                    row.put(key, entry.getValue());
                }
            }
        }
    }

    private static RuntimeException shape(Cells cells, String name, NdArray found, String expected) {
        return cells.corrupt(name, "%d numbers (expected: %s)".formatted(found.size(), expected));
    }
}
