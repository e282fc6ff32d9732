package io.atomflux.file.columnar.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

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

    /**
     * Opens a store; nothing is read or made before it is used.
     *
     * @param store the file or folder; a symbolic link is resolved when it is first used
     * @param readOnly whether nothing is ever written, not even what a writer that died had committed
     * @param patience how long to wait for others
     * @param fence keeps other programs away from a store that is one file
     * @param name for messages
     */
    static StoreAccess of(Path store, boolean readOnly, Duration patience, Fence fence, String name) {
        return of(store, readOnly, patience, fence, name, true);
    }

    /**
     * Opens a store; nothing is read or made before it is used.
     *
     * @param synced whether changes survive loss of power, not only of the process; costs most of the time of a small one
     */
    static StoreAccess of(Path store, boolean readOnly, Duration patience, Fence fence, String name, boolean synced) {
        return new LockedStore(store, readOnly, patience, fence, name, new LocalDisk(synced));
    }

    /** Returns the path of the store. */
    Path path();

    /** Returns where a new version of the store, or of a part of it, is written before it is adopted. */
    Path beside();

    /**
     * Returns a number that every commit of this library changes before it is answered; waits for nobody; 0 without lock
     * file. What is read while it stays the same is of one state.
     */
    long generation() throws IOException;

    /**
     * Runs while nobody of this library writes.
     *
     * @throws io.atomflux.error.StoreBusyException if somebody writes for longer than the patience
     * @throws io.atomflux.error.CorruptDataException if a journal is there that does not fit the files; unless it is opened
     *     for reading only it lies aside then, and the store can be used as it stands
     * @throws IllegalStateException within another reading or writing
     */
    <T> T reading(Work<StoreFiles, T> work) throws IOException;

    /**
     * Runs while nobody of this library reads or writes; what the work did not commit is undone.
     *
     * @throws io.atomflux.error.StoreBusyException if others read or write for longer than the patience
     * @throws io.atomflux.error.StoreAccessException if no lock file can be made
     * @throws io.atomflux.error.CorruptDataException as reading does
     */
    <T> T writing(Work<StoreEdit, T> work) throws IOException;

    /** Takes the store away, with all that lies beside it; other processes that wait go on with nothing. */
    void remove() throws IOException;

    /**
     * Takes the store away as {@link #remove()} does if nobody of this library has committed since a generation.
     *
     * @return whether it did
     */
    boolean removeIf(long generation) throws IOException;

    @Override
    void close() throws IOException;
}
