package io.atomflux.file.aselmdb;

import io.atomflux.codec.AseJson;
import io.atomflux.codec.AseResults;
import io.atomflux.spi.Columns;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes rows of stored documents, of the wanted keys only; what ASE's {@code AtomsRow.toatoms} gives. */
final class StructureReader {

    private static final Set<String> INTEGERS = Set.of("tags");
    private static final Set<String> PLAIN = Set.of("energy", "magmom", "free_energy");
    private static final NdArray NO_CELL = NdArray.zeros(DType.FLOAT64, 3, 3);
    private static final NdArray NO_PBC = NdArray.zeros(DType.BOOL, 3);

    private final @Nullable Set<String> wanted;
    private final Set<String> members;
    private final boolean wantsInfo;

    StructureReader(Columns columns) {
        List<String> keys = columns.keys().orElse(null);
        this.wanted = keys == null ? null : new HashSet<>(keys);
        this.members = keys == null ? Set.of() : members(keys);
        this.wantsInfo = keys == null || keys.stream().anyMatch(key -> key.startsWith("info."));
    }

    private static Set<String> members(List<String> keys) {
        Set<String> members = new HashSet<>();
        for (String key : keys) {
            if (key.startsWith("info.")) {
                members.addAll(List.of(RowDocument.PAIRS, RowDocument.DATA));
            } else if (key.startsWith("arrays.")) {
                members.addAll(List.of(RowDocument.NUMBERS, key.substring("arrays.".length())));
            } else {
                members.add(key.startsWith("calc.") ? key.substring("calc.".length()) : key);
            }
        }
        return members;
    }

    private boolean wants(String key) {
        return wanted == null || wanted.contains(key);
    }

    /** Tells whether a value of a document is looked at. */
    boolean reads(String member) {
        return wanted == null || members.contains(member);
    }

    /** Makes the row of a document. */
    Row row(RowDocument document) {
        Row.Builder row = Row.builder();
        if (wants("cell")) {
            row.put("cell", cell(document));
        }
        if (wants("pbc")) {
            row.put("pbc", pbc(document));
        }
        if (wanted == null || wanted.stream().anyMatch(key -> key.startsWith("arrays."))) {
            arrays(document, row);
        }
        if (wantsInfo) {
            info(document, row);
        }
        for (String name : AseResults.NAMES) {
            String key = "calc." + name;
            Object stored = wants(key) ? document.get(name) : null;
            if (stored != null) {
                row.put(key, PLAIN.contains(name) ? number(document, name, stored) : reals(document, name, stored));
            }
        }
        if (wants("constraints")) {
            constraints(document, row);
        }
        try {
            return row.build();
        } catch (IllegalArgumentException e) { // a name that is no well-formed text
            throw document.corrupt(RowDocument.DATA, String.valueOf(e.getMessage()));
        }
    }

    private void arrays(RowDocument document, Row.Builder row) {
        NdArray numbers = cast(document, RowDocument.NUMBERS, document.get(RowDocument.NUMBERS), DType.INT64);
        if (numbers.rank() != 1) {
            throw shape(document, RowDocument.NUMBERS, numbers, "[atoms]");
        }
        int atoms = numbers.size();
        if (wants("arrays.numbers")) {
            row.put("arrays.numbers", numbers);
        }
        if (wants("arrays.positions")) {
            NdArray positions = reals(document, RowDocument.POSITIONS, document.get(RowDocument.POSITIONS));
            if (atoms == 0 && positions.size() == 0) {
                positions = NdArray.zeros(DType.FLOAT64, 0, 3); // a list loses the width
            }
            if (!positions.hasShape(atoms, 3)) {
                throw shape(document, RowDocument.POSITIONS, positions, "[%d, 3]".formatted(atoms));
            }
            row.put("arrays.positions", positions);
        }
        for (String name : RowDocument.ARRAYS) {
            Object stored = wants("arrays." + name) ? document.get(name) : null;
            if (stored == null) {
                continue;
            }
            NdArray array =
                    INTEGERS.contains(name) ? cast(document, name, stored, DType.INT64) : reals(document, name, stored);
            if (atoms == 0 && array.size() == 0 && name.equals("momenta")) {
                array = NdArray.zeros(DType.FLOAT64, 0, 3);
            }
            if (array.rank() == 0 || array.length(0) != atoms) {
                throw shape(document, name, array, "[%d, …], one for each atom".formatted(atoms));
            }
            row.put("arrays." + name, array);
        }
    }

