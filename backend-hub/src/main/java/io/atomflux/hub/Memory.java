package io.atomflux.hub;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of files that all streams of the process hold beyond the part each is reading: a quarter of the heap, as the
 * batches of all streams have another.
 */
final class Memory {

    static final Memory SHARED = new Memory(Runtime.getRuntime().maxMemory() / 4);

    private final long total;
    private final AtomicLong used = new AtomicLong();

    Memory(long total) {
        this.total = total;
    }

    /** Takes bytes if there is room for them. */
    boolean tryTake(long bytes) {
        long before = used.getAndUpdate(now -> now + bytes <= total ? now + bytes : now);
        return before + bytes <= total;
    }

    /** Takes bytes, there being room or not. */
    void take(long bytes) {
        used.addAndGet(bytes);
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
