package io.atomflux.file.aselmdb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreIoException;
import io.atomflux.file.lmdb.SingleFile;
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
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One opening of one database of ASE. Reads may run on several threads at once; so may changes, which then wait for each
 * other.
 */
final class AseLmdbStore implements BlockingRowBackend<Row> {

    private static final int READERS = 126; // LMDB's own default, which ase-db-backends leaves
    private static final int LEAST_LIMIT = 1 << 20; // for the ids, which are no row

    private final String name;
    private final boolean readOnly;
    private final AseLmdbOptions options;
    private final SingleFile file;
    private final Zlib idsZlib;
    private final RowSource source;
    private final StructureWriter writer;
    private volatile @Nullable Ids known;

    /** Takes the location as the user gave it, which is how messages name it. */
    AseLmdbStore(Path location, boolean readOnly, AseLmdbOptions options) {
        this.name = location.toString();
        this.readOnly = readOnly;
        this.options = options;
        this.file = new SingleFile(
                location,
                name,
                new SingleFile.Access(options.mapSize(), READERS, options.sync(), options.lock()),
                "a file, an ASE database in LMDB");
        this.idsZlib = new Zlib(name, Math.max(LEAST_LIMIT, options.maxRowBytes()));
        this.source = new RowSource(name, new Zlib(name, options.maxRowBytes()));
        this.writer = new StructureWriter(name, options.keyValuePairs(), Clock.systemUTC());
    }

    static Set<Capability> capabilities(boolean readOnly, AseLmdbOptions options) {
        Set<Capability> all = readOnly
                ? EnumSet.of(Capability.VERSIONS, Capability.SNAPSHOT, Capability.DURABLE)
                : EnumSet.complementOf(EnumSet.of(
                        Capability.INSERT,
                        Capability.RESERVE,
                        Capability.GROUPS,
                        Capability.CHANGES,
                        Capability.EMPTY_ROWS));
        if (readOnly || !options.sync()) {
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

    /** Returns the ids of a snapshot, from memory where they did not change. */
    Ids ids(SingleFile.Snapshot snapshot) {
        Ids before = known;
        Ids loaded = Ids.load(snapshot, before, idsZlib, name);
        if (before == null || before.isBefore(loaded)) {
            known = loaded; // two at once may keep the older one, which costs a look
        }
        return loaded;
    }

    RowSource source() {
        return source;
    }

    @Override
    public long size() throws IOException {
        return file.read(snapshot -> ids(snapshot).size());
    }

    @Override
    public Row get(long index, Columns columns) throws IOException {
        RowDecoder.Stored stored = file.read(snapshot -> {
            Ids ids = ids(snapshot);
            return stored(snapshot, ids, Selection.absolute(index, ids.size(), name));
        });
        return new RowDecoder(source, columns).row(stored);
    }

    @Override
    public List<Row> read(Positions positions, Columns columns) throws IOException {
        List<RowDecoder.Stored> stored = file.read(snapshot -> {
            Ids ids = ids(snapshot);
            List<RowDecoder.Stored> found = new ArrayList<>();
            for (long i = 0; i < positions.count(); i++) {
                found.add(stored(snapshot, ids, Selection.absolute(positions.at(i), ids.size(), name)));
            }
            return found;
        });
        RowDecoder decoder = new RowDecoder(source, columns);
        List<Row> rows = new ArrayList<>(stored.size());
        while (rows.size() < stored.size()) {
            rows.addAll(decoder.rows(stored.subList(rows.size(), stored.size())));
        }
        return rows;
    }

    private RowDecoder.Stored stored(SingleFile.Snapshot snapshot, Ids ids, long position) {
        long id = ids.at(position);
        return new RowDecoder.Stored(id, position, source.stored(snapshot, id, position));
    }

    @Override
    public BlockingReader<Row> reader(ReadRequest request) {
        return new AseLmdbReader(this, file, request, new RowDecoder(source, request.columns()));
    }

    @Override
    public Versioned<Row> getVersioned(long index) throws IOException {
        RowDecoder.Stored stored = file.read(snapshot -> {
            Ids ids = ids(snapshot);
            return stored(snapshot, ids, Selection.absolute(index, ids.size(), name));
        });
        return new Versioned<>(
                new RowDecoder(source, Columns.ALL).row(stored), RowSource.version(stored.id(), stored.bytes()));
    }

    @Override
    public long apply(Write<Row> write) throws IOException {
        WriteResult result = applyAll(List.of(write)).get(0);
        Throwable failure = result.failure();
        if (failure instanceof RuntimeException runtime) {
            throw runtime;
        } else if (failure instanceof Error error) {
            throw error;
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

    private List<WriteResult> made(List<DatabaseEdit.Prepared> prepared) {
        try {
            return file.write(prepared, changes -> new DatabaseEdit(changes, source, writer, ids(changes), name));
        } catch (IOException | RuntimeException failure) {
            Throwable shown =
                    failure instanceof IOException io ? new StoreIoException(name, "opening for writing", io) : failure;
            return prepared.stream().map(change -> WriteResult.failed(shown)).toList();
        }
    }

    @Override
    public void remove() throws IOException {
        if (readOnly) {
            throw new ReadOnlyStoreException(name, "remove");
        }
        file.remove();
    }

    @Override
    public Optional<String> etag() throws IOException {
        return Optional.of(file.read(SingleFile.Snapshot::etag));
    }

    @Override
    public List<String> verify() throws IOException {
        return new Verification(file, this).run();
    }

    @Override
    public void close() {
        file.close();
    }
}
