package io.atomflux.cli;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.Key;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows for people: position, formula and periodicity of structures, then scalar keys as far as the line holds them; all
 * other keys are named below with type and shape. The first hundred rows decide on columns.
 */
final class RowTable {

    private static final int LOOKED_AT = 100;
    private static final int WIDEST = 110;

    private record Seen(long position, Row row) {}

    private final Console console;
    private final List<Seen> waiting = new ArrayList<>();
    private final Map<String, String> others = new LinkedHashMap<>();
    private final List<String> scalars = new ArrayList<>();
    private boolean structures;
    private @Nullable Table table;

    RowTable(Console console) {
        this.console = console;
    }

    void row(long position, Row row) {
        if (table == null) {
            waiting.add(new Seen(position, row));
            if (waiting.size() == LOOKED_AT) {
                begin();
            }
        } else {
            print(table, position, row);
        }
    }

    void end() {
        Table all = begin();
        all.end();
        if (!others.isEmpty()) {
            console.line("");
            console.line("also in these rows (atomflux column STORE KEY shows them):");
            Table rest = new Table(console)
                    .columns(List.of("  key", "type and shape"), Table.aligns(Table.Align.LEFT, Table.Align.LEFT));
            others.forEach((key, shape) -> rest.row(List.of("  " + Text.withUnit(key), shape)));
            rest.end();
        }
    }

    private Table begin() {
        Table begun = table;
        if (begun == null) {
            begun = new Table(console);
            table = begun;
            choose();
            List<String> heads = new ArrayList<>(List.of("row"));
            List<Table.Align> aligns = new ArrayList<>(List.of(Table.Align.RIGHT));
            if (structures) {
                heads.addAll(List.of("formula", "atoms", "pbc"));
                aligns.addAll(List.of(Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT));
            }
            for (String key : scalars) {
                heads.add(Text.withUnit(key));
                aligns.add(isText(key) ? Table.Align.LEFT : Table.Align.RIGHT);
            }
            begun.columns(heads, aligns);
            for (Seen seen : waiting) {
                print(begun, seen.position(), seen.row());
            }
            waiting.clear();
        }
        return begun;
    }

    /** Decides which keys become columns. */
    private void choose() {
        Map<String, Integer> widths = new LinkedHashMap<>();
        for (Seen seen : waiting) {
            structures |= seen.row().has(Key.NUMBERS.name());
            seen.row().forEach((key, value) -> {
                if (isScalar(value)) {
                    widths.merge(
                            key,
                            Math.max(
                                    Text.withUnit(key).length(),
                                    Text.cell(value).length()),
                            Math::max);
                } else {
                    others.putIfAbsent(key, Text.cell(value));
                }
            });
        }
        widths.keySet().removeAll(others.keySet());
        int used = structures ? 40 : 8;
        for (Map.Entry<String, Integer> column : sortedResultsFirst(widths)) {
            used += column.getValue() + 2;
            if (used <= WIDEST) {
                scalars.add(column.getKey());
            } else {
                others.put(column.getKey(), "scalar");
            }
        }
    }

    private static List<Map.Entry<String, Integer>> sortedResultsFirst(Map<String, Integer> widths) {
        List<Map.Entry<String, Integer>> columns = new ArrayList<>(widths.entrySet());
        columns.sort(java.util.Comparator.comparing(column -> !column.getKey().startsWith("calc.")));
        return columns;
    }

    private static boolean isScalar(@Nullable Object value) {
        return value == null
                || value instanceof Number
                || value instanceof String
                || value instanceof Boolean
                || value instanceof NdScalar
                || value instanceof NdArray array && array.rank() == 0;
    }

    private boolean isText(String key) {
        for (Seen seen : waiting) {
            Object value = seen.row().get(key);
            if (value != null) {
                return value instanceof String;
            }
        }
        return false;
    }

    private void print(Table to, long position, Row row) {
        List<String> cells = new ArrayList<>();
        cells.add(Text.count(position));
        if (structures) {
            cells.addAll(structure(row));
        }
        for (String key : scalars) {
            cells.add(row.has(key) ? Text.cell(row.get(key)) : "");
        }
        to.row(cells);
    }

    private static List<String> structure(Row row) {
        if (row.isReserved()) {
            return List.of("(reserved)", "", "");
        } else if (!row.has(Key.NUMBERS.name())) {
            return List.of("", "", "");
        }
        try {
            Atoms atoms = Atoms.fromRow(row);
            StringBuilder pbc = new StringBuilder();
            for (boolean periodic : atoms.pbc()) {
                pbc.append(periodic ? 'T' : 'F');
            }
            return List.of(Text.shortened(atoms.formula()), Text.count(atoms.size()), pbc.toString());
        } catch (IllegalArgumentException e) {
            return List.of("(no structure)", "", ""); // shown for what it is; verify and copy say why
        }
    }
}
