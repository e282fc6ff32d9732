package io.atomflux.file.columnar.tree;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Changes on top of a tree, seen by nobody else before {@link #commit}; reading shows them. For one thread.
 *
 * <p>Whatever was not committed when it is closed has never been.
 */
public interface TreeEdit extends Tree, AutoCloseable {

    /** Makes a group and those above it; one that is there stays. */
    void createGroup(String path) throws IOException;

    /** Makes an array in a group that is there. */
    ArrayInfo createArray(String path, ArraySpec spec) throws IOException;

    /**
     * Gives an array other lengths.
     *
     * <p>Growing along any axis never touches what is there, and chunks that begin in what is new are the fill until they
     * are written, whatever the file has left over there. Of chunks that the old end cuts, the caller writes what lies
     * beyond it. Shrinking takes away the chunks that begin beyond the new end.
     */
    ArrayInfo resize(ArrayInfo array, Shape shape) throws IOException;

    /** Writes a whole chunk. */
    void writeChunk(ArrayInfo array, Shape index, Chunk chunk) throws IOException;

    /** Gives a group or an array an attribute, or takes it away if the value is null. */
    void attribute(String path, String name, @Nullable Object value) throws IOException;

    /** Takes a group or an array away, with all below it. */
    void delete(String path) throws IOException;

    /**
     * Makes the changes real: after this returns they survive {@code kill -9} and loss of power.
     *
     * @param what for messages of a conflict, e.g. {@code "append, 10 to 12 rows"}
     * @param holder the path of a group whose attribute {@code atomflux_gen} is counted up
     */
    void commit(String what, String holder) throws IOException;

    @Override
    void close() throws IOException;
}
