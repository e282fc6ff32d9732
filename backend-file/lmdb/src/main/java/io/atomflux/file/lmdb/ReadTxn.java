package io.atomflux.file.lmdb;

import static io.atomflux.file.lmdb.LmdbErrors.check;

import org.lwjgl.system.MemoryUtil;
import org.lwjgl.util.lmdb.LMDB;

/**
 * A read transaction with its cursor, reset and renewed from one use to the next.
 *
 * <p>Made without MDB_NOTLS it would belong to one thread; so it is used by one thread at a time, not always the same.
 */
final class ReadTxn {

    private final long txn;
    final NativeCursor cursor = new NativeCursor();
    final RowScanner scanner;
    private boolean alive = true;

    ReadTxn(long env, int database, String store) {
        long place = MemoryUtil.nmemAllocChecked(Long.BYTES);
        try {
            check(LMDB.nmdb_txn_begin(env, 0, LMDB.MDB_RDONLY, place), "begin a read transaction");
            txn = MemoryUtil.memGetLong(place);
        } catch (NativeFailure failure) {
            cursor.free(false);
            throw failure;
        } finally {
            MemoryUtil.nmemFree(place);
        }
        try {
            cursor.open(txn, database);
        } catch (NativeFailure failure) {
            cursor.free(false);
            LMDB.nmdb_txn_abort(txn);
            throw failure;
        }
        scanner = new RowScanner(cursor, store);
    }

    /** Begins anew on the last commit. */
    void renew() {
        check(LMDB.nmdb_txn_renew(txn), "renew a read transaction");
        restart();
    }

    /** Lets go of cached places, which a growing map may have moved; the snapshot stays. */
    void restart() {
        cursor.renew(txn);
        scanner.lost();
    }

    /** Lets the snapshot go. */
    void reset() {
        LMDB.nmdb_txn_reset(txn);
    }

    long id() {
        return LMDB.nmdb_txn_id(txn);
    }

    /** Ends for good. */
    void free() {
        if (alive) {
            alive = false;
            cursor.free(true);
            LMDB.nmdb_txn_abort(txn);
        }
    }
}
