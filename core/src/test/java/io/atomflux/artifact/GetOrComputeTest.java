package io.atomflux.artifact;

import static io.atomflux.artifact.ArtifactStoreTest.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.spi.LeaseLock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Values that are computed once. */
@Timeout(60)
class GetOrComputeTest {

    private static final ArtifactOptions OPTIONS = ArtifactOptions.none().provenance(Provenance.none());

    private final ArtifactStorage storage = MemoryStorage.create("test");
    private final ArtifactStore store = ArtifactStore.of(storage, OPTIONS);
    private final AtomicInteger computed = new AtomicInteger();

    private Mono<Long> computation(long value) {
        return Mono.fromSupplier(() -> {
            computed.incrementAndGet();
            return value;
        });
    }

    @Test
    @DisplayName("I14: of many who ask at once, in several stores on one storage, one computes")
    void computesOnce() {
        ArtifactStore other = ArtifactStore.of(storage, OPTIONS);

        List<Long> all = now(Flux.range(0, 200)
                .flatMap(
                        i -> (i % 2 == 0 ? store : other)
                                .getOrCompute("a", Long.class, computation(7).delayElement(Duration.ofMillis(20))),
                        200)
                .collectList());

        assertThat(all).hasSize(200).containsOnly(7L);
        assertThat(computed).hasValue(1);
        assertThat(now(store.getOrCompute("a", Long.class, computation(8)))).isEqualTo(7);
        assertThat(computed).hasValue(1);
    }

