package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The rows of a group at one state of the file; holds descriptions only, no data. For many threads.
 *
 * <p>All data are asked of the {@link Chunks} given, which may have them decoded already.
 */
interface Frames {

    /** Returns the number of rows, reserved ones included. */
    long size();

    /** Returns about how many bytes one row takes when read; for the size of batches. */
    long bytesPerRow(Columns columns);

    /** Returns about how many neighbouring rows lie in one chunk of what takes most bytes; empty if there is no such column. */
    default OptionalLong blockRows() {
        return OptionalLong.empty();
    }

    /**
     * Reads rows; decodes each chunk once, however many rows of it are wanted.
     *
     * @param positions within the size; may repeat
     * @throws io.atomflux.error.CorruptDataException if a wanted column is damaged; names it
     */
    List<Row> read(Chunks chunks, Positions positions, Columns columns) throws IOException;

    /**
     * Reads one key of rows as one array whose first axis is the rows.
     *
     * @return empty unless every one of these rows has a value there, all of them arrays of one shape or numbers of one
     *     type, as {@link #read} would give them
     */
    Optional<NdArray> stacked(Chunks chunks, Positions positions, String key) throws IOException;

    /** Returns the types columns have, for writing them anew; a hint less costs a second pass over the rows, nothing else. */
    default TypeHints types() {
        return TypeHints.NONE;
    }

    /** Tells how the columns are stored, those that keep the layout together among them. */
    List<StoredColumn> columns(Tree tree) throws IOException;

    /** Looks for damage; one sentence each. */
    List<String> problems(Chunks chunks) throws IOException;
}