    private static NdArray cell(RowDocument document) {
        Object stored = document.get(RowDocument.CELL);
        NdArray cell = stored == null ? NO_CELL : reals(document, RowDocument.CELL, stored);
        if (!cell.hasShape(3, 3)) {
            throw shape(document, RowDocument.CELL, cell, "[3, 3]");
        }
        return cell;
    }

    private static NdArray pbc(RowDocument document) {
        Object stored = document.get(RowDocument.PBC);
        NdArray numbers = stored == null ? NO_PBC : cast(document, RowDocument.PBC, stored, DType.INT64);
        if (!numbers.hasShape(3)) {
            throw shape(document, RowDocument.PBC, numbers, "[3]");
        }
        boolean[] flags = new boolean[3];
        for (int i = 0; i < 3; i++) {
            flags[i] = numbers.doubleAt(i) != 0;
        }
        return NdArray.of(flags);
    }

    /** Shows the entries of both maps, those of {@code data} last, as they count. */
    private void info(RowDocument document, Row.Builder row) {
        for (String map : List.of(RowDocument.PAIRS, RowDocument.DATA)) {
            for (Map.Entry<String, @Nullable Object> entry : document.map(map).entrySet()) {
                String key = "info." + entry.getKey();
                if (wants(key)) {
                    row.put(key, entry.getValue());
                }
            }
        }
    }

    private static void constraints(RowDocument document, Row.Builder row) {
        Object stored = document.get(RowDocument.CONSTRAINTS);
        if (stored instanceof String text) { // as older versions of ASE keep them
            try {
                stored = AseJson.read(text);
            } catch (IllegalArgumentException e) {
                throw document.corrupt(RowDocument.CONSTRAINTS, String.valueOf(e.getMessage()));
            }
        }
        if (stored == null) {
            return;
        }
        if (!(stored instanceof List<?> list)) {
            throw document.corrupt(RowDocument.CONSTRAINTS, Numbers.described(stored) + " (expected: a list)");
        }
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)
                    || !(map.get("name") instanceof String)
                    || !(map.get("kwargs") instanceof Map<?, ?>)) {
                throw document.corrupt(
                        RowDocument.CONSTRAINTS, Numbers.described(item) + " (expected: maps of name and kwargs)");
            }
        }
        if (!list.isEmpty()) {
            row.put("constraints", list);
        }
    }

    private static Object number(RowDocument document, String name, Object stored) {
        if (stored instanceof Number) {
            return stored;
        }
        if (stored instanceof NdArray array
                && array.size() == 1
                && array.dtype().isReal()) {
            return array.doubleAt(0);
        }
        throw document.corrupt(name, Numbers.described(stored) + " (expected: a number)");
    }

    private static NdArray reals(RowDocument document, String name, @Nullable Object stored) {
        return cast(document, name, stored, DType.FLOAT64);
    }

    private static NdArray cast(RowDocument document, String name, @Nullable Object stored, DType type) {
        if (stored == null) {
            throw document.corrupt(name, "missing (expected: an array)");
        }
        try {
            return Numbers.cast(stored, type);
        } catch (Numbers.NotNumbers e) {
            throw document.corrupt(name, e.found() + " (expected: an array of numbers)");
        }
    }

    private static RuntimeException shape(RowDocument document, String name, NdArray found, String expected) {
        return document.corrupt(name, "%s (expected: shape %s)".formatted(Numbers.described(found), expected));
    }
}
