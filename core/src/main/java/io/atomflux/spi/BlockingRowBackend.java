package io.atomflux.spi;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Versioned;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Rows kept by an engine whose calls block, e.g. files.
 *
 * <p>{@link #rowType}, {@link #size} and {@link #read} make a store that can be read; {@link #capabilities} and {@link
 * #apply} one that can be written ({@link Write#applyTo} applies any change to a list, for stores that rewrite
 * themselves). The bridge runs reads on a pool, several at once, and writes on one thread, never two at once; it never
 * interrupts a call. An {@link IOException} is signalled as {@code StoreIoException}.
 *
 * @param <R> the kind of rows: {@code Row} (typed values) or {@code BlobRow} (raw bytes)
 */
public interface BlockingRowBackend<R extends KeyedRow<R>> extends AutoCloseable {

    /** Returns the kind of rows, {@code Row.class} or {@code BlobRow.class}. */
    Class<R> rowType();

    /** Returns how messages name the store: location and group, without credentials. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** Returns what this store offers beyond reading; empty, the default, for a read-only one. */
    default Set<Capability> capabilities() {
        return Set.of();
    }

    /** Returns how many rows one write may change. */
    default long maxAtomicRows() {
        return Long.MAX_VALUE;
    }

    /** Counts the rows, reserved ones included. */
    long size() throws IOException;

    /**
     * Reads rows in one snapshot.
     *
     * @param positions which ones, in which order; they may repeat
     * @param columns wanted keys; ones a row lacks are left out
     * @return one row for each position, the reserved one where none was written
     * @throws io.atomflux.error.RowOutOfBoundsException if there is no such row
     */
    List<R> read(Positions positions, Columns columns) throws IOException;

    /** Reads one row; negative indices count from the end. */
    default R get(long index, Columns columns) throws IOException {
        long position = Selection.absolute(index, size(), name());
        return read(Positions.list(position), columns).get(0);
    }

    /**
     * Starts a stream: resolves the positions now and reads them batch by batch; signals {@code StoreChangedException} if
     * rows moved meanwhile, and refuses a snapshot. Overridden by engines that can do better.
     */
    default BlockingReader<R> reader(ReadRequest request) throws IOException {
        if (request.snapshot()) {
            throw new UnsupportedStoreOperationException(name(), "snapshot", "its streams read batch by batch");
        }
        return new PositionReader<>(this, request.selection().resolve(size(), name()), request.columns());
    }

    /** Reads one whole row with its version. */
    default Versioned<R> getVersioned(long index) throws IOException {
        throw new UnsupportedStoreOperationException(name(), "getVersioned", "it keeps no versions");
    }

    /** Makes one change, whole or not at all; answers the number of rows after it. */
    default long apply(Write<R> write) throws IOException {
        throw new ReadOnlyStoreException(name(), write.operation());
    }

    /**
     * Makes several independent changes in order, each whole or not at all, and durable when this returns.
     *
     * <p>Overridden by engines that can commit them together.
     */
    default List<WriteResult> applyAll(List<Write<R>> writes) {
        List<WriteResult> results = new ArrayList<>(writes.size());
        for (Write<R> write : writes) {
            try {
                results.add(WriteResult.done(apply(write)));
            } catch (IOException | RuntimeException failure) {
                results.add(WriteResult.failed(failure));
            }
        }
        return results;
    }

    /** Removes this group's store altogether; other groups stay. */
    default void remove() throws IOException {
        throw new ReadOnlyStoreException(name(), "remove");
    }

    /** Lists the groups at this location, sorted; empty where the backend has none. */
    default List<String> groups() throws IOException {
        return List.of();
    }

    /** Returns the state of the store now, from which {@link #changesAfter} can tell what happened. */
    default Revision revision() throws IOException {
        throw new UnsupportedStoreOperationException(name(), "changes", "it keeps no history");
    }

    /**
     * Tells what happened since a state, oldest first.
     *
     * @param limit how many changes to tell at most
     * @return empty if nothing happened; begins with a gap if that state is no longer remembered
     * @throws AtomfluxException if the store keeps no history
     */
    default List<Change> changesAfter(Revision revision, int limit) throws IOException {
        throw new UnsupportedStoreOperationException(name(), "changes", "it keeps no history");
    }

    /**
     * Tells one content of this store from another; see {@link RowBackend#etag}.
     *
     * @return a text that differs whenever rows may have changed; empty if this store cannot tell
     */
    default Optional<String> etag() throws IOException {
        return Optional.empty();
    }

    /**
     * Tells how many neighbouring rows lie in one piece; see {@link RowBackend#blockRows}.
     *
     * @return 1 to {@link RowBackend#MOST_BLOCK_ROWS}; empty if rows lie by themselves, or that is not known
     */
    default OptionalInt blockRows() throws IOException {
        return OptionalInt.empty();
    }

    /** Looks for damage that reading rows one by one would not show; one sentence for each problem. */
    default List<String> verify() throws IOException {
        return List.of();
    }

    /**
     * Mends damage as far as nothing whole is lost by it, e.g. what a writer that was killed left behind.
     *
     * @return one sentence for each thing mended
     */
    default List<String> repair() throws IOException {
        return List.of();
    }

    /** Tells how the columns are stored; empty where rows are not kept by columns. */
    default List<StoredColumn> storage() throws IOException {
        return List.of();
    }

    /** Returns locks that all have who open this store; see {@link RowBackend#leases}. */
    default Optional<LeaseLock> leases() {
        return Optional.empty();
    }

    /** Releases what this backend holds; no call runs any more. */
    @Override
    default void close() throws IOException {}
}
