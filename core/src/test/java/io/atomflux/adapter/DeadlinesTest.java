package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** One timer for all that wait. */
@Timeout(120)
class DeadlinesTest {

    @Test
    @DisplayName("ends what waited too long, each once and none early, also what begins after a pause")
    void expires() throws InterruptedException {
        Duration timeout = Duration.ofMillis(40);
        Deadlines deadlines = new Deadlines(timeout);
        AtomicInteger early = new AtomicInteger();
        AtomicInteger expired = new AtomicInteger();
        for (int round = 0; round < 3; round++) {
            CountDownLatch latch = new CountDownLatch(100);
            for (int i = 0; i < 100; i++) {
                long begun = System.nanoTime();
                deadlines.begin(() -> {
                    early.addAndGet(System.nanoTime() - begun < timeout.toNanos() ? 1 : 0);
                    expired.incrementAndGet();
                    latch.countDown();
                });
            }
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(early).hasValue(0);
        assertThat(expired).hasValue(300);
    }

    @Test
    @DisplayName("leaves alone what ended before, and finds the one among many that did not")
    void leavesAlone() throws InterruptedException {
        Deadlines deadlines = new Deadlines(Duration.ofMillis(40));
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch right = new CountDownLatch(1);
        for (int i = 0; i < 1000; i++) {
            if (i == 500) {
                deadlines.begin(right::countDown);
            } else {
                deadlines.begin(wrong::incrementAndGet).end();
            }
        }
        assertThat(right.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(wrong).hasValue(0);
    }

    @Test
    @DisplayName("forgets what ended, whoever ends it and however long the first one waits")
    void forgets() throws InterruptedException {
        Deadlines deadlines = new Deadlines(Duration.ofMinutes(5));
        Deadlines.Waiting first = deadlines.begin(() -> {});
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    Deadlines.Waiting waiting = deadlines.begin(() -> {});
                    waiting.end();
                    waiting.end();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i = 0; i < 1000; i++) { // one that was clearing may have kept the last from it
            deadlines.begin(() -> {}).end();
        }
        assertThat(deadlines.held()).isLessThan(2000);
        first.end();
    }

    @Test
    @DisplayName("marks the end of the time for operators, and waits no longer than they do")
    void passed() {
        Deadlines deadlines = new Deadlines(Duration.ofMillis(40));
        StepVerifier.create(Mono.never().timeout(deadlines.passed()))
                .expectError(TimeoutException.class)
                .verify(Duration.ofSeconds(60));
        Deadlines patient = new Deadlines(Duration.ofMinutes(5));
        for (int i = 0; i < 10_000; i++) {
            assertThat(Mono.just(i).timeout(patient.passed()).block()).isEqualTo(i);
        }
        assertThat(patient.held()).isLessThan(1000);
    }

    @Test
    @DisplayName("one who fails when told keeps nobody else from being told, neither now nor later")
    void survivesThoseTold() throws InterruptedException {
        Deadlines deadlines = new Deadlines(Duration.ofMillis(40));
        for (int round = 0; round < 2; round++) {
            CountDownLatch told = new CountDownLatch(1);
            deadlines.begin(() -> {
                throw new IllegalStateException("planted");
            });
            deadlines.begin(told::countDown);
            assertThat(told.await(30, TimeUnit.SECONDS)).as("round %d", round).isTrue();
        }
    }
}
