package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.test.StepVerifier;

/** A value that is found out once. */
@Timeout(60)
class OnceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AtomicInteger searches = new AtomicInteger();
    private final AtomicInteger givenUp = new AtomicInteger();
    private final List<MonoSink<String>> running = new ArrayList<>();

    /** Searches that the test ends. */
    private Once<String> controlled() {
        return new Once<>(Mono.create(sink -> {
            searches.incrementAndGet();
            sink.onCancel(givenUp::incrementAndGet);
            running.add(sink);
        }));
    }

    @Test
    @DisplayName("all who wait get the value of one search, and so does who comes later")
    void shared() {
        Once<String> once = controlled();
        List<String> told = new ArrayList<>();
        once.get().subscribe(told::add);
        once.get().subscribe(told::add);
        assertThat(once.known()).isNull();

        running.get(0).success("value");

        StepVerifier.create(once.get()).expectNext("value").expectComplete().verify(PATIENCE);
        assertThat(told).containsExactly("value", "value");
        assertThat(once.known()).isEqualTo("value");
        assertThat(searches).hasValue(1);
    }

    @Test
    @DisplayName("a failure is told to all who wait, and is not kept; nothing found is not kept either")
    void failure() {
        Once<String> once = controlled();
        List<Throwable> told = new ArrayList<>();
        once.get().subscribe(value -> {}, told::add);
        once.get().subscribe(value -> {}, told::add);
        running.get(0).error(new IllegalStateException("planted"));
        assertThat(told).hasSize(2).allSatisfy(failure -> assertThat(failure).hasMessage("planted"));

        StepVerifier.create(once.get())
                .then(() -> running.get(1).success())
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(once.get())
                .then(() -> running.get(2).success("value"))
                .expectNext("value")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    @DisplayName("who leaves takes nothing from who still waits; when the last one leaves the search is given up")
    void leaving() {
        Once<String> once = controlled();
        List<String> told = new ArrayList<>();
        Disposable first = once.get().subscribe(told::add);
        Disposable second = once.get().subscribe(told::add);
        first.dispose();
        assertThat(givenUp).hasValue(0);
        second.dispose();
        assertThat(givenUp).hasValue(1);

        once.get().subscribe(told::add);
        assertThat(searches).hasValue(2);
        running.get(1).success("value");
        assertThat(told).containsExactly("value");
    }

    @Test
    @DisplayName("what a search finds after it was given up is not taken for what the next one finds")
    void late() {
        AtomicReference<org.reactivestreams.@Nullable Subscriber<? super String>> stubborn = new AtomicReference<>();
        AtomicInteger begun = new AtomicInteger();
        Once<String> once = new Once<>(Mono.from(subscriber -> {
            begun.incrementAndGet();
            subscriber.onSubscribe(new org.reactivestreams.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {} // goes on, which it may
            });
            stubborn.compareAndSet(null, subscriber);
        }));
        once.get().subscribe().dispose();
        AtomicReference<String> told = new AtomicReference<>("");
        once.get().subscribe(told::set);
        assertThat(begun).hasValue(2);

        var old = stubborn.get();
        assertThat(old).isNotNull();
        old.onNext("old");

        assertThat(told).hasValue("");
        assertThat(once.known()).isNull();
    }

    @Test
    @DisplayName(
            "who comes just when the last one leaves waits for the value, and is not told that it was disconnected")
    void comingWhileTheLastLeaves() throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500); // rounds take longer on a busy machine
        Once<String> once = new Once<>(Mono.never());
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        AtomicReference<@Nullable Disposable> last = new AtomicReference<>();
        AtomicInteger begun = new AtomicInteger();
        Thread other = new Thread(() -> {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 1; ; i++) {
                while (begun.get() >= 0 && begun.get() < i) {
                    Thread.onSpinWait();
                }
                if (begun.get() < 0) {
                    return;
                }
                spin(random.nextInt(40));
                Disposable leaving = last.getAndSet(null);
                if (leaving != null) {
                    leaving.dispose();
                }
            }
        });
        other.setDaemon(true);
        other.start();
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 1; System.nanoTime() < end; i++) {
            last.set(once.get().subscribe());
            begun.set(i);
            spin(random.nextInt(40));
            Disposable coming = once.get().subscribe(value -> {}, told -> failure.compareAndSet(null, told));
            while (last.get() != null) {
                Thread.onSpinWait();
            }
            coming.dispose();
        }
        begun.set(-1);
        other.join(30_000);

        assertThat(failure.get()).isNull();
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }
}
