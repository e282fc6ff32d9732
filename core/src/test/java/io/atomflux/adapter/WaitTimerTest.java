package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitTimerTest {

    @Test
    @DisplayName("work that begins at once and sets the timer again is followed by what it set")
    void setsItself() throws InterruptedException {
        for (int round = 0; round < 20_000; round++) {
            WaitTimer timer = new WaitTimer();
            CountDownLatch second = new CountDownLatch(1);
            timer.set(0, () -> timer.set(0, second::countDown));
            assertThat(second.await(60, TimeUnit.SECONDS)).as("round %d", round).isTrue();
        }
    }

    @Test
    @DisplayName("what was set before does not run, nor does anything once it has ended")
    void replaces() throws InterruptedException {
        long pause = TimeUnit.MILLISECONDS.toNanos(20);
        WaitTimer timer;
        CountDownLatch first;
        CountDownLatch second;
        long begun;
        do { // until it was set again in time
            timer = new WaitTimer();
            first = new CountDownLatch(1);
            second = new CountDownLatch(1);
            begun = System.nanoTime();
            timer.set(pause, first::countDown);
            timer.set(2 * pause, second::countDown);
        } while (System.nanoTime() - begun >= pause);
        assertThat(second.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(first.getCount()).isOne();
        timer.end();
        timer.set(0, first::countDown);
        assertThat(first.await(20, TimeUnit.MILLISECONDS)).isFalse();
    }
}
