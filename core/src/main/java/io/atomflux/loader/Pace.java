package io.atomflux.loader;

/**
 * How many samples a window should have: few at first, so that the first batch comes soon; then as many as have been used so far, so
 * that who stops early has read little in vain; and never more than fit into a window's share by the bytes seen.
 */
final class Pace {

    private static final int USUAL = 4096; // samples that are shuffled with each other by default
    private static final int MOST = 1 << 16;
    private static final double FILL = 0.75; // rows differ; a window that turns out too large is read in part twice

    private final long share;
    private final int most;
    private final long first;
    private long used;
    private double bytesPerRow;

    /**
     * Begins.
     *
     * @param first samples of the first window
     * @param group samples that are best read together
     * @param share bytes that a window may hold
     */
    Pace(long first, long group, long share) {
        this.share = share;
        this.most = (int) Math.min(MOST, Math.max(USUAL, Math.max(first, group)));
        this.first = first;
    }

    /** Returns the size of the next window. */
    synchronized int next() {
        double fitting = bytesPerRow == 0 ? most : FILL * share / bytesPerRow;
        long size = Math.min(most, Math.max(first, used));
        return (int) Math.max(1, Math.min(size, fitting));
    }

    /** Learns that samples were put into a batch. */
    synchronized void used(int samples) {
        used += samples;
    }

    /** Learns from what was read. */
    synchronized void seen(int rows, long bytes) {
        double now = (double) bytes / Math.max(1, rows);
        bytesPerRow = Math.max(now, (bytesPerRow + now) / 2); // larger rows count at once, smaller ones by and by
    }
}
