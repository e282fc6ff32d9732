package io.atomflux.hub;

import java.util.Arrays;
import java.util.OptionalLong;

/** Where some lines of a file begin, noted while passing; bounded, as it becomes coarser the longer it grows. For many threads. */
final class LineIndex {

    private static final int MOST = 1 << 16;

    private long apart = 256 << 10; // bytes between two lines that are noted, at least
    private long[] rows = new long[16];
    private long[] offsets = new long[16];
    private int count = 1; // the first row is at the start
    private long total = -1;

    /**
     * A line.
     *
     * @param row its number in the file, blank lines not counted
     * @param offset where it begins
     */
    record Mark(long row, long offset) {}

    /** Notes where a row begins. */
    synchronized void note(long row, long offset) {
        if (offset < offsets[count - 1] + apart) {
            return;
        }
        if (count == MOST) {
            thin();
        }
        if (count == rows.length) {
            rows = Arrays.copyOf(rows, 2 * count);
            offsets = Arrays.copyOf(offsets, 2 * count);
        }
        rows[count] = row;
        offsets[count] = offset;
        count++;
    }

    private void thin() {
        for (int i = 1; 2 * i < count; i++) {
            rows[i] = rows[2 * i];
            offsets[i] = offsets[2 * i];
        }
        count = (count + 1) / 2;
        apart *= 2;
    }

    /** Returns the last noted line that is not behind a row. */
    synchronized Mark before(long row) {
        int found = Arrays.binarySearch(rows, 0, count, row);
        int at = found >= 0 ? found : -found - 2;
        return new Mark(rows[at], offsets[at]);
    }

    /** Notes how many rows there are altogether. */
    synchronized void ends(long rowCount) {
        total = rowCount;
    }

    /** Returns how many rows there are, if somebody came to the end. */
    synchronized OptionalLong total() {
        return total < 0 ? OptionalLong.empty() : OptionalLong.of(total);
    }
}
