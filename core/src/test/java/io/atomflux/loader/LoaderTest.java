package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What an epoch gives: batches in order, on one rank and on many. */
@Timeout(60)
class LoaderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Loader over(TestRows rows) {
        return Loader.over(ObjectIO.of(rows));
    }

    private static List<Batch> run(Loader loader, long epoch) {
        return Objects.requireNonNull(loader.epoch(epoch).collectList().block(PATIENCE));
    }

    private static List<Long> positions(List<Batch> batches) {
        List<Long> positions = new ArrayList<>();
        for (Batch batch : batches) {
            for (int i = 0; i < batch.size(); i++) {
                positions.add(batch.position(i));
                assertThat(batch.row(i).get("info.i")).isEqualTo(batch.position(i));
            }
        }
        return positions;
    }

    private static List<Long> upTo(long end) {
        return LongStream.range(0, end).boxed().toList();
    }

    @Test
    @DisplayName("rows come in their order if so chosen, each once, in batches of the chosen size")
    void ordered() {
        List<Batch> batches = run(over(TestRows.of(1000)).ordered().batch(30), 0);
        assertThat(positions(batches)).isEqualTo(upTo(1000));
        assertThat(batches).extracting(Batch::size).startsWith(30, 30).endsWith(30, 10);
        assertThat(batches.get(3).state().position()).isEqualTo(120);
        assertThat(batches.get(3).progress()).isEqualTo(new LoaderProgress(0, 120, 1000));
        assertThat(batches.get(33).progress().fraction()).isEqualTo(1);
        assertThat(batches.get(2).slot(5)).isEqualTo(65);
    }

    @Test
    @DisplayName("a shuffled epoch has each row once, in an order that seed and epoch decide")
    void shuffled() {
        Loader loader = over(TestRows.of(10_000)).seed(3);
        List<Long> first = positions(run(loader, 0));
        assertThat(first).isNotEqualTo(upTo(10_000)).containsExactlyInAnyOrderElementsOf(upTo(10_000));
        assertThat(positions(run(loader, 0))).isEqualTo(first);
        assertThat(positions(run(loader, 1))).isNotEqualTo(first);
        assertThat(positions(run(loader.seed(4), 0))).isNotEqualTo(first);
    }

    @Test
    @DisplayName("ranks have equally many batches, which together are the epoch, step by step")
    void ranks() {
        Loader loader = over(TestRows.of(1003)).batch(10);
        List<Long> alone = positions(run(loader, 2));
        List<List<Batch>> ranks = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            ranks.add(run(loader.rank(rank, 3), 2));
        }
        assertThat(ranks).extracting(List::size).containsOnly(34);
        List<Long> together = new ArrayList<>();
        for (int step = 0; step < 34; step++) {
            for (List<Batch> rank : ranks) {
                together.addAll(positions(List.of(rank.get(step))));
                assertThat(rank.get(step).state().position())
                        .isEqualTo(ranks.get(0).get(step).state().position());
            }
        }
        assertThat(together).isEqualTo(alone);
    }

    @Test
    @DisplayName("an epoch goes on from any of its slots")
    void from() {
        Loader loader = over(TestRows.of(500)).batch(16);
        List<Long> whole = positions(run(loader, 0));
        List<Batch> rest = Objects.requireNonNull(
                loader.batch(7).epoch(0, 123).collectList().block(PATIENCE));
        assertThat(positions(rest)).isEqualTo(whole.subList(123, 500));
        StepVerifier.create(loader.epoch(0, 500)).verifyComplete();
        StepVerifier.create(loader.epoch(0, 501))
                .expectErrorMessage("from: 501 (expected: at most 500, the samples of the epoch)")
                .verify(PATIENCE);
    }

    @Test
    @DisplayName("a store without rows completes without batches")
    void empty() {
        StepVerifier.create(over(TestRows.of(0)).rank(1, 2).epoch(0)).verifyComplete();
        StepVerifier.create(over(TestRows.of(0)).size()).expectNext(0L).verifyComplete();
        assertThat(over(TestRows.of(0)).batches(0)).isEmpty();
    }

    @Test
    @DisplayName("nothing is read before a batch is asked for, then few rows, then more")
    void demand() {
        TestRows rows = TestRows.of(100_000);
        StepVerifier.create(over(rows).batch(10).prefetch(2).epoch(0), 0)
                .expectSubscription()
                .then(() -> assertThat(rows.views).hasValue(0))
                .then(() -> assertThat(rows.sizeLooks).hasValue(0))
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> assertThat(rows.rowsRead.get()).isLessThanOrEqualTo(2 + 5 * 30))
                .thenRequest(50)
                .expectNextCount(50)
                .then(() -> assertThat(rows.rowsRead.get()).isLessThanOrEqualTo(530 + 3 * 530))
                .thenCancel()
                .verify(PATIENCE);
        rows.awaitNoReader();
    }

    @Test
    @DisplayName("any slot of a billion rows is reached by reading what is asked for alone")
    void billion() {
        TestRows rows = TestRows.of(1_000_000_000);
        Loader loader = over(rows).batch(8).prefetch(1).rank(1, 4);
        Batch batch = Objects.requireNonNull(loader.epoch(0, 987_654_321).blockFirst(PATIENCE));
        assertThat(batch.slot(0)).isEqualTo(987_654_329);
        assertThat(rows.rowsRead.get()).isLessThan(200);
        List<Batch> last = Objects.requireNonNull(
                loader.resume(batch.state().at(999_999_990)).collectList().block(PATIENCE));
        assertThat(last).hasSize(1);
        assertThat(last.get(0).slot(0)).isEqualTo(999_999_993);
    }

    @Test
    @DisplayName("batches arrive on threads that may wait, whatever the threads of the store")
    void arrivesWhereOneMayWait() {
        AtomicInteger wrong = new AtomicInteger();
        for (int round = 0; round < 60; round++) {
            TestRows rows = TestRows.of(200);
            rows.asynchronous = true;
            List<Batch> batches = Objects.requireNonNull(over(rows)
                    .batch(1 + round % 7)
                    .prefetch(1 + round % 5)
                    .epoch(0)
                    .doOnNext(batch -> wrong.addAndGet(Schedulers.isInNonBlockingThread() ? 1 : 0))
                    .collectList()
                    .block(PATIENCE));
            assertThat(positions(batches)).hasSize(200);
        }
        assertThat(wrong).hasValue(0);
    }

    @Test
    @DisplayName("no more batches are made than those asked for and the prefetch")
    void prefetch() {
        AtomicInteger mapped = new AtomicInteger();
        Loader loader = over(TestRows.of(10_000)).batch(10).prefetch(3).map(row -> {
            mapped.incrementAndGet();
            return row;
        });
        StepVerifier.create(loader.epoch(0), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> assertThat(mapped.get()).isBetween(10, 40))
                .thenRequest(4)
                .expectNextCount(4)
                .then(() -> assertThat(mapped.get()).isBetween(50, 80))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    @DisplayName("a part without rows has no batches, and sizes count only the part")
    void emptyPart() {
        Loader loader = over(TestRows.of(10));
        assertThat(run(loader.split("validation", 0.001), 0)).isEmpty();
        StepVerifier.create(loader.split("train", 0.8).size()).expectNext(8L).verifyComplete();
        StepVerifier.create(loader.split("train", 0.8).batch(2).rank(1, 3).steps())
                .expectNext(2L)
                .verifyComplete();
        assertThatThrownBy(() -> loader.filter(row -> true).steps()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loader.batchAtoms(5).steps()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("bad arguments are refused at the call")
    void badArguments() {
        Loader loader = over(TestRows.of(1));
        assertThatThrownBy(() -> loader.batch(0)).hasMessage("batch: 0 (expected: 1 or more)");
        assertThatThrownBy(() -> loader.rank(2, 2)).hasMessage("rank: 2 (expected: 0 to world - 1, 1)");
        assertThatThrownBy(() -> loader.worker(-1, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loader.shuffle(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loader.prefetch(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loader.bytes(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loader.keys(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loader.epoch(0, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
