package io.atomflux.file.asedb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import java.sql.SQLException;

/** Says in our words what SQLite's result codes mean (<a href="https://www.sqlite.org/rescode.html">rescode</a>). */
final class SqliteErrors {

    private static final int PERM = 3;
    static final int BUSY = 5;
    private static final int LOCKED = 6;
    private static final int READONLY = 8;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CANTOPEN = 14;
    static final int TOOBIG = 18;
    private static final int NOTADB = 26;

    private SqliteErrors() {}

    /** Returns the primary result code. */
    static int code(SQLException failure) {
        return failure.getErrorCode() & 0xff;
    }

    /**
     * Translates a failure.
     *
     * @param place where in the store, e.g. {@code row 3 (id 4)}
     * @param most the largest row, for rows that are larger
     */
    static AtomfluxException translate(SQLException failure, String store, String place, long most) {
        return switch (code(failure)) {
            case BUSY, LOCKED -> new StoreBusyException(store, "another process or opening holds its lock", failure);
            case CORRUPT -> new CorruptDataException(store, place, "SQLite finds its pages malformed", failure);
            case NOTADB -> new CorruptDataException(store, "the first page", "not a database of SQLite", failure);
            case FULL -> new StoreFullException(store, "the disk is full", failure);
            case TOOBIG ->
                new LimitExceededException(
                        "bytes of %s in %s".formatted(place, store),
                        most + 1,
                        most,
                        "open with a larger max_row_bytes if this is no damage");
            case READONLY ->
                new StoreAccessException(
                        store,
                        "the file, its folder or this opening is for reading only, and SQLite has to write; a change that was"
                                + " cut off is undone by whoever may write",
                        failure);
            case PERM, CANTOPEN ->
                new StoreAccessException(
                        store, "the file or its journal cannot be opened; look at permissions", failure);
            default -> new StoreIoException(store, place, failure);
        };
    }
}
