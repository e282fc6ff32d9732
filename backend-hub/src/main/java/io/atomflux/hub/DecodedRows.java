package io.atomflux.hub;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows with what they take of memory, which is counted while their values are still in the processor's cache: whoever takes
 * them later, perhaps another thread, need not look at each value again.
 */
final class DecodedRows {

    private final List<Row> rows = new ArrayList<>();
    private long[] ends = new long[64]; // bytes of all rows up to this one

    void add(Row row) {
        int at = rows.size();
        if (at == ends.length) {
            ends = Arrays.copyOf(ends, 2 * at);
        }
        ends[at] = bytes() + row.byteSize();
        rows.add(row);
    }

    int size() {
        return rows.size();
    }

    long bytes() {
        return before(rows.size());
    }

    private long before(int end) {
        return end == 0 ? 0 : ends[end - 1];
    }

    /** Returns the end of as many rows from one on as reach so many bytes; at least one. */
    int endOf(int start, long bytes) {
        long base = before(start);
        int end = start + 1;
        while (end < rows.size() && before(end) - base < bytes) {
            end++;
        }
        return end;
    }

    /** Returns rows that are not changed any more. */
    Batch<Row> batch(int start, int end, Positions positions) {
        return new Part(rows, start, end - start, before(end) - before(start), positions);
    }

    private record Part(List<Row> rows, int start, int size, long byteSize, Positions positions) implements Batch<Row> {

        @Override
        public Row row(int index) {
            return rows.get(start + index);
        }

        @Override
        public long position(int index) {
            return positions.at(index);
        }
    }
}
