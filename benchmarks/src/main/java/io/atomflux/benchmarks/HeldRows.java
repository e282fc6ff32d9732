package io.atomflux.benchmarks;

import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.value.BlobRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A store that hands out encoded rows it holds and does nothing else. */
final class HeldRows implements BlockingRowBackend<BlobRow> {

    private final List<BlobRow> rows;

    HeldRows(List<BlobRow> rows) {
        this.rows = rows;
    }

    @Override
    public Class<BlobRow> rowType() {
        return BlobRow.class;
    }

    @Override
    public long size() {
        return rows.size();
    }

    @Override
    public List<BlobRow> read(Positions positions, Columns columns) {
        List<BlobRow> found = new ArrayList<>();
        for (long i = 0; i < positions.count(); i++) {
            found.add(narrowed(rows.get((int) positions.at(i)), columns));
        }
        return found;
    }

    private static BlobRow narrowed(BlobRow row, Columns columns) {
        return columns.keys().map(row::only).orElse(row);
    }

    @Override
    public BlockingReader<BlobRow> reader(ReadRequest request) {
        Positions positions = request.selection().resolve(rows.size(), name());
        return new BlockingReader<>() {
            private long next;

            @Override
            public Optional<Batch<BlobRow>> next(long maxBytes) {
                List<BlobRow> batch = new ArrayList<>();
                long from = next;
                long bytes = 0;
                while (next < positions.count() && (bytes < maxBytes || batch.isEmpty())) {
                    BlobRow row = narrowed(rows.get((int) positions.at(next)), request.columns());
                    bytes += row.byteSize();
                    batch.add(row);
                    next++;
                }
                return batch.isEmpty() ? Optional.empty() : Optional.of(Batch.of(batch, positions.part(from, next)));
            }

            @Override
            public void close() {
                // nothing is held open
            }
        };
    }
}
