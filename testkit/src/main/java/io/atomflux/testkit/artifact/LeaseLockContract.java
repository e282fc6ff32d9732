package io.atomflux.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreBusyException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.testkit.BlockHoundGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** What every {@link LeaseLock} must do. Extend it in the tests of an engine; only the two factory methods are to be supplied. */
@Timeout(120)
public abstract class LeaseLockContract {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CALLERS = 16;

    private final boolean proof = Boolean.getBoolean("atomflux.proof");

    /** For subclasses. */
    protected LeaseLockContract() {}

    /** Opens locks at an empty place that no other test has. */
    protected abstract LeaseLock openEmpty();

    /** Opens the locks of the last {@link #openEmpty} once more, as another process would. */
    protected abstract LeaseLock openAgain();

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private static LeaseLock.Lease taken(LeaseLock locks, String name) {
        return Objects.requireNonNull(locks.acquire(name, PATIENCE).block(PATIENCE));
    }

    @Test
    @DisplayName("a lock is held by one at a time, in this opening and in another, and other names are free")
    final void isExclusive() {
        LeaseLock locks = openEmpty();
        LeaseLock other = openAgain();
        LeaseLock.Lease held = taken(locks, "any \u00e9 name/" + "x".repeat(2000));
        String name = "any \u00e9 name/" + "x".repeat(2000);
        for (LeaseLock asked : List.of(locks, other)) {
            assertThatThrownBy(() -> asked.acquire(name, Duration.ZERO).block(PATIENCE))
                    .isInstanceOf(StoreBusyException.class);
            assertThatThrownBy(() -> asked.acquire(name, Duration.ofMillis(50)).block(PATIENCE))
                    .isInstanceOf(StoreBusyException.class);
            Objects.requireNonNull(asked.acquire("another", Duration.ZERO).block(PATIENCE))
                    .release()
                    .block(PATIENCE);
        }
        held.release().block(PATIENCE);
        held.release().block(PATIENCE);
        LeaseLock.Lease second = taken(other, name);
        assertThat(second.token()).isGreaterThan(held.token());
        held.release().block(PATIENCE); // not its own any more
        assertThatThrownBy(() -> locks.acquire(name, Duration.ZERO).block(PATIENCE))
                .isInstanceOf(StoreBusyException.class);
        second.release().block(PATIENCE);
    }

    @Test
    @DisplayName("those who wait get it one after the other, with tokens that grow, and nobody is beside another")
    final void excludesAtOnce() throws Exception {
        List<LeaseLock> openings = List.of(openEmpty(), openAgain());
        AtomicInteger inside = new AtomicInteger();
        List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
        int[] unguarded = new int[1];
        List<Callable<Integer>> tasks = new ArrayList<>();
        int rounds = proof ? 100 : 5;
        for (int i = 0; i < CALLERS; i++) {
            LeaseLock locks = openings.get(i % 2);
            tasks.add(() -> {
                for (int round = 0; round < rounds; round++) {
                    LeaseLock.Lease lease = taken(locks, "x");
                    assertThat(inside.incrementAndGet()).isEqualTo(1);
                    tokens.add(lease.token());
                    unguarded[0]++;
                    inside.decrementAndGet();
                    lease.release().block(PATIENCE);
                }
                return 0;
            });
        }
        StorageFixture.together(tasks);
        assertThat(unguarded[0]).isEqualTo(CALLERS * rounds);
        assertThat(tokens).hasSize(CALLERS * rounds).isSorted().doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("cancelling gives up waiting, or releases what was just taken")
    final void cancels() {
        LeaseLock locks = openEmpty();
        LeaseLock other = openAgain();
        Random random = new Random(1);
        for (int round = 0; round < (proof ? 1000 : 40); round++) {
            LeaseLock asked = round % 2 == 0 ? locks : other;
            Disposable running = asked.acquire("x", PATIENCE)
                    .flatMap(lease -> lease.release().thenReturn(lease))
                    .subscribe();
            long until = System.nanoTime() + random.nextInt(500_000);
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            running.dispose();
        }
        LeaseLock.Lease held = taken(other, "y");
        Disposable waiting = locks.acquire("y", PATIENCE).subscribe();
        CompletableFuture<LeaseLock.@Nullable Lease> next =
                locks.acquire("y", PATIENCE).toFuture();
        waiting.dispose();
        held.release().block(PATIENCE);
        Objects.requireNonNull(Mono.fromFuture(next).block(PATIENCE)).release().block(PATIENCE);
        taken(locks, "x").release().block(PATIENCE);
    }

    @Test
    @DisplayName("cancelled at the moment it is delivered, a lock is either the caller's or free")
    final void losesNoLockOnTheWay() {
        LeaseLock locks = openEmpty();
        long pause = 100_000;
        for (int round = 0; round < (proof ? 20_000 : 100); round++) {
            AtomicReference<LeaseLock.@Nullable Lease> delivered = new AtomicReference<>();
            Disposable running =
                    locks.acquire("x", PATIENCE).doOnNext(delivered::set).subscribe();
            long until = System.nanoTime() + pause;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            boolean late = delivered.get() != null;
            running.dispose();
            pause = Math.max(
                    1, Math.min(20_000_000, late ? pause * 9 / 10 : pause * 10 / 9 + 1)); // so that it stays close
            CompletableFuture<LeaseLock.@Nullable Lease> next =
                    locks.acquire("x", PATIENCE).toFuture();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!next.isDone() && System.nanoTime() < deadline) {
                LeaseLock.Lease mine = delivered.getAndSet(null);
                if (mine != null) {
                    mine.release().block(PATIENCE);
                }
                Thread.yield();
            }
            assertThat(next).as("round %d: the next one's lock", round).isCompleted();
            Objects.requireNonNull(next.join()).release().block(PATIENCE);
        }
    }

    @Test
    @DisplayName("cancelled before it waits, nobody stands in the way of the next")
    final void cancelsAtOnce() {
        LeaseLock locks = openEmpty();
        for (int i = 0; i < 3; i++) {
            locks.acquire("x", PATIENCE).subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    cancel();
                }
            });
            taken(locks, "x").release().block(PATIENCE);
        }
    }

    @Test
    @DisplayName("a lock that was given back can be taken at once, by who does not wait")
    final void isFreeAtOnce() {
        LeaseLock locks = openEmpty();
        for (int round = 0; round < 40; round++) {
            Objects.requireNonNull(locks.acquire("x", Duration.ZERO).block(PATIENCE))
                    .release()
                    .block(PATIENCE);
        }
    }

    @Test
    @DisplayName("a lock that is held is not lost, nor one that was given back")
    final void isNotLost() {
        LeaseLock locks = openEmpty();
        LeaseLock.Lease held = taken(locks, "x");
        CompletableFuture<@Nullable Void> lost = held.lost().toFuture();
        held.release().block(PATIENCE);
        assertThat(lost).isNotDone();
        lost.cancel(true);
    }
}
