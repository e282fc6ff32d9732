package io.atomflux.hub.parquet;

import io.atomflux.error.AtomfluxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one row group, in order; used by one thread at a time.
 *
 * <p>Holds the bytes it was given and one decoded page of each column. After an error it reads no more.
 */
public final class RowGroupReader {

    private final List<String> columns;
    private final List<NodeReader> readers;
    private final List<LeafCursor> cursors;
    private final Weight weight;
    private final Place place;
    private long remaining;

    RowGroupReader(
            long rows,
            List<String> columns,
            List<NodeReader> readers,
            List<LeafCursor> cursors,
            Weight weight,
            Place place) {
        this.remaining = rows;
        this.columns = List.copyOf(columns);
        this.readers = List.copyOf(readers);
        this.cursors = List.copyOf(cursors);
        this.weight = weight;
        this.place = place;
    }

    /** Returns the names of the columns that are read, in the order of their values in each row. */
    public List<String> columns() {
        return columns;
    }

    /** Returns how many rows are left. */
    public long remaining() {
        return remaining;
    }

    /**
     * Reads the next rows.
     *
     * <p>Each row has one value for each of {@link #columns()}, of the types that {@link ParquetFooter} tells; lists and maps
     * are unmodifiable.
     *
     * @param maxRows at most so many rows, at least 1
     * @param maxBytes after about so many bytes no further row is read; at least one row is
     * @return the rows; none only if none are left
     * @throws io.atomflux.error.CorruptDataException if the bytes do not decode
     * @throws io.atomflux.error.UnsupportedDataException if they use what is not read here
     * @throws io.atomflux.error.LimitExceededException if a page or a row is too large
     */
    public List<@Nullable Object[]> read(int maxRows, long maxBytes) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows: %d (expected: at least 1)".formatted(maxRows));
        }
        List<@Nullable Object[]> rows = new ArrayList<>((int) Math.min(Math.min(maxRows, remaining), 1024));
        long before = weight.total();
        guarded(() -> {
            while (remaining > 0 && rows.size() < maxRows && (rows.isEmpty() || weight.total() - before < maxBytes)) {
                weight.startRow();
                @Nullable Object[] row = new @Nullable Object[readers.size()];
                for (int i = 0; i < row.length; i++) {
                    row[i] = readers.get(i).read(0);
                }
                weight.add(16L + 8L * row.length);
                rows.add(row);
                passed(1);
            }
        });
        return rows;
    }

    /**
     * Passes rows without putting them together.
     *
     * @param rows how many, at most {@link #remaining()}
     */
    public void skip(long rows) {
        if (rows < 0 || rows > remaining) {
            throw new IllegalArgumentException("rows: %d (expected: 0 to %d)".formatted(rows, remaining));
        }
        guarded(() -> {
            for (LeafCursor cursor : cursors) {
                cursor.skipRows(rows);
            }
            passed(rows);
        });
    }

    private void passed(long rows) {
        remaining -= rows;
        if (remaining == 0 && rows > 0) {
            for (LeafCursor cursor : cursors) {
                cursor.finish();
            }
        }
    }

    private void guarded(Runnable work) {
        boolean done = false;
        try {
            work.run();
            done = true;
        } catch (AtomfluxException e) {
            throw e;
        } catch (RuntimeException e) {
            // What the checks of the format did not foresee, e.g. dates beyond those of Java.
            throw place.corrupt("values that cannot be right (%s)".formatted(e), e);
        } finally {
            if (!done) {
                remaining = 0;
            }
        }
    }
}
