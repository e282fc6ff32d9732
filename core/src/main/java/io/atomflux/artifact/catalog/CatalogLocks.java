package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.LeaseLock;
import io.atomflux.error.StoreBusyException;
import io.atomflux.value.Bytes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * Locks kept in a catalog: one entry each, with an expiry that the holder moves before it is reached.
 *
 * <p>Those who wait in this process stand in a queue, and only its head looks at the catalog, with growing random pauses on a
 * timer. A token is one more than that of the entry found; an entry is only forgotten after raising a floor that tokens of
 * names without entry begin behind. Times are the catalog's, so clocks of machines do not matter where the engine has one.
 */
final class CatalogLocks implements LeaseLock {

    private static final long FIRST_PAUSE_MILLIS = 4;
    private static final long LONGEST_PAUSE_MILLIS = 150;

    private final Catalog catalog;
    private final Mono<Void> writable;
    private final Duration lease;
    private final Map<String, ArrayDeque<Waiter>> queues = new HashMap<>();

    /** Takes what completes once the store exists, and for how long a holder that does not renew is trusted. */
    CatalogLocks(Catalog catalog, Mono<Void> writable, Duration lease) {
        this.catalog = catalog;
        this.writable = writable;
        this.lease = lease;
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
        private final Bytes key;
        private final long deadline;
        private final MonoSink<Lease> sink;
        private final Disposable.Swap timer = Disposables.swap();
        private boolean over; // guarded by this
        private boolean trying; // guarded by this: a commit may be on its way, and its outcome decides
        private @Nullable Held held; // guarded by this
        private volatile String holder = "another caller in this process";

        Waiter(String name, Duration wait, MonoSink<Lease> sink) {
            this.name = name;
            this.key = Keys.lock(name);
            this.deadline = System.nanoTime() + wait.toNanos();
            this.sink = sink;
        }

        void enter() {
            boolean first;
            synchronized (queues) {
                ArrayDeque<Waiter> queue = queues.computeIfAbsent(name, n -> new ArrayDeque<>());
                first = queue.isEmpty();
                queue.add(this);
            }
            if (first) {
                attempt(FIRST_PAUSE_MILLIS);
            } else {
                later(Math.max(0, deadline - System.nanoTime()), this::giveUp);
            }
        }

        private void later(long nanos, Runnable work) {
            timer.update(Schedulers.parallel().schedule(work, nanos, TimeUnit.NANOSECONDS));
        }

        /** Leaves the queue; whoever is its head then goes on. */
        void leave() {
            timer.dispose();
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
            long asked = System.nanoTime();
            take().map(Optional::of)
                    .defaultIfEmpty(Optional.empty())
                    .subscribe(taken -> tried(taken, asked, pause), this::failed);
        }

        /** Takes the lock if it is free; else completes empty. */
        private Mono<LockEntry> take() {
            return writable.then(Mono.defer(() -> Mono.zip(
                            catalog.get(key).map(Optional::of).defaultIfEmpty(Optional.empty()),
                            LockEntry.floor(catalog),
                            catalog.now())))
                    .flatMap(seen -> {
                        Optional<Bytes> stands = seen.getT1();
                        Optional<LockEntry> entry = stands.map(LockEntry::read);
                        long now = seen.getT3();
                        if (entry.isPresent() && !entry.get().free(now)) {
                            holder = entry.get().holder();
                            return Mono.empty();
                        }
                        Commit.Builder commit = Commit.builder();
                        stands.ifPresentOrElse(value -> commit.expect(key, value), () -> {
                            commit.expectAbsent(key);
                            LockEntry.expectFloor(commit, seen.getT2());
                        });
                        long token = 1 + entry.map(LockEntry::token).orElse(LockEntry.number(seen.getT2()));
                        String me = "process %d, %s"
                                .formatted(ProcessHandle.current().pid(), Ids.random());
                        LockEntry taken = new LockEntry(token, now + lease.toMillis(), true, me);
                        return catalog.commit(commit.put(key, taken.write()).build())
                                .filter(done -> done)
                                .map(done -> taken);
                    });
        }

        private void tried(Optional<LockEntry> taken, long asked, long pause) {
            boolean late;
            Held mine = taken.map(entry -> new Held(this, entry, asked)).orElse(null);
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
                    new StoreBusyException(catalog.name(), "lock \"%s\" is held by %s".formatted(name, holder), null));
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
        private final LockEntry entry;
        private final Sinks.Empty<Void> lost = Sinks.empty();
        private final Disposable.Swap timer = Disposables.swap();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Mono<Void> release;
        private volatile long trustedUntil;

        Held(Waiter owner, LockEntry entry, long asked) {
            this.owner = owner;
            this.entry = entry;
            this.trustedUntil = asked + lease.toNanos();
            this.release = Mono.defer(this::end).cache();
        }

        @Override
        public long token() {
            return entry.token();
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
            timer.dispose();
            return change(LockEntry::givenBack).then().doFinally(signal -> owner.leave());
        }

        void renewLater() {
            long pause = Math.min(lease.toNanos() / 3, trustedUntil - System.nanoTime());
            timer.update(Schedulers.parallel().schedule(this::renew, Math.max(0, pause), TimeUnit.NANOSECONDS));
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
            change((mine, now) -> mine.until(now + lease.toMillis()))
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

        /** Changes the entry if it is still this holder's; tells whether it is. */
        private Mono<Boolean> change(BiFunction<LockEntry, Long, LockEntry> to) {
            return Mono.defer(() -> catalog.now()
                            .flatMap(now -> catalog.get(owner.key)
                                    .filter(stands -> LockEntry.read(stands).isOf(entry))
                                    .map(Optional::of)
                                    .defaultIfEmpty(Optional.empty())
                                    .flatMap(stands -> stands.isEmpty()
                                            ? Mono.just(false)
                                            : catalog.commit(Commit.builder()
                                                            .expect(owner.key, stands.get())
                                                            .put(
                                                                    owner.key,
                                                                    to.apply(LockEntry.read(stands.get()), now)
                                                                            .write())
                                                            .build())
                                                    .filter(done -> done))))
                    .repeatWhenEmpty(Retries::paced);
        }

        private void lose() {
            if (ended.compareAndSet(false, true)) {
                timer.dispose();
                lost.tryEmitEmpty();
                owner.leave();
            }
        }
    }
}
