package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.StoreChangedException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What functions of users may do without an epoch that hangs, works for nobody or never ends. */
@Timeout(60)
class LoaderWorkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int THREADS = Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;

    private static Loader over(TestRows rows) {
        return Loader.over(ObjectIO.of(rows)).ordered().batch(10);
    }

    private static List<Batch> run(Loader loader) {
        return Objects.requireNonNull(loader.epoch(0).collectList().block(PATIENCE));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    @DisplayName("a map or a filter that works when the epoch is cancelled is not called for further rows")
    void cancelledWork() throws InterruptedException {
        List<Function<Runnable, Loader>> functions = List.of(
                work -> over(TestRows.of(1000)).batch(500).prefetch(1).map(row -> {
                    work.run();
                    return row;
                }),
                work -> over(TestRows.of(1000))
                        .batch(500)
                        .prefetch(1)
                        .inFlight(1)
                        .filter(row -> {
                            work.run();
                            return true;
                        }));
        for (Function<Runnable, Loader> function : functions) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch cancelled = new CountDownLatch(1);
            CountDownLatch calledAgain = new CountDownLatch(2);
            Loader loader = function.apply(() -> {
                calledAgain.countDown();
                begun.countDown();
                await(cancelled);
            });
            Disposable epoch = loader.epoch(0).subscribe();
            await(begun);
            epoch.dispose();
            cancelled.countDown();
            assertThat(calledAgain.await(200, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    @DisplayName("maps may wait for what comes from Reactor's pool, also as many at once as it has threads")
    void waitingMaps() {
        CountDownLatch all = new CountDownLatch(THREADS);
        Loader loader = over(TestRows.of(2L * THREADS))
                .batch(1)
                .prefetch(Math.min(1024, THREADS))
                .map(row -> {
                    all.countDown();
                    await(all);
                    return Objects.requireNonNull(Mono.just(row)
                            .subscribeOn(Schedulers.boundedElastic())
                            .block(PATIENCE));
                });
        assertThat(run(loader)).hasSize(2 * THREADS);
    }

    @Test
    @DisplayName("an epoch to be filled up ends with an error if a filter lets no row pass a second time")
    void forgetfulFilter() {
        for (int world = 1; world <= 2; world++) {
            Set<Long> seen = ConcurrentHashMap.newKeySet();
            Loader loader = over(TestRows.of(25))
                    .rank(0, world)
                    .remainder(Remainder.REPEAT)
                    .filter(row -> seen.add(Objects.requireNonNull(row.get("info.i", Long.class))), "info.i");
            assertThatThrownBy(() -> run(loader))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("passes the filter");
        }
        AtomicInteger calls = new AtomicInteger();
        Loader seldom =
                over(TestRows.of(7)).remainder(Remainder.REPEAT).filter(row -> calls.getAndIncrement() % 7 == 3);
        assertThat(run(seldom)).hasSize(1).first().satisfies(batch -> {
            assertThat(batch.size()).isEqualTo(10);
            assertThat(batch.repeated()).isEqualTo(9);
        });
    }

    @Test
    @DisplayName("views that others' writes overtake before their first row are begun again, but not for ever")
    void overtakenViews() {
        TestRows rows = TestRows.of(200);
        AtomicInteger reads = new AtomicInteger();
        rows.gate = Mono.defer(() ->
                reads.getAndIncrement() % 2 == 0 ? Mono.error(new StoreChangedException("rows", 0)) : Mono.empty());
        assertThat(run(over(rows)))
                .flatExtracting(batch -> List.of(batch.size()))
                .hasSize(20);
        rows.gate = Mono.error(new StoreChangedException("rows", 0));
        assertThatThrownBy(() -> run(over(rows)))
                .isInstanceOf(StoreChangedException.class)
                .hasMessageContaining("begin a new epoch");
        assertThat(rows.openReaders).hasValue(0);
    }

    @Test
    @DisplayName("an error of the machine while a store is read is told too, so that nobody waits for ever")
    void errorsOfReads() {
        TestRows rows = TestRows.of(200);
        OutOfMemoryError error = new OutOfMemoryError("made so");
        rows.gate = Mono.create(sink -> Schedulers.boundedElastic().schedule(() -> sink.error(error)));
        assertThatThrownBy(() -> run(over(rows)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("made so")
                .hasRootCause(error);
    }
}
