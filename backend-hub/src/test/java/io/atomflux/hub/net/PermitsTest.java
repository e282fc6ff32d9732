package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.StoreBusyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** How many run at once. */
@Timeout(60)
class PermitsTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Permits permits = new Permits("hub", 2, Duration.ofMinutes(1), time);

    @Test
    @DisplayName("those who wait come in order, and one who goes away makes no gap")
    void keepsOrder() {
        List<Integer> began = new ArrayList<>();
        List<Disposable> running = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            running.add(permits.with(ticket -> {
                        began.add(number);
                        return Flux.never();
                    })
                    .subscribe());
        }
        assertThat(began).containsExactly(0, 1);
        running.get(3).dispose();
        running.get(0).dispose();
        assertThat(began).containsExactly(0, 1, 2);
        running.get(2).dispose();
        running.get(1).dispose();
        assertThat(began).containsExactly(0, 1, 2, 4, 5);
        running.forEach(Disposable::dispose);
        assertThat(permits.running()).isZero();
        assertThat(permits.queued()).isZero();
    }

    @Test
    @DisplayName("ends of all kinds make room")
    void everyEndMakesRoom() {
        for (int i = 0; i < 10; i++) {
            StepVerifier.create(permits.with(ticket -> Flux.just(1)))
                    .expectNext(1)
                    .verifyComplete();
            StepVerifier.create(permits.with(ticket -> Flux.error(new IllegalStateException("no"))))
                    .verifyError(IllegalStateException.class);
            StepVerifier.create(permits.with(ticket -> {
                        throw new IllegalStateException("at once");
                    }))
                    .verifyError(IllegalStateException.class);
            permits.with(ticket -> Flux.never()).subscribe().dispose();
        }
        assertThat(permits.running()).isZero();
    }

    @Test
    @DisplayName("one who waits for long is told that nothing ends")
    void waitsNotForEver() {
        Disposable first = permits.with(ticket -> Flux.never()).subscribe();
        Disposable second = permits.with(ticket -> Flux.never()).subscribe();
        StepVerifier.create(permits.with(ticket -> Flux.just(1)))
                .then(() -> time.advanceTimeBy(Duration.ofMinutes(1)))
                .verifyErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOf(StoreBusyException.class)
                        .hasMessageContaining("2 requests"));
        assertThat(permits.queued()).isZero();
        first.dispose();
        second.dispose();
        assertThat(permits.running()).isZero();
    }

    @Test
    @DisplayName("many threads that come, go and give up: never more than allowed, and nothing is lost")
    void survivesCrowds() {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Random random = new Random(3);
        Sinks.Empty<Void> done = Sinks.empty();
        Flux.range(0, 2000)
                .flatMap(
                        i -> {
                            int kind = random.nextInt(3);
                            // What is given up while it starts has given its permit back already: it counts for
                            // nothing.
                            int counted = kind == 0 ? 0 : 1;
                            Flux<Integer> work = permits.with(ticket -> Flux.just(i)
                                    .doOnSubscribe(s -> most.accumulateAndGet(inside.addAndGet(counted), Math::max))
                                    .delayElements(Duration.ofNanos(1000 * kind), Schedulers.parallel())
                                    .doOnTerminate(() -> inside.addAndGet(-counted))
                                    .doOnCancel(() -> inside.addAndGet(-counted)));
                            return (kind == 0 ? work.takeUntilOther(Mono.delay(Duration.ofNanos(50_000))) : work)
                                    .subscribeOn(Schedulers.parallel());
                        },
                        16)
                .doFinally(s -> done.tryEmitEmpty())
                .subscribe();
        done.asMono().block(Duration.ofSeconds(30));
        assertThat(most.get()).isLessThanOrEqualTo(2);
        while (permits.running() > 0) {
            Thread.onSpinWait(); // the last ones give back after they told their end
        }
        assertThat(permits.queued()).isZero();
    }

    /** A stream that nobody reads since a while. */
    private final class Unread implements Permits.Holder {
        private final OptionalLong since;
        private final AtomicInteger asked = new AtomicInteger();
        private final Sinks.Empty<Void> end = Sinks.empty();

        Unread(OptionalLong since) {
            this.since = since;
        }

        Disposable open() {
            return permits.with(ticket -> {
                        ticket.heldBy(this);
                        return end.asMono().flux();
                    })
                    .subscribe();
        }

        @Override
        public OptionalLong idleSince() {
            return since;
        }

        @Override
        public void makeRoom() {
            asked.incrementAndGet();
        }
    }

    @Test
    @DisplayName("while others wait, as many of the unread make room, the longest unread first; nobody who is read")
    void unreadMakeRoom() {
        Unread read = new Unread(OptionalLong.empty());
        Unread unread = new Unread(OptionalLong.of(0));
        read.open();
        unread.open();
        time.advanceTimeBy(Duration.ofMinutes(10));
        assertThat(unread.asked).as("nobody waits").hasValue(0);
        List<Integer> began = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int number = i;
            permits.with(ticket -> {
                        began.add(number);
                        return Flux.never();
                    })
                    .subscribe();
        }
        time.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(read.asked).hasValue(0);
        assertThat(unread.asked).hasValue(1);
        assertThat(began).isEmpty();
        unread.end.tryEmitEmpty();
        assertThat(began).containsExactly(0);
        time.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(read.asked).hasValue(0);
    }

    @Test
    @DisplayName("one who waits asks one to make room, the one unread longest; who was read just now is not asked")
    void longestUnreadFirst() {
        Unread early = new Unread(OptionalLong.of(500));
        Unread earlier = new Unread(OptionalLong.of(100));
        early.open();
        earlier.open();
        Disposable waits = permits.with(ticket -> Flux.never()).subscribe();
        time.advanceTimeBy(Duration.ofMillis(1050));
        assertThat(earlier.asked).as("not a second yet").hasValue(0);
        time.advanceTimeBy(Duration.ofSeconds(5));
        assertThat(earlier.asked).hasValue(1);
        assertThat(early.asked).hasValue(0);
        waits.dispose();
    }
}
