package io.atomflux;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that all streams of a process may hold in batches.
 *
 * <p>A stream asks before each batch and gets at most a fair share. It always gets a little, {@link #FLOOR}, even if
 * nothing is left: were it made to wait for others, a stream subscribed inside another one's operators could wait for
 * ever. So what is held is at most the total plus a floor, or one large row, for each stream.
 */
final class ByteBudget {

    /** A quarter of the heap, or what the system property {@code atomflux.stream.bytes} says. */
    static final ByteBudget SHARED = new ByteBudget(
            Long.getLong("atomflux.stream.bytes", Runtime.getRuntime().maxMemory() / 4));

    static final long FLOOR = 4 << 10;

    private final long total;
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger streams = new AtomicInteger();

    ByteBudget(long total) {
        this.total = Math.max(total, FLOOR);
    }

    void streamBegins() {
        streams.incrementAndGet();
    }

    void streamEnds() {
        streams.decrementAndGet();
    }

    /** Takes at most the wanted bytes; answers how many. */
    long take(long wanted) {
        long share = total / Math.max(1, streams.get());
        long left = total - used.get();
        long taken = Math.max(FLOOR, Math.min(wanted, Math.min(share, left)));
        used.addAndGet(taken);
        return taken;
    }

    /** Corrects what was taken to what is held; 0 gives it back. */
    void correct(long taken, long held) {
        used.addAndGet(held - taken);
    }

    long total() {
        return total;
    }

    long used() {
        return used.get();
    }

    int streams() {
        return streams.get();
    }
}
