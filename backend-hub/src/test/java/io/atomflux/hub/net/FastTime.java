package io.atomflux.hub.net;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

    public FastTime() {
        this(1000);
    }

    FastTime(long speed) {
        this.speed = speed;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return real.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        if (unit.toMillis(delay) < TimeUnit.HOURS.toMillis(1)) {
            waits.add(unit.toMillis(delay));
        }
        pending.incrementAndGet();
        AtomicBoolean over = new AtomicBoolean();
        Disposable scheduled = real.schedule(
                () -> {
                    if (!over.getAndSet(true)) {
                        pending.decrementAndGet();
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
        return unit.convert((System.nanoTime() - begun) * speed, TimeUnit.NANOSECONDS);
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
