package io.atomflux.file.columnar;

import io.atomflux.spi.Positions;
import java.util.Arrays;
import java.util.stream.LongStream;

/** The rows a change concerns, in the order of their positions, each once; with where they were listed. */
final class Targets {

    private final Positions listed;
    private final long[] positions;
    private final int[] ordinals;

    /** Sorts positions; those listed twice are there twice in {@link #ordinals}. */
    Targets(Positions listed) {
        this.listed = listed;
        long[] all = listed.toArray();
        this.ordinals = inOrder(all);
        this.positions = LongStream.of(all).sorted().distinct().toArray();
    }

    private static int[] inOrder(long[] all) {
        Integer[] boxed = new Integer[all.length];
        Arrays.setAll(boxed, i -> i);
        if (!ascending(all)) {
            Arrays.sort(boxed, (a, b) -> {
                int order = Long.compare(all[a], all[b]);
                return order != 0 ? order : Integer.compare(a, b);
            });
        }
        return Arrays.stream(boxed).mapToInt(Integer::intValue).toArray();
    }

    private static boolean ascending(long[] all) {
        for (int i = 1; i < all.length; i++) {
            if (all[i] < all[i - 1]) {
                return false;
            }
        }
        return true;
    }

    int count() {
        return positions.length;
    }

    /** Returns the positions, ascending. */
    Positions positions() {
        return Positions.list(positions);
    }

    /** Tells whether these are the last rows of so many. */
    boolean areTheLast(long size) {
        return positions.length > 0
                && positions[positions.length - 1] == size - 1
                && positions[0] == size - positions.length;
    }

    boolean contains(long position) {
        return Arrays.binarySearch(positions, position) >= 0;
    }

    /** Returns where a position was listed, first to last; empty if it is none of them. */
    int[] ordinals(long position) {
        int low = 0;
        int high = ordinals.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (listed.at(ordinals[middle]) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int end = low;
        while (end < ordinals.length && listed.at(ordinals[end]) == position) {
            end++;
        }
        return Arrays.copyOfRange(ordinals, low, end);
    }
}
