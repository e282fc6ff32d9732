package io.atomflux.file.asedb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreIoException;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One opening of one database of ASE. Reads may run on several threads at once; so may changes, which then wait for each
 * other.
 */
final class AseDbStore implements BlockingRowBackend<Row> {

    private final String name;
    private final boolean readOnly;
    private final AseDbOptions options;
    private final Database database;
    private final StructureWriter writer;

    /** Takes the location as the user gave it, which is how messages name it. */
    AseDbStore(Path location, boolean readOnly, AseDbOptions options) {
        this.name = location.toString();
        this.readOnly = readOnly;
        this.options = options;
        this.database = new Database(location, name, readOnly, options);
        this.writer = new StructureWriter(name, options.keyValuePairs(), Clock.systemUTC());
    }

    static Set<Capability> capabilities(boolean readOnly, AseDbOptions options) {
        Set<Capability> all = readOnly
                ? EnumSet.of(Capability.VERSIONS)
                : EnumSet.complementOf(EnumSet.of(
                        Capability.INSERT,
                        Capability.RESERVE,
                        Capability.GROUPS,
                        Capability.CHANGES,
                        Capability.SNAPSHOT, // would hold up writers, as SQLite without a log has one state at a time
                        Capability.EMPTY_ROWS));
        if (!options.sync()) {
            all.remove(Capability.DURABLE);
        }
        return all;
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities(readOnly, options);
    }

    @Override
    public long size() throws IOException {
        return database.read((link, ids) -> ids.size());
    }

    @Override
    public Row get(long index, Columns columns) throws IOException {
        StructureReader reader = new StructureReader(columns);
        List<String> wanted = reader.columns();
        return reader.row(
                database.read((link, ids) -> cells(link, ids, Selection.absolute(index, ids.size(), name), wanted)));
    }

    @Override
    public List<Row> read(Positions positions, Columns columns) throws IOException {
        StructureReader reader = new StructureReader(columns);
        List<String> wanted = reader.columns();
        return database.read((link, ids) -> {
            List<Row> rows = new ArrayList<>();
            for (long i = 0; i < positions.count(); i++) {
                long position = Selection.absolute(positions.at(i), ids.size(), name);
                rows.add(reader.row(cells(link, ids, position, wanted)));
            }
            return rows;
        });
    }

    private static Cells cells(Link link, Ids ids, long position, List<String> columns) throws SQLException {
        long id = ids.at(position);
        Cells found = link.cells(id, position, columns);
        if (found == null) {
            throw new Database.MissingRowException(id, position);
        }
        return found;
    }

    @Override
    public BlockingReader<Row> reader(ReadRequest request) throws IOException {
        return request.snapshot()
                ? BlockingRowBackend.super.reader(request) // which refuses it
                : new AseDbReader(database, name, request);
    }

    @Override
    public Versioned<Row> getVersioned(long index) throws IOException {
        Cells cells = database.read(
                (link, ids) -> cells(link, ids, Selection.absolute(index, ids.size(), name), Layout.COLUMNS));
        return new Versioned<>(new StructureReader(Columns.ALL).row(cells), cells.version());
    }

    @Override
    public long apply(Write<Row> write) throws IOException {
        WriteResult result = applyAll(List.of(write)).get(0);
        Throwable failure = result.failure();
        if (failure instanceof RuntimeException runtime) {
            throw runtime;
        } else if (failure != null) {
            throw failure instanceof IOException io ? io : new IOException(failure);
        }
        return result.size();
    }

    /** Prepares all changes, then makes those that can be made in one transaction. */
    @Override
    public List<WriteResult> applyAll(List<Write<Row>> writes) {
        List<@Nullable WriteResult> results = new ArrayList<>(writes.size());
        List<DatabaseEdit.Prepared> prepared = new ArrayList<>(writes.size());
        for (Write<Row> write : writes) {
            try {
                if (readOnly) {
                    throw new ReadOnlyStoreException(name, write.operation());
                }
                prepared.add(DatabaseEdit.prepare(write, writer));
                results.add(null);
            } catch (AtomfluxException | IllegalArgumentException refusal) {
                results.add(WriteResult.failed(refusal));
            }
        }
        List<WriteResult> made = prepared.isEmpty() ? List.of() : made(prepared);
        List<WriteResult> all = new ArrayList<>(writes.size());
        int next = 0;
        for (WriteResult result : results) {
            all.add(result == null ? made.get(next++) : result);
        }
        return all;
    }

    /** Makes changes in one transaction; if that fails as a whole, for a reason that may lie in one of them, one by one. */
    private List<WriteResult> made(List<DatabaseEdit.Prepared> prepared) {
        try {
            return database.write((link, ids, keeper) -> {
                DatabaseEdit edit = new DatabaseEdit(link, ids, writer, name);
                List<WriteResult> results = new ArrayList<>(prepared.size());
                for (DatabaseEdit.Prepared change : prepared) {
                    results.add(one(link, edit, change));
                }
                keeper.keep(edit.ids());
                return results;
            });
        } catch (IOException | RuntimeException failure) {
            boolean settled = failure instanceof AtomfluxException known && known.retryable();
            if (prepared.size() > 1 && !settled && !isUnknown(failure)) {
                List<WriteResult> singly = new ArrayList<>();
                for (DatabaseEdit.Prepared change : prepared) {
                    singly.addAll(made(List.of(change)));
                }
                return singly;
            }
            Throwable shown =
                    failure instanceof IOException io ? new StoreIoException(name, "opening for writing", io) : failure;
            return prepared.stream().map(change -> WriteResult.failed(shown)).toList();
        }
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof io.atomflux.error.WriteFailedException;
    }

    private WriteResult one(Link link, DatabaseEdit edit, DatabaseEdit.Prepared change) throws SQLException {
        link.execute("SAVEPOINT change");
        RuntimeException refusal;
        try {
            long size = edit.apply(change);
            link.execute("RELEASE change");
            return WriteResult.done(size);
        } catch (SQLException failure) {
            AtomfluxException told = SqliteErrors.translate(failure, name, "a row", options.maxRowBytes());
            if (!(told instanceof LimitExceededException)) {
                throw failure;
            }
            refusal = told;
        } catch (AtomfluxException | IllegalArgumentException failure) {
            refusal = failure;
        }
        link.execute("ROLLBACK TO change");
        link.execute("RELEASE change");
        return WriteResult.failed(refusal);
    }

    @Override
    public void remove() throws IOException {
        database.remove();
    }

    @Override
    public List<String> verify() throws IOException {
        return new Verification(database, name).run();
    }

    @Override
    public void close() throws IOException {
        database.close();
    }
}
