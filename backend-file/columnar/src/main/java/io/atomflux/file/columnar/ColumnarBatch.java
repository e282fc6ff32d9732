package io.atomflux.file.columnar;

import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one state, and the columns of them that are arrays.
 *
 * <p>Where all that was asked for are such columns, the rows are made when the first of them is asked for: out of chunks
 * that are here already, so that no file is touched on the thread that asks.
 */
final class ColumnarBatch implements Batch<Row> {

    /** Makes the rows. */
    @FunctionalInterface
    interface Rows {
        List<Row> make() throws IOException;
    }

    private final String store;
    private final Positions positions;
    private final Map<String, NdArray> arrays;
    private final long bytes;
    private @Nullable Rows later; // guarded by this
    private @Nullable List<Row> rows; // guarded by this

    private ColumnarBatch(
            String store,
            Positions positions,
            Map<String, NdArray> arrays,
            @Nullable List<Row> rows,
            @Nullable Rows later,
            long bytes) {
        this.store = store;
        this.positions = positions;
        this.arrays = Map.copyOf(arrays);
        this.rows = rows;
        this.later = later;
        this.bytes = bytes;
    }

    /** Returns a batch of rows that are there. */
    static ColumnarBatch of(String store, Positions positions, List<Row> rows, Map<String, NdArray> arrays) {
        long bytes = 0;
        for (Row row : rows) {
            bytes += row.byteSize();
        }
        return new ColumnarBatch(store, positions, arrays, List.copyOf(rows), null, bytes);
    }

    /**
     * Returns a batch of columns.
     *
     * @param later makes the rows out of what is in memory
     * @param bytes what that takes
     */
    static ColumnarBatch of(String store, Positions positions, Map<String, NdArray> arrays, Rows later, long bytes) {
        return new ColumnarBatch(store, positions, arrays, null, later, bytes);
    }

    @Override
    public int size() {
        return (int) positions.count();
    }

    @Override
    public synchronized Row row(int index) {
        List<Row> made = rows;
        if (made == null) {
            try {
                made = java.util.Objects.requireNonNull(later).make();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (StateGone gone) {
                StoreChangedException changed = new StoreChangedException(store, 0);
                changed.addSuppressed(gone);
                throw changed;
            }
            rows = made;
            later = null;
        }
        return made.get(index);
    }

    @Override
    public long position(int index) {
        return positions.at(index);
    }

    @Override
    public long byteSize() {
        return bytes;
    }

    @Override
    public Optional<NdArray> array(String key) {
        return Optional.ofNullable(arrays.get(key));
    }
}
