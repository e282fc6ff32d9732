package io.atomflux.adapter;

import io.atomflux.error.StoreBusyException;
import io.atomflux.spi.LeaseLock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/**
 * Locks made of cells that expire unless renewed.
 *
 * <p>Those who wait in this process stand in a queue, and only its head looks at the cell, with growing random pauses on a
 * timer. A holder renews three times per lease, and takes its lock for lost once nobody confirmed it for one, counted from
 * before the last confirmed call was sent. For many threads.
 */
public final class PolledLocks implements LeaseLock {

    private static final long FIRST_PAUSE_MILLIS = 4;
    private static final long LONGEST_PAUSE_MILLIS = 150;

    private static final Duration LEASE = Duration.ofSeconds(10);

    private final LockCells cells;
    private final Duration lease;
    private final Map<String, ArrayDeque<Waiter>> queues = new HashMap<>(); // guarded by itself

    private PolledLocks(LockCells cells, Duration lease) {
        this.cells = cells;
        this.lease = lease;
    }

    /** Makes locks that a holder loses which does not renew them for ten seconds. */
    public static PolledLocks of(LockCells cells) {
        return of(cells, LEASE);
    }

    /** As the other, with a time of one's own. */
    public static PolledLocks of(LockCells cells, Duration lease) {
        if (lease.compareTo(Duration.ofMillis(10)) < 0) {
            throw new IllegalArgumentException("lease: %s (expected: at least 10 ms)".formatted(lease));
        }
        return new PolledLocks(cells, lease);
    }

