package io.atomflux.file.columnar;

import io.atomflux.value.Row;
import java.io.IOException;
import java.util.List;

/**
 * Changes of a group, on top of an edit of the tree; for one thread.
 *
 * <p>When one of them throws, the edit of the tree is given up: nothing of it may be committed. Arrays that are longer than
 * the group says (left by a writer that died) are cut before anything is added.
 */
interface FramesEdit {

    /** Returns the number of rows as changed so far. */
    long size();

    /** Returns the path of the group whose attributes hold the number of rows. */
    String holder();

    /**
     * Adds rows at the end, reserved ones among them.
     *
     * @throws RewriteNeeded if columns have to become of another type for it
     * @throws io.atomflux.error.UnsupportedDataException if the layout cannot express a value; names the key
     */
    void append(List<Row> rows) throws IOException, RewriteNeeded;

    /** Adds reserved rows at the end. */
    void reserve(long count) throws IOException, RewriteNeeded;

    /**
     * Replaces a row.
     *
     * @throws RewriteNeeded if it does not fit where the old one was
     */
    void put(long position, Row row) throws IOException, RewriteNeeded;

    /** Takes away the rows from a position on. */
    void truncate(long size) throws IOException;

    /** Writes what is kept back until the end: the number of rows, the list of columns. */
    void finish() throws IOException;
}
