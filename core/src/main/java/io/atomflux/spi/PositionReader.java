package io.atomflux.spi;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.value.KeyedRow;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads position by position, guessing from the rows seen how many fit into a batch.
 *
 * <p>Each batch reads the last row of the one before once more: if it no longer stands where it stood, or the rows to come
 * are gone, the store has changed under the stream.
 */
final class PositionReader<R extends KeyedRow<R>> implements BlockingReader<R> {

    private static final int FIRST_ROWS = 8;

    private final BlockingRowBackend<R> backend;
    private final Positions positions;
    private final Columns columns;
    private long done;
    private long bytesSeen;
    private @Nullable R last;

    PositionReader(BlockingRowBackend<R> backend, Positions positions, Columns columns) {
        this.backend = backend;
        this.positions = positions;
        this.columns = columns;
    }

    @Override
    public Optional<Batch<R>> next(long maxBytes) throws IOException {
        if (done == positions.count()) {
            return Optional.empty();
        }
        long perRow = done == 0 ? 0 : Math.max(1, bytesSeen / done);
        long fitting = done == 0 ? FIRST_ROWS : Math.max(1, maxBytes / perRow);
        long end = Math.min(positions.count(), done + Math.min(fitting, 1 << 20));
        Positions part = positions.part(done, end);
        List<R> rows = last == null ? backend.read(part, columns) : after(last, end);
        last = rows.get(rows.size() - 1);
        Batch<R> batch = Batch.of(rows, part);
        bytesSeen += batch.byteSize();
        done = end;
        return Optional.of(batch);
    }

    private List<R> after(R expected, long end) throws IOException {
        List<R> rows;
        try {
            rows = backend.read(positions.part(done - 1, end), columns);
        } catch (RowOutOfBoundsException gone) {
            StoreChangedException changed = new StoreChangedException(backend.name(), done);
            changed.addSuppressed(gone);
            throw changed;
        }
        if (!rows.get(0).equals(expected)) {
            throw new StoreChangedException(backend.name(), done);
        }
        return rows.subList(1, rows.size());
    }

    @Override
    public void close() {}
}
