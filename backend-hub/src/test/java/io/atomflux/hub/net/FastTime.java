package io.atomflux.hub.net;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Time that runs faster, a thousand times if not told otherwise, and remembers what it was asked to wait for. */
public final class FastTime implements Scheduler {

    private final long speed;

    /** Waits in milliseconds, of those that were no timeouts: below an hour. */
    final List<Long> waits = new CopyOnWriteArrayList<>();

    final AtomicInteger pending = new AtomicInteger();
    private final Scheduler real = Schedulers.newSingle("fast-time", true);
    private final long begun = System.nanoTime();
    private final AtomicLong waited = new AtomicLong(); // milliseconds
    private final boolean standing;

    public FastTime() {
        this(1000);
    }

    FastTime(long speed) {
        this(speed, false);
    }

    private FastTime(long speed, boolean standing) {
        this.speed = speed;
        this.standing = standing;
    }

    /** Makes time that stands still but for what was waited for: requests take none, however slow the machine is. */
    static FastTime standing() {
        return new FastTime(1000, true);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return real.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        boolean waits = unit.toMillis(delay) < TimeUnit.HOURS.toMillis(1);
        if (waits) {
            this.waits.add(unit.toMillis(delay));
        }
        pending.incrementAndGet();
        AtomicBoolean over = new AtomicBoolean();
        Disposable scheduled = real.schedule(
                () -> {
                    if (!over.getAndSet(true)) {
                        pending.decrementAndGet();
                        waited.addAndGet(waits ? unit.toMillis(delay) : 0);
                        task.run();
                    }
                },
                unit.toNanos(delay) / speed,
                TimeUnit.NANOSECONDS);
        return () -> {
            if (!over.getAndSet(true)) {
                pending.decrementAndGet();
                scheduled.dispose();
            }
        };
    }

    @Override
    public long now(TimeUnit unit) {
        return standing
                ? unit.convert(waited.get(), TimeUnit.MILLISECONDS)
                : unit.convert((System.nanoTime() - begun) * speed, TimeUnit.NANOSECONDS);
    }

    @Override
    public Worker createWorker() {
        throw new UnsupportedOperationException("nobody needs one here");
    }

    @Override
    public void dispose() {
        real.dispose();
    }
}
