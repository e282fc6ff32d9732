package io.atomflux.file.lmdb;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Names;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Versioned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lwjgl.util.lmdb.LMDB;

/**
 * One opening of one group; any number of them share the environment.
 *
 * <p>Opens its environment at the first call that needs it and finds one there, or at the first change; a store that was
 * removed, by whichever process, is looked for anew. Reads may run on several threads at once; so may changes, which
 * then wait for each other. Longer than most files because it is the whole contract of a backend.
 */
final class LmdbStore implements BlockingRowBackend<BlobRow> {

    /** Work of one read transaction. */
    interface Reading<T> {
        T run(Environment environment, ReadTxn txn, State state) throws IOException;
    }

    /** A seek costs about as much as so many steps of a walk. */
    private static final int SEEK = 3;

    private record Picked(Columns columns, Fields fields) {}

    private final Path location;
    private final String group;
    private final Place place;
    private final String name;
    private final boolean readOnly;
    private final LmdbOptions options;
    private final Object opening = new Object();
    private volatile @Nullable Environment environment;
    private volatile boolean closed;
    private volatile boolean swept;
    private volatile Picked picked = new Picked(Columns.of(List.of()), Fields.NONE);

    /** Takes the location as the user gave it, which is how messages name it. */
    LmdbStore(Path location, String group, boolean readOnly, LmdbOptions options) {
        this.location = location.toAbsolutePath().normalize();
        this.group = Names.group(group);
        this.place = Place.folder(Names.inside(this.location, group));
        this.name = name(location, group);
        this.readOnly = readOnly;
        this.options = options;
    }

    @Override
    public Class<BlobRow> rowType() {
        return BlobRow.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities(readOnly, options);
    }

    static String name(Path location, String group) {
        return group.equals(Layout.DEFAULT_GROUP) ? location.toString() : location + ", group " + group;
    }

    static Set<Capability> capabilities(boolean readOnly, LmdbOptions options) {
        Set<Capability> all = readOnly
                ? EnumSet.of(Capability.GROUPS, Capability.VERSIONS, Capability.CHANGES, Capability.SNAPSHOT)
                : EnumSet.complementOf(EnumSet.of(Capability.EMPTY_ROWS));
        if (!options.sync()) {
            all.remove(Capability.DURABLE);
        }
        return all;
    }

    // opening

    void requireUsable() {
        if (closed) {
            throw new StoreClosedException(name);
        }
    }

    private @Nullable Environment opened(boolean create) throws IOException {
        Environment known = environment;
        if (known != null && !known.isRetired()) {
            return known;
        }
        synchronized (opening) {
            requireUsable();
            known = environment;
            if (known != null && !known.isRetired()) {
                return known;
            }
            environment = null;
            try {
                known = Environments.open(place, name, Opening.of(options));
                if (known == null && create) {
                    known = Environments.create(place, name, Opening.of(options));
                }
            } catch (NativeFailure failure) {
                throw LmdbErrors.translate(failure, name);
            }
            environment = known;
            return known;
        }
    }

    private StoreNotFoundException notFound() throws IOException {
        List<String> there = groups();
        if (Files.exists(location) && !Files.isDirectory(location)) {
            return new StoreNotFoundException(name, "a folder that holds its groups; there is a file of this name");
        }
        return new StoreNotFoundException(
                name,
                there.isEmpty()
                        ? "a folder that holds a folder " + group + " with data.mdb"
                        : "one of the groups " + String.join(", ", there));
    }

    /** Runs work in a read transaction on the last commit. */
    <T> T reading(Reading<T> work) throws IOException {
        return reading(false, work);
    }

