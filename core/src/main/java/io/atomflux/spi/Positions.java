package io.atomflux.spi;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An immutable sequence of row positions: an arithmetic progression, or a list that may repeat. */
public final class Positions {

    private static final Positions NONE = new Positions(0, 1, 0, null);

    private final long start;
    private final long step;
    private final long count;
    private final long @Nullable [] list;

    private Positions(long start, long step, long count, long @Nullable [] list) {
        this.start = start;
        this.step = step;
        this.count = count;
        this.list = list;
    }

    /** Returns {@code start, start + step, …}, so many of them. */
    public static Positions progression(long start, long step, long count) {
        return count == 0 ? NONE : new Positions(start, step, count, null);
    }

    /** Returns {@code from} to {@code to - 1}. */
    public static Positions range(long from, long to) {
        return progression(from, 1, Math.max(0, to - from));
    }

    /** Copies a list. */
    public static Positions list(long... positions) {
        return positions.length == 1
                ? progression(positions[0], 1, 1)
                : new Positions(0, 0, positions.length, positions.clone());
    }

    /** Returns how many positions there are. */
    public long count() {
        return count;
    }

    /** Returns one position. */
    public long at(long ordinal) {
        Objects.checkIndex(ordinal, count);
        return list != null ? list[(int) ordinal] : start + ordinal * step;
    }

    /** Returns the part from one ordinal to before another. */
    public Positions part(long from, long to) {
        Objects.checkFromToIndex(from, to, count);
        return list != null
                ? list(Arrays.copyOfRange(list, (int) from, (int) to))
                : progression(start + from * step, step, to - from);
    }

    /** Tells whether the positions are consecutive and ascending; also true of one and of none. */
    public boolean isRange() {
        if (list == null) {
            return step == 1 || count <= 1;
        }
        for (int i = 1; i < list.length; i++) {
            if (list[i] != list[i - 1] + 1) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether a position occurs twice. */
    public boolean repeats() {
        if (list == null) {
            return false;
        }
        long[] sorted = list.clone();
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1]) {
                return true;
            }
        }
        return false;
    }

    /**
     * Copies all positions.
     *
     * @throws IllegalArgumentException if there are more than an array can hold
     */
    public long[] toArray() {
        if (list != null) {
            return list.clone();
        }
        if (count > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("positions: %d (expected: fewer than 2^31)".formatted(count));
        }
        long[] all = new long[(int) count];
        for (int i = 0; i < all.length; i++) {
            all[i] = start + i * step;
        }
        return all;
    }

    @Override
    public String toString() {
        if (count == 0) {
            return "no positions";
        }
        return list != null
                ? Arrays.toString(list)
                : start + " to " + (start + (count - 1) * step) + (step == 1 ? "" : " in steps of " + step);
    }
}
