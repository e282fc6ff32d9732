package io.atomflux.file.columnar.journal;

import io.atomflux.error.Outcome;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** What an error of the file system means for a change. */
final class Failures {

    private Failures() {}

    /** A change that failed before its commit: nothing happened. */
    static RuntimeException before(String store, IOException cause) {
        String reason = cause instanceof FileSystemException system ? system.getReason() : cause.getMessage();
        // File too large: a limit of the file system, of the process (ulimit -f) or of its user.
        return reason != null
                        && (reason.contains("No space left")
                                || reason.contains("quota")
                                || reason.contains("File too large"))
                ? new StoreFullException(store, reason, cause)
                : new WriteFailedException(store, Outcome.NOT_APPLIED, cause);
    }

    /** A change that was committed, but not put in place: the journal is there, whoever comes next applies it. */
    static RuntimeException after(String store, IOException cause) {
        return new WriteFailedException(store, Outcome.APPLIED, cause);
    }
}
