package io.atomflux.file.lmdb;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeySet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows whose values lie one behind the other in one array; a row is made when it is asked for. */
final class BlobBatch implements Batch<BlobRow> {

    private final byte[] buffer;
    private final int[] ends;
    private final int[] firstCells;
    private final @Nullable KeySet[] keys;
    private final int rows;
    private final Positions positions;

    private BlobBatch(Builder from, Positions positions) {
        this.buffer = from.buffer;
        this.ends = from.ends;
        this.firstCells = from.firstCells;
        this.keys = from.keys;
        this.rows = from.rows;
        this.positions = positions;
    }

    @Override
    public int size() {
        return rows;
    }

    @Override
    public BlobRow row(int index) {
        KeySet set = keys[index];
        if (set == null) {
            return BlobRow.reserved();
        }
        int first = firstCells[index];
        int[] bounds = new int[2 * set.size()];
        for (int i = 0; i < set.size(); i++) {
            bounds[2 * i] = first + i == 0 ? 0 : ends[first + i - 1];
            bounds[2 * i + 1] = ends[first + i];
        }
        return BlobRow.wrap(set, buffer, bounds);
    }

    @Override
    public long position(int index) {
        return positions.at(index);
    }

    @Override
    public long byteSize() {
        return buffer.length + 4L * ends.length + 12L * firstCells.length;
    }

    /** Collects the rows of one batch; for one thread. */
    static final class Builder {

        private static final int MOST_ROWS = 1 << 20;
        private static final int LARGEST = 1 << 30;

        private final int limit;
        private final long remaining;
        private byte[] buffer = new byte[0];
        private int used;
        private int[] ends;
        private int cells;
        private int[] firstCells;
        private @Nullable KeySet[] keys;
        private int rows;

        /**
         * @param maxBytes how large the batch may become, unless its first row is larger
         * @param remaining how many rows may come, to choose the first sizes
         */
        Builder(long maxBytes, long remaining) {
            this.limit = (int) Math.min(maxBytes, LARGEST);
            this.remaining = remaining;
            int guess = (int) Math.min(remaining, 64);
            this.ends = new int[guess];
            this.firstCells = new int[guess];
            this.keys = new KeySet[guess];
        }

        int rows() {
            return rows;
        }

        /** Copies the row just scanned; false if it does not fit any more. */
        boolean add(RowScanner scanner, @Nullable KeySet set, long sortKey) {
            int count = set == null ? 0 : scanner.cells();
            long bytes = set == null ? 0 : scanner.bytes();
            long after = used + bytes + 4L * (cells + count) + 12L * (rows + 1);
            if (rows > 0 && (after > limit || rows == MOST_ROWS)) {
                return false;
            }
            if (rows == firstCells.length) {
                int larger = (int) Math.min(2L * rows + 8, Math.max(remaining, rows + 1L));
                firstCells = Arrays.copyOf(firstCells, larger);
                keys = Arrays.copyOf(keys, larger);
            }
            if (cells + count > ends.length) {
                long wanted = rows == 0 ? Math.min(remaining, 1024) * count : 2L * (cells + count);
                ends = Arrays.copyOf(ends, (int) Math.max(cells + count, Math.min(wanted, limit / 8)));
            }
            firstCells[rows] = cells;
            keys[rows] = set;
            if (set != null) {
                scanner.requireFits(sortKey);
                makeRoom((int) bytes);
                scanner.copy(buffer, used, ends, cells);
                used += (int) bytes;
                cells += count;
            }
            rows++;
            return true;
        }

        private void makeRoom(int bytes) {
            if (used + bytes > buffer.length) { // the limit keeps the sum within an int but for a single row
                long wanted = rows == 0 ? (long) bytes * Math.min(remaining, 1 << 20) * 9 / 8 : 2L * buffer.length;
                buffer = Arrays.copyOf(buffer, (int) Math.max((long) used + bytes, Math.min(wanted, limit)));
            }
        }

        BlobBatch build(Positions positions) {
            if (used < buffer.length / 2) {
                buffer = Arrays.copyOf(buffer, used);
            }
            return new BlobBatch(this, positions);
        }
    }
}
