package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Work on threads that go on with what waits. */
class OnPoolTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static <T> Mono<T> call(OnPool pool, OnPool.Work<T> work) {
        return pool.call(work, thrown -> {
            throw new AssertionError(thrown);
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("all work is done, however much, and no more than agreed at once")
    void boundsWhatRuns() {
        for (int most : new int[] {1, 2, 5}) {
            OnPool pool = new OnPool(most);
            AtomicInteger running = new AtomicInteger();
            AtomicInteger atOnce = new AtomicInteger();
            List<Integer> done = Flux.range(0, 3000)
                    .flatMapSequential(
                            i -> call(pool, interest -> {
                                atOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
                                running.decrementAndGet();
                                return i;
                            }),
                            64)
                    .collectList()
                    .block(PATIENCE);
            assertThat(done).hasSize(3000).isSorted();
            assertThat(atOnce.get()).isBetween(1, most);
        }
    }

    @Test
    @DisplayName("what waits is begun while a thread is held up by who got its result")
    void goesAroundSlowConsumers() {
        OnPool pool = new OnPool(2);
        CountDownLatch others = new CountDownLatch(100);
        CountDownLatch over = new CountDownLatch(1);
        var slow = call(pool, interest -> 0).subscribe(value -> {
            await(others);
            over.countDown();
        });
        for (int i = 0; i < 100; i++) {
            var quick = call(pool, interest -> 1).subscribe(value -> others.countDown());
        }
        await(over);
        assertThat(slow.isDisposed()).isTrue();
    }

    @Test
    @DisplayName("a consumer that ends the thread with an error ends nothing else")
    void survivesErrorsDownstream() {
        OnPool pool = new OnPool(1);
        CountDownLatch begun = new CountDownLatch(1);
        var fatal = call(pool, interest -> {
                    await(begun);
                    return 0;
                })
                .subscribe(value -> {
                    throw new OutOfMemoryError("of a test");
                });
        Mono<Integer> next = call(pool, interest -> 1).doOnSubscribe(subscription -> begun.countDown());
        assertThat(next.block(PATIENCE)).isEqualTo(1);
        assertThat(call(pool, interest -> 2).block(PATIENCE)).isEqualTo(2);
        assertThat(fatal).isNotNull();
    }

    @Test
    @DisplayName("cancelled, what waits never begins, and what runs hears of it")
    void cancels() {
        OnPool pool = new OnPool(1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        var running = pool.call(
                        interest -> {
                            begun.countDown();
                            await(cancelled);
                            interest.check();
                            return "not heard of";
                        },
                        thrown -> {
                            seen.add(Objects.toString(thrown.getMessage()));
                            return "failed";
                        })
                .subscribe();
        await(begun);
        var waiting = call(pool, interest -> seen.add("waited")).subscribe();
        running.dispose();
        waiting.dispose();
        cancelled.countDown();
        assertThat(call(pool, interest -> "last").block(PATIENCE)).isEqualTo("last");
        assertThat(seen).containsExactly("nobody waits for this any more");
    }

    @Test
    @DisplayName("an interrupt that work leaves behind is not that of the next")
    void clearsInterrupts() {
        OnPool pool = new OnPool(1);
        CountDownLatch begun = new CountDownLatch(1);
        var first = call(pool, interest -> {
                    await(begun);
                    Thread.currentThread().interrupt();
                    return 0;
                })
                .subscribe();
        Mono<Boolean> next = call(pool, interest -> Thread.currentThread().isInterrupted())
                .doOnSubscribe(subscription -> begun.countDown());
        assertThat(next.block(PATIENCE)).isFalse();
        assertThat(first).isNotNull();
    }

    @Test
    @DisplayName("where no thread is to be had, everybody is told")
    void tellsWhereRefused() {
        Scheduler none = Schedulers.newSingle("none");
        none.dispose();
        OnPool pool = new OnPool(1, none);
        for (int i = 0; i < 3; i++) {
            Mono<Integer> refused = pool.call(interest -> 0, thrown -> {
                throw new IllegalStateException("told", thrown);
            });
            assertThatThrownBy(() -> refused.block(PATIENCE)).hasMessage("told");
        }
    }
}