    @Override
    public Duration grace() {
        return lease;
    }

    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        Objects.requireNonNull(name, "name");
        if (wait.isNegative()) {
            throw new IllegalArgumentException("wait: %s (expected: not negative)".formatted(wait));
        }
        return Mono.create(sink -> {
            Waiter waiter = new Waiter(name, wait, sink);
            sink.onCancel(waiter::cancel);
            waiter.enter();
        });
    }

    /** One who wants a lock, or has it: at the head of its queue it alone deals with the entry. */
    private final class Waiter {
        private final String name;
        private final String me =
                "process %d, %s".formatted(ProcessHandle.current().pid(), UUID.randomUUID());
        private final long deadline;
        private final MonoSink<Lease> sink;
        private final WaitTimer timer = new WaitTimer();
        private boolean over; // guarded by this
        private boolean trying; // guarded by this: a commit may be on its way, and its outcome decides
        private @Nullable Held held; // guarded by this
        private volatile String holder = "another caller in this process";

        Waiter(String name, Duration wait, MonoSink<Lease> sink) {
            this.name = name;
            this.deadline = System.nanoTime() + wait.toNanos();
            this.sink = sink;
        }

        void enter() {
            boolean first;
            synchronized (queues) {
                ArrayDeque<Waiter> queue = queues.computeIfAbsent(name, n -> new ArrayDeque<>());
                first = queue.isEmpty();
                queue.add(this);
                if (!first) { // before anyone can make it the head, whose timer is for attempts
                    later(Math.max(0, deadline - System.nanoTime()), this::giveUp);
                }
            }
            boolean gone;
            synchronized (this) {
                gone = over;
            }
            if (gone) {
                leave(); // cancelled before it was in the queue
            } else if (first) {
                attempt(FIRST_PAUSE_MILLIS);
            }
        }

        private void later(long nanos, Runnable work) {
            timer.set(nanos, work);
        }

        /** Leaves the queue; whoever is its head then goes on. */
        void leave() {
            timer.end();
            Waiter next = null;
            synchronized (queues) {
                ArrayDeque<Waiter> queue = queues.get(name);
                if (queue != null) {
                    boolean head = queue.peek() == this;
                    queue.remove(this);
                    next = head ? queue.peek() : null;
                    if (queue.isEmpty()) {
                        queues.remove(name);
                    }
                }
            }
            if (next != null) {
                Waiter head = next; // on the timer: many who give it back at once would pile up on this stack
                head.later(0, () -> head.attempt(FIRST_PAUSE_MILLIS));
            }
        }

        void attempt(long pause) {
            synchronized (this) {
                if (over) {
                    return;
                }
                trying = true;
            }
            long asked = System.nanoTime();
            Mono.defer(() -> cells.take(name, me, lease))
                    .subscribe(attempt -> tried(attempt, asked, pause), this::failed);
        }

        private void tried(LockCells.Attempt attempt, long asked, long pause) {
            boolean late;
            Held mine = attempt.isTaken() ? new Held(this, attempt.token(), asked) : null;
            holder = Objects.requireNonNullElse(attempt.holder(), holder);
            synchronized (this) {
                trying = false;
                late = over;
                if (mine != null && !late) {
                    over = true;
                    held = mine;
                }
            }
            if (mine != null) {
                if (late) {
                    mine.giveBack();
                } else {
                    mine.renewLater();
                    sink.success(mine);
                }
            } else if (late) {
                leave();
            } else if (System.nanoTime() - deadline >= 0) {
                giveUp();
            } else {
                long millis = 1 + ThreadLocalRandom.current().nextLong(pause);
                long nanos = Math.min(TimeUnit.MILLISECONDS.toNanos(millis), deadline - System.nanoTime());
                later(Math.max(0, nanos), () -> attempt(Math.min(LONGEST_PAUSE_MILLIS, 2 * pause)));
            }
        }

        private void failed(Throwable problem) {
            boolean late;
            synchronized (this) {
                trying = false;
                late = over;
                over = true;
            }
            leave();
            if (!late) {
                sink.error(problem);
            }
        }

        private void giveUp() {
            synchronized (this) {
                if (over || trying) {
                    return;
                }
                over = true;
            }
            leave();
            sink.error(
                    new StoreBusyException(cells.store(), "lock \"%s\" is held by %s".formatted(name, holder), null));
        }

        void cancel() {
            Held taken;
            boolean waiting;
            synchronized (this) {
                taken = held;
                waiting = !over && !trying;
                over = true;
            }
            if (taken != null) {
                taken.giveBack(); // it was on its way to the caller
            } else if (waiting) {
                leave();
            }
        }
    }

    /** A lock that was taken. */
    private final class Held implements Lease {
        private final Waiter owner;
        private final long token;
        private final Sinks.Empty<Void> lost = Sinks.empty();
        private final WaitTimer timer = new WaitTimer();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Mono<Void> release;
        private volatile long trustedUntil;

        Held(Waiter owner, long token, long asked) {
            this.owner = owner;
            this.token = token;
            this.trustedUntil = asked + lease.toNanos();
            this.release = Mono.defer(this::end).cache();
        }

        @Override
        public long token() {
            return token;
        }

        @Override
        public Mono<Void> lost() {
            return lost.asMono();
        }

        @Override
        public Mono<Void> release() {
            return release;
        }

        void giveBack() {
            release.subscribe(done -> {}, problem -> Operators.onErrorDropped(problem, Context.empty()));
        }

        private Mono<Void> end() {
            if (!ended.compareAndSet(false, true)) {
                return Mono.empty(); // lost
            }
            timer.end();
            return cells.giveBack(owner.name, owner.me, token)
                    .doOnTerminate(
                            owner::leave); // before it is told: the next one may ask at once, and wait for nothing
        }

        void renewLater() {
            long pause = Math.min(lease.toNanos() / 3, trustedUntil - System.nanoTime());
            timer.set(Math.max(0, pause), this::renew);
        }

        private void renew() {
            long asked = System.nanoTime();
            if (ended.get()) {
                return;
            }
            if (asked - trustedUntil >= 0) {
                lose();
                return;
            }
            cells.renew(owner.name, owner.me, token, lease)
                    .timeout(Duration.ofNanos(trustedUntil - asked))
                    .subscribe(
                            done -> {
                                if (done) {
                                    trustedUntil = asked + lease.toNanos();
                                    renewLater();
                                } else {
                                    lose();
                                }
                            },
                            problem -> renewLater()); // until nobody can trust it any more
        }

        private void lose() {
            if (ended.compareAndSet(false, true)) {
                timer.end();
                lost.tryEmitEmpty();
                owner.leave();
            }
        }
    }
}
