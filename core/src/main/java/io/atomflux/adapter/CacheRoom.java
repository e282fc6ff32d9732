package io.atomflux.adapter;

import java.util.Arrays;
import java.util.Collection;
import java.util.SplittableRandom;

/**
 * Which rows a bounded cache holds, and which have to go; for many threads.
 *
 * <p>Victims are picked at random: going through more rows than there is room for, again and again, finds none of them if
 * always the oldest goes.
 */
final class CacheRoom {

    private final int most;
    private final SplittableRandom random = new SplittableRandom(7);
    private long[] held; // guarded by this, as all below
    private int count;
    private long left;

    /**
     * @param most how many rows may be held
     * @param lasting after how many rows to count anew, since others add and forget rows too
     * @param there those that are held
     */
    CacheRoom(int most, long lasting, long[] there) {
        this.most = most;
        this.left = lasting;
        this.held = there.clone();
        this.count = there.length;
    }

    /**
     * Returns how many rows that come together are let in: of those that are held, at least half stay. Else a fetch of as many rows
     * as there is room for would replace all, each time just before they are read.
     */
    synchronized int admits() {
        return Math.max(most - count, Math.max(1, most / 2));
    }

    /** Adds rows; returns those that have to go, the latest added never among them. */
    synchronized long[] add(Collection<Long> positions) {
        left -= positions.size();
        int over = Math.min(count, count + positions.size() - most);
        long[] gone = new long[Math.max(0, over)];
        for (int i = 0; i < gone.length; i++) {
            int victim = random.nextInt(count);
            gone[i] = held[victim];
            held[victim] = held[--count];
        }
        if (count + positions.size() > held.length) {
            held = Arrays.copyOf(held, Math.max(count + positions.size(), 2 * held.length));
        }
        for (long position : positions) {
            held[count++] = position;
        }
        return gone;
    }

    /** Tells whether it is time to count anew which rows are held. */
    synchronized boolean isWorn() {
        return left <= 0;
    }
}
