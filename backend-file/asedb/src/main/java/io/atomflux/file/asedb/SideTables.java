package io.atomflux.file.asedb;

import io.atomflux.value.NdArray;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tables by which ASE selects rows as the rows are: elements, keys, and values of keys.
 *
 * <p>They have no index by id, so entries are taken away for many rows at once: once for each change, not for each row.
 */
final class SideTables {

    private static final int AT_ONCE = 1 << 16;

    private final Link link;
    private long[] changed = new long[16];
    private int changes;
    private boolean anyDeleted;

    SideTables(Link link) {
        this.link = link;
    }

    /** Adds the entries of a new row. */
    void insert(long id, Cells cells) throws SQLException {
        Map<Long, Long> species = new LinkedHashMap<>();
        NdArray numbers = cells.integers(Layout.NUMBERS);
        for (int i = 0; numbers != null && i < numbers.size(); i++) {
            species.merge(numbers.longAt(i), 1L, Long::sum);
        }
        for (Map.Entry<Long, Long> entry : species.entrySet()) {
            link.change("INSERT INTO species (Z, n, id) VALUES (?, ?, ?)", entry.getKey(), entry.getValue(), id);
        }
        for (Map.Entry<String, @Nullable Object> pair : cells.map(Layout.PAIRS).entrySet()) {
            link.change("INSERT INTO keys (key, id) VALUES (?, ?)", pair.getKey(), id);
            Double number = StructureWriter.number(pair.getValue());
            if (number != null) {
                link.change(
                        "INSERT INTO number_key_values (key, value, id) VALUES (?, ?, ?)", pair.getKey(), number, id);
            } else if (pair.getValue() instanceof String text) {
                link.change("INSERT INTO text_key_values (key, value, id) VALUES (?, ?, ?)", pair.getKey(), text, id);
            }
        }
    }

    /** Notes that the entries of a row are to be made anew. */
    void changed(long id) {
        if (changes == changed.length) {
            changed = Arrays.copyOf(changed, 2 * changes);
        }
        changed[changes++] = id;
    }

    /** Notes that the entries of a row are to go. */
    void deleted(long id) {
        changed(id);
        anyDeleted = true;
    }

    void forget() {
        changes = 0;
        anyDeleted = false;
    }

    /** Takes all entries away, also those of external tables, as ASE does with their rows. */
    void clear() throws SQLException {
        for (String table : tables(true)) {
            link.execute("DELETE FROM " + table);
        }
    }

    /** Brings the tables up to what was noted. */
    void flush(Ids ids) throws SQLException {
        if (changes == 0) {
            return;
        }
        List<String> tables = tables(anyDeleted);
        for (int from = 0; from < changes; from += AT_ONCE) {
            long[] part = Arrays.copyOfRange(changed, from, Math.min(changes, from + AT_ONCE));
            for (String table : tables) {
                link.change(
                        "DELETE FROM %s WHERE id IN (SELECT value FROM json_each(?))".formatted(table),
                        Arrays.toString(part));
            }
        }
        long[] noted = Arrays.stream(changed, 0, changes).distinct().toArray();
        forget();
        for (long id : noted) {
            if (ids.contains(id)) {
                Cells cells = link.cells(id, -1, List.of(Layout.NUMBERS, Layout.PAIRS));
                if (cells != null) {
                    insert(id, cells);
                }
            }
        }
    }

    private List<String> tables(boolean external) throws SQLException {
        List<String> tables = new ArrayList<>(Layout.SIDE_TABLES);
        if (external) {
            // only tables with an id, and none of ASE's own, whatever the database claims
            for (String name : link.texts("SELECT i.value FROM information i JOIN sqlite_master m ON m.name = i.value"
                    + " WHERE i.name = 'external_table_name' AND m.type = 'table' AND m.name NOT IN ('systems', 'information')"
                    + " AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'id')")) {
                tables.add('"' + name.replace("\"", "\"\"") + '"');
            }
        }
        return tables;
    }
}
