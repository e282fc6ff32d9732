package io.atomflux.file.columnar.hdf5;

import java.util.Arrays;

/** A set of addresses, none of which is negative. */
final class Addresses {

    private static final long FREE = -1;

    private long[] places = new long[1 << 10];
    private int size;

    Addresses() {
        Arrays.fill(places, FREE);
    }

    /** Adds an address; returns whether it is new. */
    boolean add(long address) {
        if (!put(places, address)) {
            return false;
        }
        size++;
        if (size > places.length / 2) {
            long[] more = new long[2 * places.length];
            Arrays.fill(more, FREE);
            for (long known : places) {
                if (known != FREE) {
                    put(more, known);
                }
            }
            places = more;
        }
        return true;
    }

    private static boolean put(long[] places, long address) {
        int mask = places.length - 1;
        int at = (int) (address * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (places[at] != FREE) {
            if (places[at] == address) {
                return false;
            }
            at = at + 1 & mask;
        }
        places[at] = address;
        return true;
    }
}
