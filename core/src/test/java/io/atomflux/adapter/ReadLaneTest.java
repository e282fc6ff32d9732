package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadLaneTest {

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("every task runs once, never more at once than allowed, and as many")
    void boundsWhatRunsAtOnce() {
        ReadLane lane = new ReadLane(3);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ConcurrentLinkedQueue<Integer> begun = new ConcurrentLinkedQueue<>();
        CountDownLatch three = new CountDownLatch(3);
        CountDownLatch done = new CountDownLatch(1000);
        for (int i = 0; i < 1000; i++) {
            int number = i;
            lane.execute(() -> {
                begun.add(number);
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                three.countDown();
                await(three);
                running.decrementAndGet();
                done.countDown();
            });
        }
        await(done);
        assertThat(most).hasValue(3);
        assertThat(begun)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    @DisplayName(
            "a lane of one runs one task after the other in the order they came, each seeing what the one before did")
    void isSerialIfOneAtOnce() {
        ReadLane lane = new ReadLane(1);
        List<Integer> seen = new ArrayList<>(); // not safe for several threads, on purpose
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 10_000; i++) {
            int number = i;
            lane.execute(() -> seen.add(number));
        }
        lane.execute(done::countDown);
        await(done);
        assertThat(seen).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    }

    @Test
    @DisplayName("a lane whose tasks all wait keeps no other lane from running")
    void lanesDoNotWaitForEachOther() {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(40);
        for (int lane = 0; lane < 20; lane++) {
            ReadLane stuck = new ReadLane(2);
            for (int i = 0; i < 2; i++) {
                stuck.execute(() -> {
                    await(release);
                    ended.countDown();
                });
            }
        }
        CountDownLatch ran = new CountDownLatch(1);
        new ReadLane(1).execute(ran::countDown);
        await(ran);
        release.countDown();
        await(ended);
    }

    @Test
    @DisplayName("threads are taken up again, also by other lanes, and are daemons")
    void sharesThreads() {
        Set<Thread> threads = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            CountDownLatch done = new CountDownLatch(1);
            new ReadLane(4).execute(() -> {
                threads.add(Thread.currentThread());
                done.countDown();
            });
            await(done);
        }
        assertThat(threads).hasSizeLessThan(100).allMatch(Thread::isDaemon);
    }

    @Test
    @DisplayName("a task that throws takes neither its lane's place nor those behind it with it")
    void survivesWhatIsThrown() {
        ReadLane lane = new ReadLane(1);
        Semaphore told = new Semaphore(0);
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 5; i++) {
            lane.execute(() -> {
                Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> told.release());
                throw new IllegalStateException("planted");
            });
        }
        lane.execute(done::countDown);
        await(done);
        assertThat(awaited(told, 5)).isTrue();
    }

    private static boolean awaited(Semaphore told, int count) {
        try {
            return told.tryAcquire(count, 30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("a closed lane refuses, and runs what it had taken")
    void refusesWhenClosed() {
        ReadLane lane = new ReadLane(1);
        CountDownLatch begin = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        lane.execute(() -> await(begin));
        lane.execute(done::countDown);
        assertThat(lane.waiting()).isEqualTo(1);
        lane.close();
        assertThatThrownBy(() -> lane.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        begin.countDown();
        await(done);
        assertThat(lane.waiting()).isZero();
    }
}
