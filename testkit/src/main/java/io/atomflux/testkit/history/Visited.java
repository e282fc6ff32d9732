package io.atomflux.testkit.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Configurations that a search has been to: a hash of 128 bits each, and which of the unknown changes were made.
 *
 * <p>Who comes to the same place with more unknown changes used up can do nothing that was not tried from there.
 */
final class Visited {

    private long[] keys = new long[1 << 13]; // pairs; an unused one is 0, 0
    private int[] usedUp = new int[1 << 12];
    private int count;
    private final List<long[]> sets = new ArrayList<>(List.of(new long[0]));

    int count() {
        return count;
    }

    /**
     * Notes a configuration.
     *
     * @param a half of the hash of the certain changes made, and of the rows
     * @param b the other half
     * @param unknown which unknown changes were made, as bits
     * @return false if there is nothing new to find from here
     */
    boolean add(long a, long b, long[] unknown) {
        int slot = slot(a, b);
        if (keys[2 * slot] != 0 || keys[2 * slot + 1] != 0) {
            if (isSubset(sets.get(usedUp[slot]), unknown)) {
                return false;
            }
            long mixed = Long.rotateLeft(Arrays.hashCode(unknown) * 0x9E3779B97F4A7C15L, 31);
            int own = slot(a ^ mixed, b + mixed);
            if (keys[2 * own] != 0 || keys[2 * own + 1] != 0) {
                return false;
            }
            put(own, a ^ mixed, b + mixed, unknown);
        } else {
            put(slot, a, b, unknown);
        }
        return true;
    }

    private void put(int slot, long a, long b, long[] unknown) {
        keys[2 * slot] = a;
        keys[2 * slot + 1] = b;
        usedUp[slot] = numberOf(unknown);
        if (++count > usedUp.length / 2) {
            grow();
        }
    }

    private int numberOf(long[] unknown) {
        if (isSubset(unknown, new long[0])) {
            return 0;
        }
        if (!Arrays.equals(sets.get(sets.size() - 1), unknown)) { // most often the one before
            sets.add(unknown.clone());
        }
        return sets.size() - 1;
    }

    private static boolean isSubset(long[] some, long[] of) {
        for (int i = 0; i < some.length; i++) {
            if ((some[i] & ~(i < of.length ? of[i] : 0)) != 0) {
                return false;
            }
        }
        return true;
    }

    private int slot(long a, long b) {
        int slot = (int) (a ^ a >>> 32) & usedUp.length - 1;
        while ((keys[2 * slot] != 0 || keys[2 * slot + 1] != 0) && (keys[2 * slot] != a || keys[2 * slot + 1] != b)) {
            slot = slot + 1 & usedUp.length - 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] old = usedUp;
        keys = new long[2 * oldKeys.length];
        usedUp = new int[2 * old.length];
        for (int i = 0; i < old.length; i++) {
            if (oldKeys[2 * i] != 0 || oldKeys[2 * i + 1] != 0) {
                int slot = slot(oldKeys[2 * i], oldKeys[2 * i + 1]);
                keys[2 * slot] = oldKeys[2 * i];
                keys[2 * slot + 1] = oldKeys[2 * i + 1];
                usedUp[slot] = old[i];
            }
        }
    }
}
