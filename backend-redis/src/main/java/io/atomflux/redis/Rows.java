package io.atomflux.redis;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeySet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of one moment, as {@code read.lua} answers them; their values lie in the reply, which is not copied. */
final class Rows {

    private static final byte[] NONE = {};

    /** Rows of the store at that moment. */
    final long size;

    /** The sort key at the position asked about; empty if there is none. */
    final byte[] before;

    /** The sort key of the last row; empty without rows. */
    final byte[] last;

    final BlobRow[] rows;
    private final int bytes;

    private Rows(long size, byte[] before, byte[] last, BlobRow[] rows, int bytes) {
        this.size = size;
        this.before = before;
        this.last = last;
        this.rows = rows;
        this.bytes = bytes;
    }

    /**
     * @param wanted the keys asked for; null for all
     */
    static Rows of(byte[] reply, @Nullable KeySet wanted, KeySets sets, String store) {
        Unpack in = new Unpack(reply, store);
        int count = in.array() - 3;
        long size = in.number();
        byte[] before = keyOrNone(in);
        byte[] last = keyOrNone(in);
        BlobRow[] rows = new BlobRow[Math.max(0, count)];
        int[] names = new int[32];
        for (int i = 0; i < rows.length; i++) {
            if (in.isFalse()) {
                rows[i] = BlobRow.reserved();
            } else if (!in.isArray()) {
                in.number(); // there, with none of the keys
                rows[i] = BlobRow.empty();
            } else if (wanted != null) {
                rows[i] = picked(in, wanted, sets);
            } else {
                int cells = in.array() / 2;
                if (names.length < 2 * cells) {
                    names = new int[4 * cells];
                }
                rows[i] = whole(in, cells, names, sets);
            }
        }
        return new Rows(size, before, last, rows, reply.length);
    }

    /** Returns the row that {@code get.lua} answered. */
    static BlobRow one(byte[] reply, KeySets sets, String store) {
        if (reply.length == 0) {
            return BlobRow.reserved();
        }
        Unpack in = new Unpack(reply, store);
        int cells = in.array() / 2;
        return whole(in, cells, new int[2 * cells], sets);
    }

    private static byte[] keyOrNone(Unpack in) {
        if (in.isFalse()) {
            return NONE;
        }
        in.string();
        return in.copied();
    }

    private static BlobRow whole(Unpack in, int cells, int[] names, KeySets sets) {
        int[] bounds = new int[2 * cells];
        for (int i = 0; i < cells; i++) {
            in.string();
            names[2 * i] = in.from;
            names[2 * i + 1] = in.to;
            in.string();
            bounds[2 * i] = in.from;
            bounds[2 * i + 1] = in.to;
        }
        return BlobRow.wrap(sets.of(in.buffer, names, cells), in.buffer, bounds);
    }

    private static BlobRow picked(Unpack in, KeySet wanted, KeySets sets) {
        int count = in.array();
        int[] bounds = new int[2 * count];
        for (int i = 0; i < count; i++) {
            if (in.isFalse()) {
                bounds[2 * i] = -1;
            } else {
                in.string();
                bounds[2 * i] = in.from;
                bounds[2 * i + 1] = in.to;
            }
        }
        KeySet there = sets.of(wanted, bounds);
        if (there != wanted) {
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (bounds[2 * i] >= 0) {
                    bounds[kept++] = bounds[2 * i];
                    bounds[kept++] = bounds[2 * i + 1];
                }
            }
            bounds = Arrays.copyOf(bounds, kept);
        }
        return BlobRow.wrap(there, in.buffer, bounds);
    }

    long byteSize() {
        return bytes + 64L * rows.length;
    }

    Batch<BlobRow> batch(Positions positions) {
        return new RowsBatch(this, positions);
    }

    private record RowsBatch(Rows from, Positions positions) implements Batch<BlobRow> {
        @Override
        public int size() {
            return from.rows.length;
        }

        @Override
        public BlobRow row(int index) {
            return from.rows[index];
        }

        @Override
        public long position(int index) {
            return positions.at(index);
        }

        @Override
        public long byteSize() {
            return from.byteSize();
        }
    }
}
