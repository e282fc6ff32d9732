package io.atomflux.file.lmdb;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.KeySet;
import io.atomflux.value.Version;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes changes inside one write transaction, one after the other.
 *
 * <p>Each is checked completely against what the ones before it left, and only then made: one that is refused leaves no
 * trace, and {@link #isMutating} tells a refusal from a failure half way. Answers the number of rows after the change.
 * Longer than most files because all kinds of changes stand here side by side.
 */
final class StoreEdit implements Write.Visitor<BlobRow, Long>, Committing.Edit<Write<BlobRow>> {

    /** Each costs 8 bytes in the index, all of them in one transaction. */
    private static final long MOST_RESERVED = 64 << 20;

    private final WriteTxn txn;
    private final String store;
    private final IndexEdit index;
    private final CellWriter cells;
    private final LogEdit log;
    private Fields fields;
    private long next;
    private boolean mutating;
    private boolean changed;

    StoreEdit(WriteTxn txn, String store) {
        this.txn = txn;
        this.store = store;
        State before = txn.before();
        this.index = new IndexEdit(before.index(), before.loader(txn.cursor, store));
        this.cells = new CellWriter(txn);
        this.log = new LogEdit(before);
        this.fields = before.fields();
        this.next = before.next();
    }

    @Override
    public long apply(Write<BlobRow> write) {
        mutating = false;
        long size = write.accept(this);
        mutating = false;
        return size;
    }

    @Override
    public boolean isMutating() {
        return mutating;
    }

    @Override
    public boolean isChanged() {
        return changed || txn.before().isRemoved();
    }

    private void begin() {
        mutating = true;
        changed = true;
    }

    /** Writes index, counters, schema and log. */
    @Override
    public State flush() {
        NativeCursor cursor = txn.cursor;
        index.flush(txn);
        cursor.put(cursor.key(Layout.NEXT), Long.toString(next).getBytes(StandardCharsets.US_ASCII));
        if (fields != txn.before().fields() || txn.before().next() == 0) {
            cursor.put(cursor.key(Layout.SCHEMA), fields.joined());
        }
        LogHead head = log.flush(cursor, txn.id());
        return new State(txn.id(), next, index.toIndex(), fields, head);
    }

    @Override
    public Long append(Write.Append<BlobRow> write) {
        return add(index.size(), write.rows(), write.operation());
    }

    @Override
    public Long insert(Write.Insert<BlobRow> write) {
        return add(write.position(index.size()), write.rows(), write.operation());
    }

    private long add(long position, List<BlobRow> rows, String operation) {
        requireKeysLeft(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            requireDistinct(rows.get(i), operation);
            cells.requireStorable(rows.get(i), next + i);
        }
        long size = index.size();
        if (rows.isEmpty()) {
            return size;
        }
        begin();
        if (position == size) {
            index.append(next, rows.size());
            log.add(Change.Kind.APPENDED, size, size + rows.size());
        } else {
            index.insert(position, next, rows.size());
            log.add(Change.Kind.INSERTED, position, position + rows.size());
        }
        putAll(next, rows);
        growSchema(rows);
        next += rows.size();
        return size + rows.size();
    }

    /** Puts rows under consecutive sort keys, in the order of their cells' keys. */
    private void putAll(long firstKey, List<BlobRow> rows) {
        if (Layout.digits(firstKey) == Layout.digits(firstKey + rows.size() - 1)) {
            for (int i = 0; i < rows.size(); i++) {
                cells.put(firstKey + i, rows.get(i));
            }
            return;
        }
        Integer[] order = new Integer[rows.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Layout.compareAsText(firstKey + a, firstKey + b));
        for (int i : order) {
            cells.put(firstKey + i, rows.get(i));
        }
    }

    private void growSchema(Iterable<BlobRow> rows) {
        Set<KeySet> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Bytes> more = new HashSet<>();
        KeySet last = KeySet.EMPTY;
        for (BlobRow row : rows) {
            if (row.keySet() != last && seen.add(row.keySet())) {
                cells.collectNew(row.keySet(), fields, more);
            }
            last = row.keySet();
        }
        fields = fields.plus(more);
    }

    @Override
    public Long put(Write.Put<BlobRow> write) {
        Positions where = write.where().resolve(index.size(), store);
        requireOneFor(where, write.rows().size(), false);
        write.expected().ifPresent(version -> requireVersion(where, version));
        Map<Long, BlobRow> rows = new LinkedHashMap<>();
        for (int i = 0; i < where.count(); i++) {
            rows.put(where.at(i), write.rows().get(i));
        }
        rows.forEach((position, row) -> {
            requireDistinct(row, write.operation());
            cells.requireStorable(row, index.keyAt(position));
        });
        if (rows.isEmpty()) {
            return index.size();
        }
        begin();
        rows.forEach((position, row) -> {
            long sortKey = index.keyAt(position);
            cells.deleteRow(sortKey);
            cells.put(sortKey, row);
        });
        growSchema(rows.values());
        log.replaced(distinct(where));
        return index.size();
    }

    @Override
    public Long update(Write.Update<BlobRow> write) {
        Positions where = write.where().resolve(index.size(), store);
        requireOneFor(where, write.changes().size(), true);
        write.expected().ifPresent(version -> requireVersion(where, version));
        boolean shared = write.changes().size() == 1;
        Map<Long, BlobRow> patches = new LinkedHashMap<>();
        for (int i = 0; i < where.count(); i++) {
            BlobRow patch = write.changes().get(shared ? 0 : i);
            if (!patch.isReserved()) {
                patches.merge(
                        where.at(i), patch, (first, second) -> first.equals(second) ? second : first.merge(second));
            }
        }
        patches.forEach((position, patch) -> {
            long sortKey = index.keyAt(position);
            cells.requireStorable(patch, sortKey);
            if (patch.size() == 0) {
                scannedAnew();
                if (txn.scanner.walk(sortKey, fields) == null) {
                    throw emptyRow(write.operation());
                }
            }
        });
        patches.values().removeIf(patch -> patch.size() == 0);
        if (patches.isEmpty()) {
            return index.size();
        }
        begin();
        patches.forEach((position, patch) -> cells.put(index.keyAt(position), patch));
        growSchema(patches.values());
        log.replaced(patches.keySet().stream().mapToLong(p -> p).sorted().toArray());
        return index.size();
    }

    @Override
    public Long delete(Write.Delete<BlobRow> write) {
        Positions where = write.where().resolve(index.size(), store);
        write.expected().ifPresent(version -> requireVersion(where, version));
        long[] positions = distinct(where);
        long[] keys = new long[positions.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = index.keyAt(positions[i]);
        }
        if (keys.length == 0) {
            return index.size();
        }
        begin();
        for (long key : keys) {
            cells.deleteRow(key);
        }
        index.delete(positions);
        log.deleted(positions);
        return index.size();
    }

    @Override
    public Long drop(Write.Drop<BlobRow> write) {
        long[] positions = distinct(write.where().resolve(index.size(), store));
        Set<Bytes> dropped = new HashSet<>();
        write.keys().forEach(key -> dropped.add(Bytes.ofKey(key)));
        Fields wanted = Fields.of(dropped);
        long[] concerned = new long[positions.length];
        int count = 0;
        for (long position : positions) {
            long sortKey = index.keyAt(position);
            scannedAnew();
            Fields.Shape shape = txn.scanner.walk(sortKey, fields);
            int left = 0;
            for (int i = 0; shape != null && i < shape.fields().length; i++) {
                left += dropped.contains(Bytes.wrap(fields.encoded(shape.fields()[i]))) ? 0 : 1;
            }
            if (shape != null && left == 0) {
                throw emptyRow(write.operation());
            }
            scannedAnew();
            if (txn.scanner.pick(sortKey, wanted) != null) {
                concerned[count++] = position;
            }
        }
        if (count == 0) {
            return index.size();
        }
        begin();
        for (int i = 0; i < count; i++) {
            cells.deleteFields(index.keyAt(concerned[i]), dropped);
        }
        log.replaced(Arrays.copyOf(concerned, count));
        return index.size();
    }

    @Override
    public Long reserve(Write.Reserve<BlobRow> write) {
        requireKeysLeft(write.count());
        if (write.count() > MOST_RESERVED) {
            throw new LimitExceededException(
                    "rows reserved by one call in " + store, write.count(), MOST_RESERVED, "reserve in several calls");
        }
        long size = index.size();
        if (write.count() == 0) {
            return size;
        }
        begin();
        index.append(next, write.count());
        log.add(Change.Kind.APPENDED, size, size + write.count());
        next += write.count();
        return size + write.count();
    }

    @Override
    public Long clear(Write.Clear<BlobRow> write) {
        long size = index.size();
        if (size == 0) {
            return 0L;
        }
        begin();
        txn.dropRows();
        index.clear();
        log.add(Change.Kind.CLEARED, 0, size);
        return 0L;
    }

    /** Takes everything away and marks the store as removed. */
    State remove() {
        begin();
        txn.dropAll();
        index.clear();
        NativeCursor cursor = txn.cursor;
        LogHead head = log.removed(txn.id());
        cursor.put(cursor.key(Layout.LOG_HEAD), head.bytes());
        return new State(txn.id(), 0, Index.EMPTY, Fields.NONE, head);
    }

    private void requireKeysLeft(long rows) {
        if (rows > Layout.KEY_LIMIT - next) {
            throw new LimitExceededException(
                    "sort keys used in " + store, rows, Layout.KEY_LIMIT - next, "copy the rows to a new store");
        }
        long blocks = (index.size() + rows) / Layout.BLOCK_ENTRIES;
        if (blocks > Integer.MAX_VALUE / 16) {
            throw new LimitExceededException(
                    "rows of " + store,
                    index.size() + rows,
                    (long) Integer.MAX_VALUE / 16 * Layout.BLOCK_ENTRIES,
                    "use several groups");
        }
    }

    private void requireDistinct(BlobRow row, String operation) {
        if (row.size() == 0 && !row.isReserved()) {
            throw emptyRow(operation);
        }
    }

    private UnsupportedStoreOperationException emptyRow(String operation) {
        return new UnsupportedStoreOperationException(
                store, operation, "its layout cannot tell a row without keys from a reserved one");
    }

    private void requireVersion(Positions where, Version expected) {
        if (where.count() != 1) {
            throw new IllegalArgumentException(
                    "rows selected: %d (expected: 1, as a version is given)".formatted(where.count()));
        }
        long sortKey = index.keyAt(where.at(0));
        scannedAnew();
        if (!Versions.of(sortKey, txn.scanner, fields, txn.cursor).equals(expected)) {
            throw new VersionConflictException(store, where.at(0));
        }
    }

    /** The cursor is shared with whatever ran before. */
    private void scannedAnew() {
        txn.scanner.lost();
    }

    private static long[] distinct(Positions where) {
        return Arrays.stream(where.toArray()).sorted().distinct().toArray();
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }
}
