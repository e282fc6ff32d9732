package io.atomflux.file.asedb;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes inside one transaction, one after the other.
 *
 * <p>Rows are changed one by one, so that a change of many costs the memory of one.
 */
final class DatabaseEdit implements Write.Visitor<Row, Long> {

    private static final String INSERTION = "INSERT INTO systems (id, %s) VALUES (?%s)"
            .formatted(String.join(", ", Layout.COLUMNS), ", ?".repeat(Layout.COLUMNS.size()));
    private static final String REPLACEMENT =
            "UPDATE systems SET %s = ? WHERE id = ?".formatted(String.join(" = ?, ", Layout.COLUMNS));

    /**
     * A change with the new rows it adds, made before the transaction began.
     *
     * @param write the change
     * @param added what it adds, if it is an append
     */
    record Prepared(Write<Row> write, List<Cells> added) {}

    /** Carries a failure of SQLite out of the visitor. */
    static final class EngineException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final SQLException failure;

        EngineException(SQLException failure) {
            super(failure);
            this.failure = failure;
        }

        SQLException failure() {
            return failure;
        }
    }

    private interface Step {
        void run() throws SQLException;
    }

    private final Link link;
    private final StructureWriter writer;
    private final String store;
    private final SideTables side;
    private Ids ids;
    private List<Cells> added = List.of();

    DatabaseEdit(Link link, Ids ids, StructureWriter writer, String store) {
        this.link = link;
        this.ids = ids;
        this.writer = writer;
        this.store = store;
        this.side = new SideTables(link);
    }

    /** Makes the rows a change adds; needs no transaction, and takes the time. */
    static Prepared prepare(Write<Row> write, StructureWriter writer) {
        if (!(write instanceof Write.Append<Row> append)) {
            return new Prepared(write, List.of());
        }
        List<Cells> added = new ArrayList<>(append.rows().size());
        for (Row row : append.rows()) {
            added.add(writer.cells(row, null, "new row " + added.size(), write.operation()));
        }
        return new Prepared(write, added);
    }

    Ids ids() {
        return ids;
    }

    /** Makes one change; answers the number of rows after it. If it fails, a savepoint undoes what it wrote. */
    long apply(Prepared prepared) throws SQLException {
        Ids before = ids;
        added = prepared.added();
        try {
            if (link.version() != Layout.WRITTEN) {
                throw new UnsupportedStoreOperationException(
                        store,
                        prepared.write().operation(),
                        "version %d of ase.db is only read; copy the rows into a new file".formatted(link.version()));
            }
            long size = prepared.write().accept(this);
            side.flush(ids);
            return size;
        } catch (EngineException e) {
            ids = before;
            side.forget();
            throw e.failure();
        } catch (RuntimeException e) {
            ids = before;
            side.forget();
            throw e;
        }
    }

    private static void engine(Step step) {
        try {
            step.run();
        } catch (SQLException failure) {
            throw new EngineException(failure);
        }
    }

    private Cells cells(long position) {
        long id = ids.at(position);
        try {
            Cells found = link.cells(id, position, Layout.COLUMNS);
            if (found == null) {
                throw new Database.MissingRowException(id, position);
            }
            return found;
        } catch (SQLException failure) {
            throw new EngineException(failure);
        }
    }

    private void replace(long id, Cells cells, @Nullable Cells before) {
        engine(() -> {
            @Nullable Object[] arguments = Arrays.copyOf(cells.all(), Layout.COLUMNS.size() + 1);
            arguments[arguments.length - 1] = id;
            link.change(REPLACEMENT, arguments);
            boolean same = before != null
                    && Objects.equals(cells.get(Layout.PAIRS), before.get(Layout.PAIRS))
                    && Objects.deepEquals(cells.get(Layout.NUMBERS), before.get(Layout.NUMBERS));
            if (!same) {
                side.changed(id);
            }
        });
    }

    @Override
    public Long append(Write.Append<Row> write) {
        engine(() -> {
            if (added.isEmpty()) {
                return;
            }
            long first = Math.max(
                            link.number("SELECT coalesce(max(id), 0) FROM systems"),
                            link.number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'systems'"))
                    + 1;
            if (first > Long.MAX_VALUE - added.size()) {
                throw new UnsupportedDataException(store, "table systems", "the largest id is used up", null);
            }
            long id = first;
            for (Cells cells : added) {
                List<@Nullable Object> arguments = new ArrayList<>(Collections.singletonList(id));
                Collections.addAll(arguments, cells.all());
                link.change(INSERTION, arguments.toArray());
                side.insert(id, cells);
                id++;
            }
            ids = ids.grown(first, added.size(), store);
        });
        return ids.size();
    }

    @Override
    public Long insert(Write.Insert<Row> write) {
        throw new UnsupportedStoreOperationException(
                store, write.operation(), "rows are in the order of ids that only grow");
    }

    @Override
    public Long reserve(Write.Reserve<Row> write) {
        throw new UnsupportedStoreOperationException(store, write.operation(), "the format has no reserved rows");
    }

    @Override
    public Long put(Write.Put<Row> write) {
        Positions where = resolved(write.where(), write.expected());
        requireOneFor(where, write.rows().size(), false);
        for (int i = 0; i < where.count(); i++) {
            Cells old = cells(where.at(i));
            replace(old.id(), writer.cells(write.rows().get(i), old, old.place(), write.operation()), old);
        }
        return ids.size();
    }

    @Override
    public Long update(Write.Update<Row> write) {
        Positions where = resolved(write.where(), write.expected());
        requireOneFor(where, write.changes().size(), true);
        boolean shared = write.changes().size() == 1;
        for (int i = 0; i < where.count(); i++) {
            Row patch = write.changes().get(shared ? 0 : i);
            if (patch.size() > 0) {
                Cells cells = cells(where.at(i));
                Object pairs = cells.get(Layout.PAIRS);
                writer.update(cells, patch);
                boolean same = Objects.equals(pairs, cells.get(Layout.PAIRS)) && !patch.has("arrays.numbers");
                replace(cells.id(), cells, same ? cells : null);
            }
        }
        return ids.size();
    }

    @Override
    public Long drop(Write.Drop<Row> write) {
        Positions where = write.where().resolve(ids.size(), store);
        for (int i = 0; i < where.count() && !write.keys().isEmpty(); i++) {
            Cells cells = cells(where.at(i));
            Object pairs = cells.get(Layout.PAIRS);
            if (writer.drop(cells, write.keys(), write.operation())) {
                replace(cells.id(), cells, Objects.equals(pairs, cells.get(Layout.PAIRS)) ? cells : null);
            }
        }
        return ids.size();
    }

    @Override
    public Long delete(Write.Delete<Row> write) {
        Positions where = resolved(write.where(), write.expected());
        long[] gone = new long[Math.toIntExact(where.count())];
        for (int i = 0; i < gone.length; i++) {
            gone[i] = ids.at(where.at(i));
        }
        Arrays.sort(gone);
        engine(() -> {
            for (long id : gone) {
                link.change("DELETE FROM systems WHERE id = ?", id);
                side.deleted(id);
            }
            ids = ids.without(gone, store);
        });
        return ids.size();
    }

    /** Deletes all rows. The ids are not used again: somebody may know rows by them. */
    @Override
    public Long clear(Write.Clear<Row> write) {
        engine(() -> {
            link.execute("DELETE FROM systems");
            side.clear();
            ids = Ids.none();
        });
        return ids.size();
    }

    private Positions resolved(Selection selection, Optional<Version> expected) {
        Positions where = selection.resolve(ids.size(), store);
        Version version = expected.orElse(null);
        if (version != null) {
            if (where.count() != 1) {
                throw new IllegalArgumentException(
                        "rows selected: %d (expected: 1, as a version is given)".formatted(where.count()));
            }
            if (!cells(where.at(0)).version().equals(version)) {
                throw new VersionConflictException(store, where.at(0));
            }
        }
        return where;
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }
}
