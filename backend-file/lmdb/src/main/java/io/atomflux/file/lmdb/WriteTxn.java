package io.atomflux.file.lmdb;

import static io.atomflux.file.lmdb.LmdbErrors.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.util.lmdb.LMDB;

/** A write transaction with its cursor; begun, used and ended by one thread. */
final class WriteTxn {

    private final long txn;
    private final int database;
    final NativeCursor cursor = new NativeCursor();
    final RowScanner scanner;
    private final String store;
    private @Nullable State before;
    private boolean open = true;

    /** Begins, waiting for writers of other processes; the state known is kept if it is that of the last commit. */
    WriteTxn(long env, int database, String store, @Nullable State known) {
        this.database = database;
        this.store = store;
        long place = MemoryUtil.nmemAllocChecked(Long.BYTES);
        try {
            check(LMDB.nmdb_txn_begin(env, 0, 0, place), "begin a write transaction");
            txn = MemoryUtil.memGetLong(place);
        } catch (NativeFailure failure) {
            cursor.free(false);
            throw failure;
        } finally {
            MemoryUtil.nmemFree(place);
        }
        try {
            cursor.open(txn, database);
            long last = LMDB.nmdb_txn_id(txn) - 1;
            before = known != null && known.txn() == last ? known : null;
        } catch (RuntimeException failure) {
            abort();
            throw failure;
        }
        scanner = new RowScanner(cursor, store);
    }

    /** Returns the state before this transaction, read when first asked for, before anything is written. */
    State before() {
        State known = before;
        if (known == null) {
            known = State.load(id() - 1, cursor, store);
            before = known;
            scanner.lost();
        }
        return known;
    }

    long id() {
        return LMDB.nmdb_txn_id(txn);
    }

    /** Deletes everything. */
    void dropAll() {
        check(LMDB.nmdb_drop(txn, database, 0), "empty the database");
        scanner.lost();
    }

    /** Deletes all cells and the index; everything else stays, also what other programs keep here. */
    void dropRows() {
        List<byte[][]> kept = new ArrayList<>();
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            byte first = cursor.keySize() == 0 ? 0 : MemoryUtil.memGetByte(cursor.keyAddress());
            if (first >= '0' && first <= '9') {
                more = cursor.seek(cursor.key(new byte[] {'9' + 1})); // over all cells at once
                if (!more) {
                    break;
                }
            }
            byte[] key = cursor.keyBytes();
            if (!startsWith(key, Layout.BLOCK) && !Arrays.equals(key, Layout.SIZES)) {
                kept.add(new byte[][] {key, cursor.dataBytes()});
            }
        }
        dropAll();
        for (byte[][] entry : kept) {
            cursor.put(cursor.key(entry[0]), entry[1]);
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Makes all of it visible and durable; the transaction is over, also after a failure. */
    void commit() {
        open = false;
        cursor.free(true);
        check(LMDB.nmdb_txn_commit(txn), "commit");
    }

    void abort() {
        if (open) {
            open = false;
            cursor.free(true);
            LMDB.nmdb_txn_abort(txn);
        }
    }
}
