package io.atomflux.loader;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one part of a split store, numbered from 0 in ascending order.
 *
 * <p>Rows are cut into windows of {@value #WINDOW} neighbouring ones. Of each, the numbers 0 to 999 are shuffled, as {@link
 * Mixing#shuffled} says, by {@code key(seed, -1, window)}.
 * Numbers beyond the end of the store, in the last window, are left out. Of the w that remain, in that order, those from {@code
 * floor(from * w + 0.5 + 1e-9)} on, up to but without the same of {@code to}, belong to the part. So parts that do not overlap share no
 * row, their numbers are exact in each window, and a window that is whole stays as it is when rows are added.
 *
 * <p>Free to use from many threads; keeps the windows it last looked at, of 150 bytes each.
 */
final class PartRows {

    /** Thousand, so that parts given with up to three decimals are exact. */
    static final int WINDOW = 1000;

    private static final double HALF = 0.5 + 1e-9; // the same for 0.3 and for 1 - 0.7, which is a little more
    private static final int MOST_KEPT = 1024;
    private static final int WORDS = (WINDOW + 63) / 64;

    private final double from;
    private final double to;
    private final long seed;
    private final long windows;
    private final int perWindow;
    private final int lastLength;
    private final long size;
    private volatile @Nullable AtomicReferenceArray<@Nullable Window> kept; // made when first needed

    /** Which rows of a window belong to the part; never changed. */
    private record Window(long number, long[] members) {}

    PartRows(SourcePlan plan) {
        this.from = plan.from();
        this.to = plan.to();
        this.seed = plan.splitSeed();
        this.windows = plan.size() / WINDOW;
        this.perWindow = boundary(to, WINDOW) - boundary(from, WINDOW);
        this.lastLength = (int) (plan.size() % WINDOW);
        this.size = windows * perWindow + boundary(to, lastLength) - boundary(from, lastLength);
    }

    private boolean isWhole() {
        return from == 0 && to == 1;
    }

    private static int boundary(double fraction, int length) {
        return (int) (fraction * length + HALF);
    }

    /** Returns how many rows the part has. */
    long size() {
        return size;
    }

    /** Returns the position of one row of the part. */
    long position(long index) {
        if (isWhole()) {
            return index;
        }
        long window = windowOf(index);
        long[] members = members(window);
        int left = (int) (index - window * perWindow);
        int word = 0;
        for (int here = Long.bitCount(members[0]); left >= here; here = Long.bitCount(members[word])) {
            left -= here;
            word++;
        }
        long bits = members[word];
        for (; left > 0; left--) {
            bits &= bits - 1;
        }
        return window * WINDOW + word * 64L + Long.numberOfTrailingZeros(bits);
    }

    /** Gives the positions of neighbouring rows of the part. */
    void fill(long first, int count, long[] positions, int offset) {
        int at = offset;
        int end = offset + count;
        if (isWhole()) {
            for (long index = first; at < end; index++) {
                positions[at++] = index;
            }
            return;
        }
        long window = count == 0 ? 0 : windowOf(first);
        for (long skipped = first - window * perWindow; at < end; skipped = 0, window++) {
            long[] members = members(window);
            for (int word = 0; word < WORDS && at < end; word++) {
                long bits = members[word];
                int here = Long.bitCount(bits);
                if (skipped >= here) {
                    skipped -= here;
                    continue;
                }
                for (; skipped > 0; skipped--) {
                    bits &= bits - 1;
                }
                for (long base = window * WINDOW + word * 64L; bits != 0 && at < end; bits &= bits - 1) {
                    positions[at++] = base + Long.numberOfTrailingZeros(bits);
                }
            }
        }
    }

    private long windowOf(long index) {
        return perWindow == 0 ? windows : Math.min(windows, index / perWindow);
    }

    private long[] members(long number) {
        AtomicReferenceArray<@Nullable Window> places = kept;
        if (places == null) {
            places = new AtomicReferenceArray<>((int) Math.min(MOST_KEPT, windows + 1));
            kept = places;
        }
        int place = (int) (number % places.length());
        Window window = places.get(place);
        if (window == null || window.number != number) {
            window = new Window(number, members(number, number == windows ? lastLength : WINDOW));
            places.set(place, window);
        }
        return window.members;
    }

    private long[] members(long number, int length) {
        int low = boundary(from, length);
        int high = boundary(to, length);
        // The last places are drawn first, so what comes before them is known without being drawn.
        int steps = length < WINDOW ? WINDOW : WINDOW - (low == 0 ? high : low);
        char[] order = Mixing.shuffled(WINDOW, Mixing.key(seed, -1, number), steps);
        if (length < WINDOW) {
            int at = 0;
            for (char row : order) {
                if (row < length) {
                    order[at++] = row;
                }
            }
        }
        long[] members = new long[WORDS];
        for (int place = low; place < high; place++) {
            members[order[place] >> 6] |= 1L << order[place];
        }
        return members;
    }
}
