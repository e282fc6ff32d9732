package io.atomflux.file.lmdb;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which sort key each position has, in one state of the store; immutable but for blocks that are loaded when needed.
 *
 * <p>Block sizes are there from the start, as prefix sums; blocks come one by one and are shared between states and with
 * running streams. Two threads may load the same block: both get equal ones.
 */
final class Index {

    static final Index EMPTY = new Index(new long[] {0}, new Block[0]);

    /** Reads a block in the transaction of the state the index belongs to. */
    interface Loader {
        Block load(int number, int size);
    }

    private final long[] starts;
    private final @Nullable Block[] blocks;
    private volatile long @Nullable [] runs;

    /** Takes the arrays over. */
    Index(long[] starts, @Nullable Block[] blocks) {
        this.starts = starts;
        this.blocks = blocks;
    }

    long size() {
        return starts[blocks.length];
    }

    int blockCount() {
        return blocks.length;
    }

    int blockSize(int number) {
        return (int) (starts[number + 1] - starts[number]);
    }

    long start(int number) {
        return starts[number];
    }

    /** Finds the block of a position that is below the size. */
    int blockOf(long position) {
        int guess = (int) (position / Layout.BLOCK_ENTRIES); // right for stores that were only appended to
        if (guess < blocks.length && starts[guess] <= position && position < starts[guess + 1]) {
            return guess;
        }
        return search(starts, blocks.length, position);
    }

    /** Finds the last start not above a position, over the empty blocks that have the same start. */
    static int search(long[] starts, int blocks, long position) {
        int low = 0;
        int high = blocks - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (starts[middle] <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Nullable
    Block loaded(int number) {
        return blocks[number];
    }

    Block block(int number, Loader loader) {
        Block known = blocks[number];
        if (known == null) {
            known = loader.load(number, blockSize(number));
            blocks[number] = known; // a race stores an equal block
        }
        return known;
    }

    long keyAt(long position, Loader loader) {
        int number = blockOf(position);
        return block(number, loader).at((int) (position - starts[number]));
    }

    /** Tells whether some row has this sort key. */
    boolean contains(long sortKey, Loader loader) {
        long[] known = runs(loader);
        int at = Arrays.binarySearch(known, sortKey); // starts at even places, ends (not included) at odd ones
        return at >= 0 ? at % 2 == 0 : (-at - 1) % 2 == 1;
    }

    /** Counts the sort keys, each once. */
    long distinct(Loader loader) {
        long[] known = runs(loader);
        long sum = 0;
        for (int i = 0; i < known.length; i += 2) {
            sum += known[i + 1] - known[i];
        }
        return sum;
    }

    private long[] runs(Loader loader) {
        long[] known = runs;
        if (known == null) {
            known = findRuns(loader);
            runs = known;
        }
        return known;
    }

    private long[] findRuns(Loader loader) {
        long[] from = new long[Math.max(1, blocks.length)];
        long[] to = new long[from.length];
        int used = 0;
        for (int b = 0; b < blocks.length; b++) {
            Block block = block(b, loader);
            int begin = 0;
            while (begin < block.size()) {
                int end = block.isConsecutive() ? block.size() : begin + 1;
                while (end < block.size() && block.at(end) == block.at(end - 1) + 1) {
                    end++;
                }
                if (used == from.length) {
                    from = Arrays.copyOf(from, 2 * used);
                    to = Arrays.copyOf(to, 2 * used);
                }
                from[used] = block.at(begin);
                to[used++] = block.at(end - 1) + 1;
                begin = end;
            }
        }
        // sorted separately: the union is the same, since after k starts and m ends exactly k - m runs are open
        Arrays.sort(from, 0, used);
        Arrays.sort(to, 0, used);
        return joined(from, to, used);
    }

    private static long[] joined(long[] from, long[] to, int count) {
        long[] bounds = new long[2 * count];
        int used = 0;
        for (int i = 0; i < count; i++) {
            if (used > 0 && bounds[used - 1] >= from[i]) {
                bounds[used - 1] = Math.max(bounds[used - 1], to[i]);
            } else {
                bounds[used++] = from[i];
                bounds[used++] = to[i];
            }
        }
        return Arrays.copyOf(bounds, used);
    }
}
