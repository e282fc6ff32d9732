package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads position by position, guessing from the rows seen how many fit into a batch. */
final class PositionReader<R extends KeyedRow<R>> implements BlockingReader<R> {

    private static final int FIRST_ROWS = 8;

    private final BlockingRowBackend<R> backend;
    private final Positions positions;
    private final Columns columns;
    private long done;
    private long bytesSeen;

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
        List<R> rows = backend.read(part, columns);
        Batch<R> batch = Batch.of(rows, part);
        bytesSeen += batch.byteSize();
        done = end;
        return Optional.of(batch);
    }

    @Override
    public void close() {}
}