    /**
     * Runs work in a read transaction on the last commit.
     *
     * @param keep whether the transaction is left to the work, paused, if it succeeds
     */
    <T> T reading(boolean keep, Reading<T> work) throws IOException {
        requireUsable();
        while (true) {
            Environment used = opened(false);
            if (used == null) {
                throw notFound();
            }
            if (used.isGoneFrom(place)) {
                Environments.retire(used); // deleted or replaced from outside
                continue;
            }
            try {
                ReadTxn txn = keep ? used.beginSnapshot() : used.begin();
                boolean kept = false;
                try {
                    State state = used.state(txn);
                    if (!state.isRemoved()) {
                        T result = work.run(used, txn, state);
                        used.requireUndisturbed(txn);
                        kept = keep;
                        return result;
                    }
                } finally {
                    if (kept) {
                        used.pause();
                    } else if (keep) {
                        used.endSnapshot(txn);
                    } else {
                        used.end(txn);
                    }
                }
                if (used.fileKey().equals(Environments.fileKey(place))) {
                    throw notFound(); // removing was cut short, or is about to rename the folder
                }
                Environments.retire(used);
            } catch (Environment.RetiredException gone) {
                requireUsable();
            } catch (NativeFailure failure) {
                if (failure.code() != LMDB.MDB_PANIC) {
                    throw LmdbErrors.translate(failure, name);
                }
                Environments.retire(used);
            }
        }
    }

    // reading

    @Override
    public long size() throws IOException {
        return reading((used, txn, state) -> state.size());
    }

    /** Returns the fields to look for; those of the store if all are wanted. */
    Fields fieldsOf(Columns columns) {
        List<String> keys = columns.keys().orElse(null);
        if (keys == null || keys.isEmpty()) {
            return Fields.NONE;
        }
        Picked known = picked;
        if (known.columns.equals(columns)) {
            return known.fields;
        }
        Fields fields = Fields.of(keys.stream().map(Bytes::ofKey).toList());
        picked = new Picked(columns, fields);
        return fields;
    }

    /**
     * Finds the wanted cells of a row.
     *
     * @param fields wanted ones
     * @param schema those of the store: only they make a row be there when none of the wanted ones is
     * @return null for a reserved row
     */
    Fields.@Nullable Shape scan(RowScanner scanner, long sortKey, Fields fields, Fields schema) {
        if (fields == schema) {
            return scanner.walk(sortKey, fields);
        }
        Fields.Shape found = fields.size() * SEEK > schema.size()
                ? scanner.walk(sortKey, fields, schema.size() - fields.size() >= SEEK)
                : scanner.pick(sortKey, fields);
        if (found == null && scanner.walk(sortKey, schema) != null) {
            scanner.forget();
            return Fields.NOTHING;
        }
        return found;
    }

    private BlobRow row(ReadTxn txn, long sortKey, Fields fields, Fields schema) {
        Fields.Shape shape = scan(txn.scanner, sortKey, fields, schema);
        return shape == null ? BlobRow.reserved() : txn.scanner.row(sortKey, shape.keys());
    }

    @Override
    public BlobRow get(long index, Columns columns) throws IOException {
        Fields wanted = fieldsOf(columns);
        return reading((used, txn, state) -> {
            long position = Selection.absolute(index, state.size(), name);
            long sortKey = state.index().keyAt(position, used.loader(txn, state));
            return row(txn, sortKey, columns.isAll() ? state.fields() : wanted, state.fields());
        });
    }

    @Override
    public List<BlobRow> read(Positions positions, Columns columns) throws IOException {
        Fields wanted = fieldsOf(columns);
        return reading((used, txn, state) -> {
            Index.Loader loader = used.loader(txn, state);
            Fields fields = columns.isAll() ? state.fields() : wanted;
            List<BlobRow> rows = new ArrayList<>((int) Math.min(positions.count(), 1 << 16));
            for (long i = 0; i < positions.count(); i++) {
                long position = Selection.absolute(positions.at(i), state.size(), name);
                rows.add(row(txn, state.index().keyAt(position, loader), fields, state.fields()));
            }
            return rows;
        });
    }

    @Override
    public BlockingReader<BlobRow> reader(ReadRequest request) {
        return new LmdbReader(this, request);
    }

