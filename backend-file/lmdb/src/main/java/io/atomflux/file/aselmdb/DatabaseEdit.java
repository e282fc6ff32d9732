package io.atomflux.file.aselmdb;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.file.lmdb.SingleFile;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Makes changes inside one write transaction, one after the other; rows first, ids when all are made.
 *
 * <p>Rows are changed one by one, so that a change of many costs the memory of one. A change that fails half way is given up
 * with its transaction.
 */
final class DatabaseEdit implements SingleFile.Editor<DatabaseEdit.Prepared>, Write.Visitor<Row, Long> {

    /** Ids are kept in one value, which a transaction rewrites as a whole. */
    static final long MOST_DELETED = 32 << 20;

    /**
     * A change with the new rows it adds, compressed before the transaction began.
     *
     * @param write the change
     * @param stored what it adds, if it is an append
     */
    record Prepared(Write<Row> write, List<byte[]> stored) {}

    private final SingleFile.Changes changes;
    private final RowSource source;
    private final StructureWriter writer;
    private final String store;
    private final Ids before;
    private Ids ids;
    private List<byte[]> stored = List.of();
    private boolean mutating;
    private boolean changed;

    DatabaseEdit(SingleFile.Changes changes, RowSource source, StructureWriter writer, Ids before, String store) {
        this.changes = changes;
        this.source = source;
        this.writer = writer;
        this.store = store;
        this.before = before;
        this.ids = before;
    }

    @Override
    public long apply(Prepared prepared) {
        mutating = false;
        stored = prepared.stored();
        long size = prepared.write().accept(this);
        mutating = false;
        return size;
    }

    @Override
    public boolean isMutating() {
        return mutating;
    }

    @Override
    public boolean isChanged() {
        return changed;
    }

    /** Writes what tells which ids there are, where that changed. */
    @Override
    public void flush() {
        if (!ids.hasNextOf(before)) {
            changes.put(Ids.NEXT, Zlib.deflate(ascii(Long.toString(ids.next()))));
        }
        if (!ids.hasDeletedOf(before)) {
            changes.put(Ids.DELETED, Zlib.deflate(ascii(ids.deletedText())));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void begin() {
        mutating = true;
        changed = true;
    }

    private void put(long id, byte[] value) {
        begin();
        changes.put(Ids.key(id), value);
    }

    private RowDocument document(long position) {
        return source.document(source.stored(changes, ids.at(position), position), ids.at(position), position);
    }

    @Override
    public Long append(Write.Append<Row> write) {
        long id = ids.next();
        for (byte[] value : stored) {
            put(id++, value);
        }
        ids = ids.grown(stored.size());
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
            long position = where.at(i);
            long id = ids.at(position);
            RowDocument old = document(position);
            put(
                    id,
                    writer.document(write.rows().get(i), old, old.place(), write.operation())
                            .stored());
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
                RowDocument document = document(where.at(i));
                writer.update(document, patch);
                put(ids.at(where.at(i)), document.stored());
            }
        }
        return ids.size();
    }

    @Override
    public Long drop(Write.Drop<Row> write) {
        Positions where = write.where().resolve(ids.size(), store);
        for (int i = 0; i < where.count() && !write.keys().isEmpty(); i++) {
            RowDocument document = document(where.at(i));
            if (writer.drop(document, write.keys(), write.operation())) {
                put(ids.at(where.at(i)), document.stored());
            }
        }
        return ids.size();
    }

    @Override
    public Long delete(Write.Delete<Row> write) {
        Positions where = resolved(write.where(), write.expected());
        requireDeletable(where.count());
        long[] gone = new long[(int) where.count()];
        for (int i = 0; i < gone.length; i++) {
            gone[i] = ids.at(where.at(i));
        }
        if (gone.length > 0) {
            begin();
            for (long id : gone) {
                changes.delete(Ids.key(id));
            }
            ids = ids.without(gone);
        }
        return ids.size();
    }

    /** Deletes all rows. The ids are not used again: somebody may know rows by them. */
    @Override
    public Long clear(Write.Clear<Row> write) {
        requireDeletable(ids.size());
        if (ids.size() > 0) {
            begin();
            for (long position = 0; position < ids.size(); position++) {
                changes.delete(Ids.key(ids.at(position)));
            }
            ids = ids.withoutAll();
        }
        return ids.size();
    }

    private void requireDeletable(long count) {
        long deleted = ids.next() - 1 - ids.size();
        if (count + deleted > MOST_DELETED) {
            throw new LimitExceededException(
                    "deleted ids in " + store, count + deleted, MOST_DELETED, "remove the file, or copy what is left");
        }
    }

    private Positions resolved(Selection selection, Optional<Version> expected) {
        Positions where = selection.resolve(ids.size(), store);
        Version version = expected.orElse(null);
        if (version != null) {
            requireVersion(where, version);
        }
        return where;
    }

    private void requireVersion(Positions where, Version expected) {
        if (where.count() != 1) {
            throw new IllegalArgumentException(
                    "rows selected: %d (expected: 1, as a version is given)".formatted(where.count()));
        }
        long id = ids.at(where.at(0));
        if (!RowSource.version(id, source.stored(changes, id, where.at(0))).equals(expected)) {
            throw new VersionConflictException(store, where.at(0));
        }
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }

    /** Compresses the rows a change adds; needs no transaction, and takes the time. */
    static Prepared prepare(Write<Row> write, StructureWriter writer) {
        if (!(write instanceof Write.Append<Row> append)) {
            return new Prepared(write, List.of());
        }
        List<Row> rows = append.rows();
        byte[][] stored = new byte[rows.size()][];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = writer.document(rows.get(i), null, "new row " + i, write.operation())
                    .stored();
        }
        return new Prepared(write, Arrays.asList(stored));
    }
}
