package io.atomflux.file.ase;

import io.atomflux.spi.Columns;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which keys of rows are asked for, so that what nobody asks for is not parsed; for one thread. */
final class Wanted {

    private static final int MOST_NAMES = 1024;

    private final Optional<Set<String>> keys;
    private final Map<String, String> rowKeys = new HashMap<>();

    Wanted(Columns columns) {
        this.keys = columns.keys().map(HashSet::new);
    }

    boolean has(String key) {
        return keys.isEmpty() || keys.get().contains(key);
    }

    boolean isAll() {
        return keys.isEmpty();
    }

    /** Tells whether the cell or its periodicity is asked for, which depend on each other. */
    boolean hasCell() {
        return has("cell") || has("pbc");
    }

    /** Tells whether something of the comment or the atoms can go to one of these columns. */
    boolean hasAny(List<ColumnPlan.Column> columns) {
        if (keys.isEmpty() || has("arrays.numbers") || has("arrays.positions")) {
            return true;
        }
        for (ColumnPlan.Column column : columns) {
            if (has(column.key())) {
                return true;
            }
        }
        return false;
    }

    /** Returns the key of a row for a key of a comment. */
    String rowKey(String name) {
        String known = rowKeys.get(name);
        if (known == null) {
            known = (Results.isPerFrame(name) ? "calc." : "info.") + name;
            if (rowKeys.size() < MOST_NAMES) {
                rowKeys.put(name, known);
            }
        }
        return known;
    }

    /** Tells whether the value of a key of a comment is needed. */
    boolean hasEntry(String name) {
        return keys.isEmpty()
                || name.equals("Properties")
                || (hasCell() && (name.equals("Lattice") || name.equals("pbc")))
                || has(rowKey(name));
    }
}
