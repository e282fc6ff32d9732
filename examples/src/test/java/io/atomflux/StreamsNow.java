package io.atomflux;

/** How many streams of rows this process has open, and what they hold: for tests that none is left behind. */
public final class StreamsNow {

    private StreamsNow() {}

    /** Counts streams that are neither over nor cancelled. */
    public static int open() {
        return ByteBudget.SHARED.streams();
    }

    /** Returns the bytes of rows that streams hold. */
    public static long heldBytes() {
        return ByteBudget.SHARED.used();
    }
}
