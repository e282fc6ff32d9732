package io.atomflux.adapter;

import java.time.Duration;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * Ends the waiting of calls to a server that found no answer in time.
 *
 * <p>All wait equally long, so one timer serves them all, set for the oldest. A timer for each would cost more than a
 * small call does: setting one wakes a thread. For any number of threads; none ever waits.
 */
public final class Deadlines {

    private static final int FEW = 256;

    private final long nanos;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>(); // by age, nearly
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger over = new AtomicInteger();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final AtomicBoolean clearing = new AtomicBoolean();

    /** Makes deadlines that are all so far away from their beginning. */
    public Deadlines(Duration timeout) {
        this.nanos = timeout.toNanos();
    }

    /** One call that waits; holds nothing of it once it is over. */
    public final class Waiting {
        private final long since = System.nanoTime();
        private final AtomicReference<@Nullable Runnable> expired;

        private Waiting(Runnable expired) {
            this.expired = new AtomicReference<>(expired);
        }

        private boolean isOver() {
            return expired.get() == null;
        }

        /** Tells that the waiting ended otherwise; repeats do nothing. */
        public void end() {
            var unused = taken();
        }

        private @Nullable Runnable taken() {
            Runnable taken = expired.getAndSet(null);
            if (taken != null) {
                over.incrementAndGet();
            }
            return taken;
        }
    }

    /** Returns how many are remembered, for tests of leaks: some that are over, too. */
    int held() {
        return queued.get();
    }

    /**
     * Begins to wait.
     *
     * @param expired called at the end of the time on a thread that may not block, unless the waiting ended before; perhaps in
     *     the moment it ends
     */
    public Waiting begin(Runnable expired) {
        Waiting waiting = new Waiting(expired);
        queue.add(waiting);
        int all = queued.incrementAndGet();
        if (all > FEW && over.get() > all / 2) {
            clear();
        }
        if (watched.compareAndSet(false, true)) {
            check(nanos);
        }
        return waiting;
    }

    /**
     * Returns a mark of the end of the time, for operators such as {@code timeout(Publisher)}.
     *
     * @return cold; empty, completes once the time since its subscription is over
     */
    public Mono<Void> passed() {
        return Mono.create(sink -> sink.onDispose(begin(sink::success)::end));
    }

    private void check(long after) {
        var unused = Schedulers.parallel().schedule(this::check, after, TimeUnit.NANOSECONDS);
    }

    private void check() {
        clear();
        long now = System.nanoTime();
        for (Waiting waiting : queue) {
            long left = nanos - (now - waiting.since);
            if (left > 0 && !waiting.isOver()) {
                check(left);
                return;
            }
            Runnable expired = waiting.taken();
            if (expired != null) {
                tell(expired);
            }
        }
        watched.set(false);
        if (!queue.isEmpty() && watched.compareAndSet(false, true)) { // one came meanwhile
            check(nanos);
        }
    }

    private static void tell(Runnable expired) {
        try {
            expired.run();
        } catch (Throwable thrown) { // by whoever was told; all others still wait for this timer
            Operators.onErrorDropped(thrown, Context.empty());
        }
    }

    /** Forgets those that are over; whoever finds another doing so leaves it to that one. */
    private void clear() {
        if (!clearing.compareAndSet(false, true)) {
            return;
        }
        int gone = 0;
        for (Iterator<Waiting> each = queue.iterator(); each.hasNext(); ) {
            if (each.next().isOver()) {
                each.remove();
                gone++;
            }
        }
        queued.addAndGet(-gone);
        over.addAndGet(-gone);
        clearing.set(false);
    }
}