    @Override
    public Versioned<BlobRow> getVersioned(long index) throws IOException {
        return reading((used, txn, state) -> {
            long position = Selection.absolute(index, state.size(), name);
            long sortKey = state.index().keyAt(position, used.loader(txn, state));
            txn.scanner.lost();
            var version = Versions.of(sortKey, txn.scanner, state.fields(), txn.cursor);
            txn.scanner.lost();
            return new Versioned<>(row(txn, sortKey, state.fields(), state.fields()), version);
        });
    }

    @Override
    public List<String> groups() throws IOException {
        if (!Files.isDirectory(location)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(location)) {
            return entries.filter(entry -> Files.exists(entry.resolve(Layout.DATA_FILE))
                            || Files.exists(entry.resolve(Layout.LOCK_FILE)))
                    .map(entry -> entry.getFileName().toString())
                    .filter(entry -> !Removal.isRest(entry))
                    .sorted()
                    .toList();
        }
    }

    // writing

    @Override
    public long apply(Write<BlobRow> write) throws IOException {
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

    @Override
    public List<WriteResult> applyAll(List<Write<BlobRow>> writes) {
        try {
            requireUsable();
            if (readOnly) {
                return writes.stream()
                        .map(write -> WriteResult.failed(new ReadOnlyStoreException(name, write.operation())))
                        .toList();
            }
            if (!swept) {
                swept = true;
                Removal.sweep(location);
            }
            while (true) {
                Environment used = Objects.requireNonNull(opened(true));
                try {
                    return used.writing(() ->
                            new Committing<>(used, name, place, txn -> new StoreEdit(txn, name)).applyAll(writes));
                } catch (Environment.RetiredException gone) {
                    requireUsable();
                }
            }
        } catch (IOException | RuntimeException failure) {
            Throwable shown = failure instanceof NativeFailure code
                    ? LmdbErrors.translate(code, name)
                    : failure instanceof IOException io
                            ? new StoreIoException(name, "opening for writing", io)
                            : failure;
            return writes.stream().map(write -> WriteResult.failed(shown)).toList();
        }
    }

    @Override
    public void remove() throws IOException {
        requireUsable();
        if (readOnly) {
            throw new ReadOnlyStoreException(name, "remove");
        }
        while (true) {
            Environment used = opened(false);
            if (used == null) {
                return;
            }
            try {
                new Removal(used, name, place).run();
                return;
            } catch (Environment.RetiredException gone) {
                requireUsable();
            } catch (NativeFailure failure) {
                throw LmdbErrors.translate(failure, name);
            }
        }
    }

    // changes

    /**
     * Takes the file and the time it was written together with LMDB's transaction id and our log: a store that Python made anew
     * often has the transaction ids, and even the inode, of the one before.
     */
    @Override
    public Optional<String> etag() throws IOException {
        return reading((used, txn, state) -> Optional.of("%s-%s-%d"
                .formatted(
                        History.now(state).token(),
                        used.fileKey(),
                        Files.getLastModifiedTime(place.data()).to(TimeUnit.NANOSECONDS))));
    }

    @Override
    public Revision revision() throws IOException {
        return reading((used, txn, state) -> History.now(state));
    }

    @Override
    public List<Change> changesAfter(Revision revision, int limit) throws IOException {
        History.Point from = History.parse(revision);
        return reading((used, txn, state) -> {
            txn.scanner.lost();
            return History.after(from, limit, state, txn.cursor);
        });
    }

    @Override
    public List<String> verify() throws IOException {
        return verify(false); // values may be raw bytes; reading them as objects shows which are not
    }

    /** Checks the store, on demand also whether all values decode. */
    List<String> verify(boolean values) throws IOException {
        try {
            PageCheck.completely(place.data(), name);
            return reading((used, txn, state) -> {
                txn.scanner.lost();
                return new Verification(txn.cursor, state, used.loader(txn, state), values).run();
            });
        } catch (CorruptDataException corrupt) {
            return List.of(corrupt.place() + ": " + corrupt.problem());
        }
    }

    @Override
    public void close() {
        synchronized (opening) {
            closed = true;
            Environment known = environment;
            environment = null;
            if (known != null) {
                Environments.release(known);
            }
        }
    }
}
