package io.atomflux.file.ase;

import io.atomflux.codec.AseResults;
import io.atomflux.spi.Columns;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of items, as ASE makes Atoms of them: atomic numbers and tags are int64, all other numbers per atom float64.
 *
 * <p>Reads what is asked for only. For one thread.
 */
final class TrajFrames {

    /** Members with one entry per atom beside positions, and what a row calls them. */
    static final Map<String, String> PER_ATOM = perAtom();

    private final Wanted wanted;
    private final boolean anyInfo;
    private final boolean anyResult;

    TrajFrames(Columns columns) {
        this.wanted = new Wanted(columns);
        Optional<List<String>> keys = columns.keys();
        this.anyInfo = keys.isEmpty() || keys.get().stream().anyMatch(key -> key.startsWith("info."));
        this.anyResult = keys.isEmpty() || keys.get().stream().anyMatch(key -> key.startsWith("calc."));
    }

    private static Map<String, String> perAtom() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("tags", "arrays.tags");
        names.put("momenta", "arrays.momenta");
        names.put("magmoms", "arrays.initial_magmoms");
        names.put("charges", "arrays.initial_charges");
        return names;
    }

    boolean wantsAll() {
        return wanted.isAll();
    }

    /** Tells whether pbc, numbers, masses or constraints are asked for. */
    boolean wantsHeader() {
        return wanted.has("pbc")
                || wanted.has("arrays.numbers")
                || wanted.has("arrays.masses")
                || wanted.has("constraints");
    }

    /**
     * Makes the row of an item.
     *
     * @param header its own or that of the first item; null if none is wanted
     * @throws IllegalArgumentException if the item is no frame
     */
    Row row(TrajItem item, @Nullable TrajHeader header) throws IOException {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        if (wanted.has("cell")) {
            row.put("cell", cell(item.get("cell")));
        }
        int atoms = -1;
        if (header != null) {
            atoms = header.numbers().size();
            put(row, "pbc", header.pbc());
            put(row, "arrays.numbers", header.numbers());
        }
        if (wanted.has("arrays.positions")) {
            NdArray positions =
                    perAtom("positions", item.get("positions"), atoms).as(DType.FLOAT64);
            if (positions.rank() != 2 || positions.length(1) != 3) {
                throw new IllegalArgumentException("positions: %s (expected: shape [n, 3])".formatted(positions));
            }
            row.put("arrays.positions", positions);
        }
        for (Map.Entry<String, String> entry : PER_ATOM.entrySet()) {
            String name = entry.getKey();
            if (wanted.has(entry.getValue()) && item.members().has(name)) {
                NdArray values = perAtom(name, item.get(name), atoms);
                row.put(entry.getValue(), values.as(name.equals("tags") ? DType.INT64 : DType.FLOAT64));
            }
        }
        if (header != null) {
            if (header.masses() != null) {
                put(row, "arrays.masses", perAtom("masses", header.masses(), atoms));
            }
            if (header.constraints() != null) {
                put(row, "constraints", header.constraints());
            }
        }
        if (anyResult) {
            results(item, row);
        }
        if (anyInfo) {
            info(item, row);
        }
        return Row.of(row);
    }

    private void put(Map<String, @Nullable Object> row, String key, Object value) {
        if (wanted.has(key)) {
            row.put(key, value);
        }
    }

    /**
     * Checks for real numbers per atom.
     *
     * @param atoms how many atoms there must be; -1 if that is not known, as nobody asked
     */
    private static NdArray perAtom(String name, @Nullable Object stored, int atoms) {
        NdArray array = TrajHeader.perAtom(name, stored);
        if (atoms >= 0 && array.length(0) != atoms) {
            throw new IllegalArgumentException(
                    "%s of %d atoms (expected: %d, as there are numbers)".formatted(name, array.length(0), atoms));
        }
        return array;
    }

    private static NdArray cell(@Nullable Object stored) {
        if (stored != null) {
            NdArray array = (NdArray) AseResults.value("cell", stored);
            if (array.hasShape(3, 3)) {
                return array;
            } else if (array.hasShape(3)) {
                double[] lengths = array.toDoubleArray();
                return NdArray.of(new double[] {lengths[0], 0, 0, 0, lengths[1], 0, 0, 0, lengths[2]}, 3, 3);
            }
        }
        throw new IllegalArgumentException(
                "cell: %s (expected: three vectors)".formatted(stored == null ? "missing" : "something else"));
    }

    private void results(TrajItem item, Map<String, @Nullable Object> row) throws IOException {
        UlmObject calculator = item.members().child("calculator");
        if (calculator == null) {
            return;
        }
        for (String name : AseResults.NAMES) {
            String key = "calc." + name;
            if (wanted.has(key) && calculator.has(name)) {
                Object stored = item.get(calculator, name);
                if (stored != null) {
                    row.put(key, AseResults.value(name, stored));
                }
            }
        }
    }

    private void info(TrajItem item, Map<String, @Nullable Object> row) throws IOException {
        Object stored = item.get("info");
        if (stored instanceof Map<?, ?> info) {
            info.forEach((name, value) -> {
                String key = "info." + name;
                if (wanted.has(key)) {
                    row.put(key, value);
                }
            });
        } else if (stored != null) {
            throw new IllegalArgumentException("info: something else (expected: a map)");
        }
    }
}
