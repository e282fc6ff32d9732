package io.atomflux.file.columnar.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/**
 * The files of one store at its last commit, whether that was applied already or is in the journal still.
 *
 * <p>Paths are relative to the store, parts joined by {@code /}; where the store is one file, that is the empty path.
 * Symbolic links inside a store are not followed: what is behind one has no length, and reading it is a {@link
 * io.atomflux.error.ForeignDataException}. Several threads may read at once.
 */
public interface StoreFiles {

    /** Returns the length of a file, or empty if there is none. */
    OptionalLong length(String path) throws IOException;

    /**
     * Reads a part of a file.
     *
     * @return how many bytes were read into the buffer, fewer only at the end of the file
     * @throws java.nio.file.NoSuchFileException if there is no such file
     */
    int read(String path, long position, ByteBuffer target) throws IOException;

    /**
     * Reads a whole file.
     *
     * @throws java.nio.file.NoSuchFileException if there is no such file
     * @throws io.atomflux.error.LimitExceededException if it is longer than allowed
     */
    byte[] read(String path, long most) throws IOException;

    /** Lists the names in a folder, sorted; empty if there is no such folder. */
    List<String> names(String folder) throws IOException;

    /** Tells whether there is a folder. */
    boolean isFolder(String path) throws IOException;
}