    @Test
    @DisplayName("a computation that fails fails for those who wait, stores nothing, and the next begins anew")
    void failureIsShared() {
        Sinks.Empty<Long> failing = Sinks.empty();
        var first = store.getOrCompute("a", Long.class, failing.asMono()).toFuture();
        var second = store.getOrCompute("a", Long.class, computation(1)).toFuture();
        failing.tryEmitError(new IllegalArgumentException("planted"));

        assertThatThrownBy(() -> first.get(60, TimeUnit.SECONDS)).hasMessageContaining("planted");
        assertThatThrownBy(() -> second.get(60, TimeUnit.SECONDS)).hasMessageContaining("planted");
        assertThat(computed).hasValue(0);
        assertThat(now(store.exists("a"))).isFalse();
        assertThat(now(store.getOrCompute("a", Long.class, computation(2)))).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "locks that throw rather than signal fail who asks, and leave nobody waiting for a computation that never began")
    void locksThatThrow() {
        AtomicInteger asked = new AtomicInteger();
        LeaseLock throwing = (name, wait) -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("planted");
            }
            return storage.locks().acquire(name, wait);
        };
        ArtifactStore locked = ArtifactStore.of(storage, OPTIONS.locks(throwing));

        assertThatThrownBy(() -> now(locked.getOrCompute("a", Long.class, computation(1))))
                .hasMessageContaining("planted");
        assertThat(now(locked.getOrCompute("a", Long.class, computation(2)))).isEqualTo(2);
    }

    @Test
    @DisplayName("if who computes gives up, one of those who wait computes")
    void cancellationPassesOn() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        Mono<Long> endless = Mono.<Long>never()
                .doOnSubscribe(subscription -> begun.countDown())
                .doOnCancel(cancelled::countDown);
        Disposable first = store.getOrCompute("a", Long.class, endless).subscribe();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        var second = store.getOrCompute("a", Long.class, computation(3)).toFuture();
        var third = store.getOrCompute("a", Long.class, computation(3)).toFuture();

        first.dispose();

        assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.join()).isEqualTo(3);
        assertThat(third.join()).isEqualTo(3);
        assertThat(computed).hasValue(1);
    }

    @Test
    @DisplayName("a computation that answers nothing stores nothing")
    void empty() {
        assertThat(now(store.getOrCompute("a", Long.class, Mono.empty()))).isNull();
        assertThat(now(store.exists("a"))).isFalse();
    }

    @Test
    @DisplayName("a value that somebody puts meanwhile stands, and is the answer")
    void racedByPut() {
        Mono<Long> slow = store.put("a", 5L).then(computation(6));

        assertThat(now(store.getOrCompute("a", Long.class, slow))).isEqualTo(5);
        assertThat(now(store.get("a", Long.class))).isEqualTo(5);
    }

    @Test
    @DisplayName("a computation that asks for its own key is refused, not left waiting for itself")
    void refusesCircles() {
        Mono<Long> circle = store.getOrCompute("b", Long.class, store.getOrCompute("a", Long.class, computation(1)));

        assertThatThrownBy(() -> now(store.getOrCompute("a", Long.class, circle)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another key");
    }

    @Test
    @DisplayName("a store that is read-only answers what is there, and computes nothing")
    void readOnly() {
        now(store.put("a", 1L));

        assertThat(now(store.readOnly().getOrCompute("a", Long.class, computation(2))))
                .isEqualTo(1);
        assertThatThrownBy(() -> now(store.readOnly().getOrCompute("b", Long.class, computation(2))))
                .isInstanceOf(ReadOnlyStoreException.class);
        assertThat(computed).hasValue(0);
    }

    /** A test double: a lock that is given and taken away by hand, and counts. */
    private static final class HandLock implements LeaseLock {
        private final Sinks.Empty<Void> lost = Sinks.empty();
        private final AtomicInteger held = new AtomicInteger();

        @Override
        public Mono<Lease> acquire(String name, Duration wait) {
            return Mono.fromSupplier(() -> {
                held.incrementAndGet();
                return new Lease() {
                    @Override
                    public long token() {
                        return 1;
                    }

                    @Override
                    public Mono<Void> lost() {
                        return lost.asMono();
                    }

                    @Override
                    public Mono<Void> release() {
                        return Mono.fromRunnable(held::decrementAndGet);
                    }
                };
            });
        }
    }

    @Test
    @DisplayName("a computation whose lock is lost is cancelled, and nothing is stored")
    void lostLock() throws InterruptedException {
        HandLock lock = new HandLock();
        ArtifactStore locked = ArtifactStore.of(storage, OPTIONS.locks(lock));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        var result = locked.getOrCompute(
                        "a",
                        Long.class,
                        Mono.<Long>never()
                                .doOnSubscribe(subscription -> begun.countDown())
                                .doOnCancel(cancelled::countDown))
                .toFuture();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

        lock.lost.tryEmitEmpty();

        assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(result::join).hasCauseInstanceOf(StoreUnavailableException.class);
        assertThat(lock.held).hasValue(0);
        assertThat(now(store.exists("a"))).isFalse();
    }

    @Test
    @DisplayName("I8: the lock is given back when the computation fails or is cancelled")
    void releasesLock() throws InterruptedException {
        HandLock lock = new HandLock();
        ArtifactStore locked = ArtifactStore.of(storage, OPTIONS.locks(lock));

        assertThatThrownBy(() ->
                        now(locked.getOrCompute("a", Long.class, Mono.error(new IllegalArgumentException("planted")))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(lock.held).hasValue(0);
        CountDownLatch begun = new CountDownLatch(1);
        Disposable running = locked.getOrCompute(
                        "a", Long.class, Mono.<Long>never().doOnSubscribe(subscription -> begun.countDown()))
                .subscribe();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        running.dispose();
        assertThat(lock.held).hasValue(0);
    }

    @Test
    @DisplayName("waiting for another process is bounded by the time told")
    void boundsWaiting() {
        LeaseLock busy = (name, wait) -> Mono.delay(wait)
                .then(Mono.error(() -> new StoreBusyException("test", "lock " + name + " is held", null)));
        ArtifactStore locked = ArtifactStore.of(storage, OPTIONS.locks(busy));

        assertThatThrownBy(() -> now(
                        locked.getOrCompute("a", Long.class, computation(1), PutOptions.none(), Duration.ofMillis(50))))
                .isInstanceOf(StoreBusyException.class);
        assertThat(computed).hasValue(0);
    }

    @Test
    @DisplayName("a thousand who wait hold no thread")
    void waitersHoldNoThread() {
        Sinks.One<Long> value = Sinks.one();
        int before = Thread.activeCount();
        var all = Flux.range(0, 1000)
                .flatMap(
                        i -> store.getOrCompute("a", Long.class, value.asMono()).subscribeOn(Schedulers.parallel()),
                        1000)
                .collectList()
                .toFuture();

        assertThat(Thread.activeCount()).isLessThan(before + 100);
        value.tryEmitValue(4L);
        assertThat(all.join()).hasSize(1000).containsOnly(4L);
    }
}
