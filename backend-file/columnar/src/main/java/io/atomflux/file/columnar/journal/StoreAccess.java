package io.atomflux.file.columnar.journal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The one door to the files of a store: lock, journal, recovery.
 *
 * <p>Before anything is read or changed, what a writer that died had committed is applied. Where that cannot be written, it
 * is laid over the files in memory instead.
 */
public interface StoreAccess extends AutoCloseable {

    /** Something to do while the store is locked. */
    @FunctionalInterface
    interface Work<F extends StoreFiles, T> {
        /** Does it; the files are not used afterwards. */
        T with(F files) throws IOException;
    }

    /** Keeps programs that know nothing of the lock file away, where a format has a way for that. */
    interface Fence {
        /** No such way. */
        Fence NONE = (file, exclusive) -> () -> {};

        /**
         * Tries to lock a file as those programs do, without waiting.
         *
         * @return gives it back
         * @throws io.atomflux.error.StoreBusyException if one of them has it
         */
        Held lock(Path file, boolean exclusive) throws IOException;

        /** Gives a lock back. */
        @FunctionalInterface
        interface Held extends AutoCloseable {
            @Override
            void close() throws IOException;
        }
    }

    /** Returns the path of the store. */
    Path path();

    /** Returns where a new version of the store, or of a part of it, is written before it is adopted. */
    Path beside();

    /** Returns how often this library has committed, as the lock file tells; waits for nobody; 0 without lock file. */
    long generation() throws IOException;

    /** Runs while nobody of this library writes. */
    <T> T reading(Work<StoreFiles, T> work) throws IOException;

    /** Runs while nobody of this library reads or writes; what the work did not commit is undone. */
    <T> T writing(Work<StoreEdit, T> work) throws IOException;

    /** Takes the store away, with all that lies beside it; other processes that wait go on with nothing. */
    void remove() throws IOException;

    @Override
    void close() throws IOException;
}
