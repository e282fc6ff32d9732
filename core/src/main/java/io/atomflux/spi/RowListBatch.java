package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import java.util.List;

/** A batch over a list. */
final class RowListBatch<R extends KeyedRow<R>> implements Batch<R> {

    private final List<R> rows;
    private final Positions positions;

    RowListBatch(List<R> rows, Positions positions) {
        if (rows.isEmpty() || rows.size() != positions.count()) {
            throw new IllegalArgumentException("batch: %d rows (expected: one for each of %d positions, at least one)"
                    .formatted(rows.size(), positions.count()));
        }
        this.rows = List.copyOf(rows);
        this.positions = positions;
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public R row(int index) {
        return rows.get(index);
    }

    @Override
    public long position(int index) {
        return positions.at(index);
    }

    @Override
    public long byteSize() {
        long sum = 0;
        for (R row : rows) {
            sum += row.byteSize();
        }
        return sum;
    }
}
