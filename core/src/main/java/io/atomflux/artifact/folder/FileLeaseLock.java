package io.atomflux.artifact.folder;

import io.atomflux.adapter.WaitTimer;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/**
 * Locks by name for the processes of one machine: the system's locks of a file, which it frees with their process at once.
 *
 * <p>In a process those who want one name wait in a queue; its head asks again and again, at growing intervals. Nobody waits on
 * a thread.
 */
final class FileLeaseLock implements LeaseLock {

    private static final long FIRST_PAUSE_MILLIS = 2;
    private static final long LONGEST_PAUSE_MILLIS = 40;
    private static final int THREADS = 2;

    private final FolderPlace place;
    private final Mono<Void> writable;
    private final Lane lane = new Lane(THREADS);
    private final Map<String, ArrayDeque<Waiter>> queues = new HashMap<>(); // guarded by itself
    private final Set<Held> held = new HashSet<>(); // guarded by itself
    private @Nullable LeaseFile file; // guarded by lane's calls through this
    private boolean closed;

    /** Takes what completes once the store exists, or fails if it is only read. */
    FileLeaseLock(FolderPlace place, Mono<Void> writable) {
        this.place = place;
        this.writable = writable;
    }

    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        Objects.requireNonNull(name, "name");
        if (wait.isNegative()) {
            throw new IllegalArgumentException("wait: %s (expected: not negative)".formatted(wait));
        }
        // Nothing may stand between the sink and the caller: an operator that was cancelled drops what comes to it, and
        // the sink,
        // which has given it away, does not hear of that any more.
        return Mono.create(sink -> {
            Waiter waiter = new Waiter(name, wait, sink);
            sink.onCancel(waiter::cancel);
            var unused =
                    writable.contextWrite(sink.contextView()).subscribe(nothing -> {}, waiter::refused, waiter::enter);
        });
    }

    private synchronized LeaseFile file() throws IOException {
        if (closed) {
            throw new StoreClosedException(place.name());
        }
        LeaseFile open = file;
        if (open == null) {
            open = LeaseFile.open(place.folder("locks"));
            file = open;
        }
        return open;
    }

    /** Ends all locks that are held, telling their holders. */
    Mono<Void> close() {
        return lane.call(place.name(), "closing", () -> {
            LeaseFile open;
            synchronized (this) {
                closed = true; // first: whoever gets its turn by what follows is refused
                open = file;
                file = null;
            }
            List<Held> all;
            synchronized (held) {
                all = new ArrayList<>(held);
            }
            try {
                for (Held lease : all) {
                    lease.lose();
                }
            } finally {
                if (open != null) {
                    open.close();
                }
            }
            return null;
        });
    }

    /** Locks a name; null if another has it. */
    private @Nullable Held tryLock(Waiter waiter) throws IOException {
        LeaseFile.Held lock = file().tryLock(LeaseFile.place(waiter.name));
        if (lock == null) {
            return null;
        }
        Held taken = new Held(waiter, lock);
        boolean late;
        synchronized (this) {
            late = closed; // closing ends those it finds, which may be before this one was there
        }
        if (late && taken.end()) {
            throw new StoreClosedException(place.name());
        }
        return taken;
    }

    /** One who wants a lock, or has it; at the head of its queue it alone asks for it. */
    private final class Waiter {
        private final String name;
        private final long deadline;
        private final MonoSink<Lease> sink;
        private final WaitTimer timer = new WaitTimer();
        private boolean over; // guarded by this
        private boolean trying; // guarded by this: its outcome decides
        private @Nullable Held taken; // guarded by this
        private boolean first; // guarded by queues

        Waiter(String name, Duration wait, MonoSink<Lease> sink) {
            this.name = name;
            long nanos = wait.compareTo(Duration.ofDays(365)) > 0
                    ? Duration.ofDays(365).toNanos()
                    : wait.toNanos();
            this.deadline = System.nanoTime() + nanos;
            this.sink = sink;
        }

        void enter() {
            boolean begins;
            synchronized (queues) {
                ArrayDeque<Waiter> queue = queues.computeIfAbsent(name, n -> new ArrayDeque<>());
                queue.add(this);
                begins = queue.peek() == this;
                first = begins;
                if (!begins) { // before anyone can make it the head, whose timer is for attempts
                    later(Math.max(0, deadline - System.nanoTime()), this::giveUp);
                }
            }
            boolean gone;
            synchronized (this) {
                gone = over;
            }
            if (gone) {
                leave(); // cancelled before it was in the queue
            } else if (begins) {
                attempt(FIRST_PAUSE_MILLIS);
            }
        }

        void refused(Throwable problem) {
            boolean late;
            synchronized (this) {
                late = over;
                over = true;
            }
            if (!late) {
                sink.error(problem);
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
                    queue.remove(this);
                    next = queue.peek();
                    if (queue.isEmpty()) {
                        queues.remove(name);
                    } else if (next != null && next.first) {
                        next = null; // asks already
                    } else if (next != null) {
                        next.first = true;
                    }
                }
            }
            if (next != null) {
                next.attempt(FIRST_PAUSE_MILLIS);
            }
        }

        void attempt(long pause) {
            synchronized (this) {
                if (over) {
                    return;
                }
                trying = true;
            }
            lane.call(place.name(), "locking", () -> tryLock(this))
                    .subscribe(mine -> tried(mine, pause), this::failed, () -> tried(null, pause));
        }

        private void tried(@Nullable Held mine, long pause) {
            boolean late;
            synchronized (this) {
                if (mine == null && taken != null) {
                    return; // completion after the lock was taken
                }
                trying = false;
                late = over;
                if (mine != null) {
                    taken = mine;
                    over = true;
                }
            }
            if (mine != null) {
                if (late) {
                    mine.giveBack();
                } else {
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
            boolean head;
            synchronized (queues) {
                head = first;
            }
            synchronized (this) {
                if (over || trying) {
                    return;
                }
                over = true;
            }
            leave();
            sink.error(new StoreBusyException(
                    place.name(),
                    "lock \"%s\" is held by %s"
                            .formatted(name, head ? "another process" : "another caller in this process"),
                    null));
        }

        void cancel() {
            Held mine;
            boolean waiting;
            synchronized (this) {
                mine = taken;
                waiting = !over && !trying;
                over = true;
            }
            if (mine != null) {
                mine.giveBack(); // it was on its way to the caller
            } else if (waiting) {
                leave();
            }
        }
    }

    /** A lock that was taken. */
    private final class Held implements Lease {
        private final Waiter owner;
        private final LeaseFile.Held lock;
        private final Sinks.Empty<Void> lost = Sinks.empty();
        private final Mono<Void> release;

        Held(Waiter owner, LeaseFile.Held lock) {
            this.owner = owner;
            this.lock = lock;
            this.release = lane.<Void>call(place.name(), "unlocking", () -> {
                        end();
                        return null;
                    })
                    .cache();
            synchronized (held) {
                held.add(this);
            }
        }

        @Override
        public long token() {
            return lock.token();
        }

        @Override
        public Mono<Void> lost() {
            return lost.asMono();
        }

        @Override
        public Mono<Void> release() {
            return release;
        }

        private boolean end() throws IOException {
            boolean was;
            synchronized (held) {
                was = held.remove(this);
            }
            if (was) {
                try {
                    lock.release();
                } finally {
                    owner.leave();
                }
            }
            return was;
        }

        void lose() throws IOException {
            if (end()) {
                lost.tryEmitEmpty();
            }
        }

        void giveBack() {
            release.subscribe(done -> {}, problem -> Operators.onErrorDropped(problem, Context.empty()));
        }
    }
}
