package io.atomflux.file.lmdb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.WriteFailedException;
import java.util.Objects;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.Platform;
import org.lwjgl.util.lmdb.LMDB;

/** Checks every return code of LMDB, and says once what each means to a user. */
final class LmdbErrors {

    // errno values that are the same on Linux, macOS and Windows' C library
    static final int ENOSPC = 28;
    private static final int EFBIG = 27;
    private static final int EPERM = 1;
    static final int EIO = 5;
    private static final int EACCES = 13;
    private static final int EROFS = 30;
    private static final int WINDOWS_ACCESS_DENIED = 5;
    private static final int WINDOWS_WRITE_PROTECT = 19;
    private static final int EDQUOT_LINUX = 122;
    private static final int EDQUOT_MACOS = 69;

    private LmdbErrors() {}

    /** Accepts success and nothing else. */
    static void check(int code, String call) {
        if (code != LMDB.MDB_SUCCESS) {
            throw new NativeFailure(code, call);
        }
    }

    /** Tells found from not found; fails on anything else. */
    static boolean found(int code, String call) {
        if (code == LMDB.MDB_SUCCESS) {
            return true;
        }
        if (code == LMDB.MDB_NOTFOUND) {
            return false;
        }
        throw new NativeFailure(code, call);
    }

    /** Tells whether a code says that something may not be written. */
    static boolean isDenied(int code) {
        return Platform.get() == Platform.WINDOWS
                ? code == WINDOWS_ACCESS_DENIED || code == WINDOWS_WRITE_PROTECT
                : code == EPERM || code == EACCES || code == EROFS;
    }

    static String text(int code) {
        return Objects.requireNonNullElse(MemoryUtil.memUTF8Safe(LMDB.nmdb_strerror(code)), "unknown error");
    }

    /** Turns a failure into what callers see. Reads, and writes whose transaction was aborted: nothing was applied. */
    static AtomfluxException translate(NativeFailure failure, String store) {
        switch (failure.code()) {
            case LMDB.MDB_MAP_FULL:
                return new StoreFullException(store, "the map cannot grow any more", failure);
            case LMDB.MDB_TXN_FULL:
                return new StoreFullException(
                        store, "the change is larger than one transaction of LMDB; make it in parts", failure);
            case ENOSPC:
            case EDQUOT_LINUX:
            case EDQUOT_MACOS:
                return new StoreFullException(store, "no space left on the disk, or a quota is used up", failure);
            case EFBIG:
                return new StoreFullException(store, "the file would exceed the largest allowed size", failure);
            case LMDB.MDB_CORRUPTED:
            case LMDB.MDB_PAGE_NOTFOUND:
            case LMDB.MDB_CURSOR_FULL:
            case LMDB.MDB_INCOMPATIBLE:
                return new CorruptDataException(store, "data.mdb", LmdbErrors.text(failure.code()), failure);
            case LMDB.MDB_INVALID:
                return new CorruptDataException(store, "data.mdb", "it is not a file of LMDB", failure);
            case LMDB.MDB_VERSION_MISMATCH:
                return new CorruptDataException(
                        store, "data.mdb", "it has another file format than LMDB 0.9, which is needed", failure);
            case LMDB.MDB_READERS_FULL:
                return new StoreBusyException(
                        store, "all reader slots are taken by other processes (option max_readers)", failure);
            default:
                return new StoreIoException(store, failure.call(), failure);
        }
    }

    /** A commit that failed, when nobody can tell whether it counts. */
    static AtomfluxException unknownOutcome(NativeFailure failure, String store) {
        return new WriteFailedException(store, Outcome.UNKNOWN, failure);
    }
}
