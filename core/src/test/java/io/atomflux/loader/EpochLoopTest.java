package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.CorruptDataException;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** An epoch as a loop on an ordinary thread. */
@Timeout(60)
class EpochLoopTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Loader over(TestRows rows) {
        return Loader.over(ObjectIO.of(rows)).ordered().batch(10);
    }

    @Test
    @DisplayName("each loop runs the epoch anew, to its end")
    void loops() {
        Iterable<Batch> epoch = over(TestRows.of(105)).batches(0);
        for (int round = 0; round < 2; round++) {
            long next = 0;
            for (Batch batch : epoch) {
                assertThat(batch.position(0)).isEqualTo(next);
                next += batch.size();
            }
            assertThat(next).isEqualTo(105);
        }
        Iterator<Batch> ended = over(TestRows.of(3)).batches(0).iterator();
        assertThat(ended.next().size()).isEqualTo(3);
        assertThat(ended.hasNext()).isFalse();
        assertThat(ended.hasNext()).isFalse();
        assertThatThrownBy(ended::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    @DisplayName("a loop goes on from a state")
    void resumes() {
        Iterator<Batch> first = over(TestRows.of(100)).batches(0).iterator();
        first.next();
        LoaderState state = first.next().state();
        assertThat(over(TestRows.of(100)).batches(state).iterator().next().position(0))
                .isEqualTo(20);
    }

    @Test
    @DisplayName("nothing is read before the loop asks, and a loop that is left leaves no reader open")
    void leftEarly() {
        TestRows rows = TestRows.of(100_000);
        Iterator<Batch> loop = over(rows).batches(0).iterator();
        assertThat(rows.views).hasValue(0);
        loop.next();
        rows.awaitNoReader();
        assertThat(rows.rowsRead.get()).isLessThan(300);
    }

    @Test
    @DisplayName("an error ends the loop as it is, each time it is asked")
    void error() {
        TestRows rows = TestRows.of(100);
        rows.corrupt.add(15L);
        Iterator<Batch> loop = over(rows).batches(0).iterator();
        assertThat(loop.next().size()).isEqualTo(10);
        assertThatThrownBy(loop::hasNext).isInstanceOf(CorruptDataException.class);
        assertThatThrownBy(loop::next).isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("an interrupt ends the loop, stays set, and cancels the epoch")
    void interrupted() throws InterruptedException {
        AtomicReference<Object> outcome = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        TestRows waiting = TestRows.of(100);
        waiting.gate = Mono.never();
        Thread thread = new Thread(() -> {
            try {
                over(waiting).batches(0).iterator().next();
            } catch (CancellationException cancelled) {
                outcome.set(Thread.currentThread().isInterrupted());
            } finally {
                ended.countDown();
            }
        });
        thread.start();
        thread.interrupt(); // before it waits or while it does
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(outcome).hasValue(true);
        waiting.awaitNoReader();
    }

    @Test
    @DisplayName("a loop on a thread that must not wait is refused")
    void refusedWhereNobodyMayWait() {
        assertThatThrownBy(() -> Mono.fromCallable(
                                () -> over(TestRows.of(3)).batches(0).iterator())
                        .subscribeOn(Schedulers.parallel())
                        .block(PATIENCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("epoch()");
    }
}
