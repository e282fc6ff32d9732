package io.atomflux.file.columnar.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Changes of the files of one store, made at one instant by {@link #commit}; reading shows them already. For one thread.
 *
 * <p>What is large and new (chunks nobody refers to yet, bytes beyond the end) goes to its place at once and is only synced
 * before the commit; what replaces something goes to the journal first.
 */
public interface StoreEdit extends StoreFiles {

    /**
     * Writes a file that nothing in the store refers to before the commit; one that is there already is debris.
     *
     * <p>Folders are made. Not journalled, so nothing of it is held in memory.
     */
    void fresh(String path, ByteBuffer content) throws IOException;

    /** Writes a file anew, through the journal; whether there was one does not matter. */
    void replace(String path, ByteBuffer content) throws IOException;

    /**
     * Writes a part of a file: what lies beyond its length at the beginning of this edit goes there at once, the rest
     * through the journal.
     */
    void write(String path, long position, ByteBuffer content) throws IOException;

    /** Gives a file another length. */
    void truncate(String path, long length) throws IOException;

    /** Takes away a file, or a folder with all in it. */
    void delete(String path) throws IOException;

    /**
     * Puts what was written beside the store ({@link StoreAccess#beside()}) in the place of a file or folder of it, or of the
     * whole store if the path is empty. At most once in an edit.
     */
    void adopt(String path) throws IOException;

    /**
     * Makes the changes: the journal, synced, is the instant; then they are applied, synced, and the journal dropped.
     *
     * @param what for messages of a conflict, e.g. {@code "append, 10 to 12 rows"}
     */
    void commit(String what) throws IOException;
}
