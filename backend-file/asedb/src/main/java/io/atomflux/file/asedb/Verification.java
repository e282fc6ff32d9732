package io.atomflux.file.asedb;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Columns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One check of a whole database: its pages, every row, and entries of the other tables that belong to no row. */
final class Verification {

    private static final int MOST = 100;
    private static final int AT_ONCE = 64; // rows of one transaction, so that writers get their turn

    private final Database database;
    private final String store;
    private final StructureReader reader = new StructureReader(Columns.ALL);
    private final List<String> problems = new ArrayList<>();
    private @Nullable Ids checked;

    Verification(Database database, String store) {
        this.database = database;
        this.store = store;
    }

    List<String> run() throws IOException {
        try {
            long size = database.read((link, ids) -> {
                for (String line : link.texts("PRAGMA integrity_check(%d)".formatted(MOST))) {
                    if (!line.equals("ok")) {
                        problems.add("pages: " + line);
                    }
                }
                for (String table : Layout.SIDE_TABLES) {
                    long strays = link.number(
                            "SELECT count(*) FROM %s WHERE id NOT IN (SELECT id FROM systems)".formatted(table));
                    if (strays > 0) {
                        problems.add("table %s: %d entries of rows that are not there".formatted(table, strays));
                    }
                }
                checked = ids;
                return ids.size();
            });
            for (long from = 0; from < size && problems.size() < MOST; from += AT_ONCE) {
                rows(from, Math.min(size, from + AT_ONCE));
            }
        } catch (CorruptDataException corrupt) {
            problems.add(corrupt.place() + ": " + corrupt.problem());
        } catch (ForeignDataException | LimitExceededException | UnsupportedDataException refused) {
            problems.add(String.valueOf(refused.getMessage()));
        }
        return problems;
    }

    private void rows(long from, long to) throws IOException {
        database.read((link, ids) -> {
            Ids start = checked;
            for (long position = from; position < to && start != null; position++) {
                long id = start.at(position);
                if (ids != start && !ids.contains(id)) {
                    throw new StoreChangedException(store, position);
                }
                try {
                    Cells cells = link.cells(id, position, Layout.COLUMNS);
                    if (cells == null) {
                        throw new Database.MissingRowException(id, position);
                    }
                    var unused = reader.row(cells);
                } catch (CorruptDataException corrupt) {
                    problems.add(corrupt.place() + ": " + corrupt.problem());
                } catch (LimitExceededException refused) {
                    problems.add(String.valueOf(refused.getMessage()));
                }
            }
            return to;
        });
    }
}
