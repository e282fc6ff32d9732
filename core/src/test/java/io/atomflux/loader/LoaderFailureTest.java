package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.SampleFailedException;
import io.atomflux.error.StateMismatchException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Rows that cannot be used, stores that change, functions that fail, and loops that end early. */
@Timeout(60)
class LoaderFailureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Loader over(TestRows rows) {
        return Loader.over(ObjectIO.of(rows)).ordered().batch(10);
    }

    private static List<Batch> run(Loader loader) {
        return Objects.requireNonNull(loader.epoch(0).collectList().block(PATIENCE));
    }

    private static List<Long> positions(List<Batch> batches) {
        List<Long> positions = new ArrayList<>();
        batches.forEach(batch -> {
            for (int i = 0; i < batch.size(); i++) {
                positions.add(batch.position(i));
            }
        });
        return positions;
    }

    private static List<Long> but(long end, Long... without) {
        List<Long> rest = new ArrayList<>(LongStream.range(0, end).boxed().toList());
        rest.removeAll(List.of(without));
        return rest;
    }

    /** Runs an epoch; returns how many batches came before it failed. */
    private static <E extends Throwable> E failing(Loader loader, int batchesBefore, Class<E> type) {
        List<Throwable> failure = new ArrayList<>();
        StepVerifier.create(loader.epoch(0))
                .expectNextCount(batchesBefore)
                .expectErrorSatisfies(failure::add)
                .verify(PATIENCE);
        assertThat(failure.get(0)).isInstanceOf(type);
        return type.cast(failure.get(0));
    }

    private static TestRows with(long odd, Row row) {
        return new TestRows("odd", 100, i -> i == odd ? row : Row.of("info.i", i, "calc.energy", i * 0.5));
    }

    @Test
    @DisplayName("a row that does not decode ends the epoch behind the batches before it, named")
    void corruptRowFails() {
        TestRows rows = TestRows.of(100);
        rows.corrupt.add(57L);
        CorruptDataException failure = failing(over(rows), 5, CorruptDataException.class);
        assertThat(failure.place()).isEqualTo("row 57");
        rows.awaitNoReader();
    }

    @Test
    @DisplayName(
            "rows that do not decode are left out if so chosen, even where a backend decodes whole batches at once")
    void corruptRowsAreSkipped() {
        TestRows rows = TestRows.of(100);
        rows.corrupt.addAll(List.of(0L, 57L, 58L, 99L));
        List<Batch> batches = run(over(rows).badRows(BadRows.SKIP));
        assertThat(batches).hasSize(10);
        assertThat(positions(batches)).isEqualTo(but(100, 0L, 57L, 58L, 99L));
        assertThat(batches.get(5).skipped()).containsExactly(57L, 58L);
        assertThat(batches.get(5).size()).isEqualTo(8);
        assertThat(batches.get(4).skipped()).isEmpty();
        rows.corrupt.addAll(LongStream.range(0, 100).boxed().toList());
        assertThat(run(over(rows).badRows(BadRows.SKIP))).hasSize(10).allMatch(Batch::isEmpty);
    }

    @Test
    @DisplayName("a reserved row, a missing key and another shape are bad rows")
    void otherBadRows() {
        TestRows reserved = with(57, Row.reserved());
        MissingValueException missing = failing(over(reserved), 5, MissingValueException.class);
        assertThat(missing.position()).isEqualTo(57);
        assertThat(missing.store()).isEqualTo("odd");
        assertThat(positions(run(over(reserved).badRows(BadRows.SKIP)))).isEqualTo(but(100, 57L));

        TestRows lacking = with(57, Row.of("info.i", 57));
        assertThat(run(over(lacking))).hasSize(10);
        Loader keyed = over(lacking).keys("calc.energy");
        assertThat(failing(keyed, 5, MissingValueException.class).key()).isEqualTo("calc.energy");
        assertThat(run(keyed.badRows(BadRows.SKIP)).get(5).skipped()).containsExactly(57L);
        assertThat(run(keyed.orElse("calc.energy", -1.0))
                        .get(5)
                        .array("calc.energy")
                        .toDoubleArray())
                .endsWith(28, -1, 29, 29.5);

        TestRows shaped = with(57, Row.of("info.i", 57, "calc.energy", new double[] {1, 2}));
        assertThat(failing(over(shaped).keys("calc.energy"), 5, ValueTypeException.class))
                .hasMessageContaining("row 57");
        assertThat(positions(run(over(shaped).keys("calc.energy").badRows(BadRows.SKIP))))
                .isEqualTo(but(100, 57L));
    }

    @Test
    @DisplayName("bad rows keep their places under filters and numbers of atoms, on any number of ranks")
    void badRowsUnderFilter() {
        TestRows rows = TestRows.of(100);
        rows.corrupt.addAll(List.of(4L, 57L));
        Loader loader = over(rows)
                .filter(row -> Objects.requireNonNull(row.get("info.i", Long.class)) % 2 == 0, "info.i")
                .badRows(BadRows.SKIP);
        List<Batch> alone = run(loader);
        assertThat(alone).hasSize(6);
        assertThat(alone.get(0).skipped()).containsExactly(4L);
        assertThat(alone.get(2).skipped()).containsExactly(57L);
        List<Batch> first = run(loader.batch(5).rank(0, 2));
        List<Batch> second = run(loader.batch(5).rank(1, 2));
        assertThat(first).hasSize(6);
        assertThat(second).hasSize(6);
        List<Long> together = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            together.addAll(positions(List.of(first.get(i), second.get(i))));
        }
        assertThat(together).isEqualTo(positions(alone));
        assertThat(failing(loader.badRows(BadRows.FAIL), 0, CorruptDataException.class)
                        .place())
                .isEqualTo("row 4");
        assertThat(failing(over(TestRows.of(100)).batchAtoms(3), 0, MissingValueException.class)
                        .key())
                .isEqualTo("arrays.numbers");
    }

    @Test
    @DisplayName("a failing filter, map or augmentation ends the epoch with its row")
    void failingFunctions() {
        Loader loader = over(TestRows.of(100));
        SampleFailedException failure = failing(
                loader.map(row -> {
                    if (Objects.equals(row.get("info.i"), 57L)) {
                        throw new IllegalStateException("why ever");
                    }
                    return row;
                }),
                5,
                SampleFailedException.class);
        assertThat(failure.position()).isEqualTo(57);
        assertThat(failure.store()).isEqualTo("rows");
        assertThat(failure).hasMessageContaining("why ever").hasCauseInstanceOf(IllegalStateException.class);
        assertThat(failing(loader.map(row -> nothing()).badRows(BadRows.SKIP), 0, SampleFailedException.class))
                .hasMessageContaining("null");
        for (int world = 1; world <= 2; world++) {
            Loader filtered = loader.rank(0, world)
                    .batch(10 / world)
                    .filter(
                            row -> {
                                assertThat(row.keys()).containsExactly("info.i");
                                return 1 / (57 - Objects.requireNonNull(row.get("info.i", Long.class))) < 2;
                            },
                            "info.i");
            assertThat(failing(filtered, 5, SampleFailedException.class)).hasMessageContaining("the filter");
        }
    }

    @Test
    @DisplayName("an error of the machine in a function is told too, so that nobody waits for ever")
    void errorsOfFunctions() {
        Loader loader = over(TestRows.of(100));
        assertThat(failing(
                        loader.map(row -> {
                            throw new NoClassDefFoundError("a class");
                        }),
                        0,
                        SampleFailedException.class))
                .hasCauseInstanceOf(NoClassDefFoundError.class);
        failing(
                loader.filter(row -> {
                    throw new AssertionError("no");
                }),
                0,
                SampleFailedException.class);
    }

    @SuppressWarnings("NullAway") // what a careless map does
    private static Row nothing() {
        return null;
    }

    @Test
    @DisplayName("what a map finds wrong with a row makes it a bad row")
    void mapsMeetBadRows() {
        TestRows rows = with(57, Row.of("info.i", "text"));
        Loader loader = over(rows).map(row -> Row.of("x", Objects.requireNonNull(row.get("info.i", Long.class))));
        failing(loader, 5, ValueTypeException.class);
        assertThat(positions(run(loader.badRows(BadRows.SKIP)))).isEqualTo(but(100, 57L));
    }

    @Test
    @DisplayName("rows added in the middle of an epoch are not part of it")
    void growing() {
        TestRows rows = TestRows.of(100);
        Flux<Batch> epoch = over(rows).bytes(4096).epoch(0).doOnNext(batch -> rows.size = 1000);
        List<Batch> batches = Objects.requireNonNull(epoch.collectList().block(PATIENCE));
        assertThat(positions(batches)).isEqualTo(but(100));
        LoaderState state = batches.get(3).state();
        assertThat(positions(Objects.requireNonNull(
                        over(rows).resume(state).collectList().block(PATIENCE))))
                .isEqualTo(but(100).subList(40, 100));
    }

    @Test
    @DisplayName("a store that loses rows in the middle of an epoch ends it on every rank")
    void shrinking() {
        for (int rank = 0; rank < 3; rank++) {
            TestRows rows = TestRows.of(10_000);
            Loader loader = over(rows).rank(rank, 3).prefetch(1);
            List<Long> seen = new ArrayList<>();
            StepVerifier.create(loader.epoch(0).doOnNext(batch -> {
                        seen.add(batch.state().position());
                        rows.size = 9_999;
                    }))
                    .thenConsumeWhile(batch -> true)
                    .expectErrorSatisfies(failure -> assertThat(failure)
                            .isInstanceOfSatisfying(
                                    StoreChangedException.class,
                                    changed -> assertThat(changed.store()).isEqualTo("rows"))
                            .hasMessageContaining("begin a new epoch"))
                    .verify(PATIENCE);
            assertThat(seen).isNotEmpty();
            assertThat(seen.get(seen.size() - 1)).isLessThan(9_000);
        }
    }

    @Test
    @DisplayName("a store that loses rows ends epochs whose batches depend on what is in the rows on every rank, too")
    void shrinkingUnderFilter() {
        for (int rank = 0; rank < 2; rank++) {
            TestRows rows = TestRows.of(10_000);
            Loader loader = over(rows).rank(rank, 2).filter(row -> true, "info.i");
            StepVerifier.create(loader.epoch(0).doOnNext(batch -> rows.size = 9_999))
                    .thenConsumeWhile(batch -> true)
                    .expectError(StoreChangedException.class)
                    .verify(PATIENCE);
        }
    }

    @Test
    @DisplayName("changes beside the rows that are read do not end an epoch, as long as all its rows are there")
    void restlessStore() {
        TestRows rows = TestRows.of(2000);
        rows.restless = true;
        List<Long> came = positions(run(over(rows).shuffle(4, 50)));
        assertThat(came).containsExactlyInAnyOrderElementsOf(but(2000));
        assertThat(rows.openReaders).hasValue(0);
    }

    @Test
    @DisplayName("a failure of the store arrives as it is, behind the batches before it")
    void storeFails() {
        TestRows rows = TestRows.of(1000);
        AtomicInteger reads = new AtomicInteger();
        rows.gate = Mono.defer(() -> reads.incrementAndGet() > 3
                ? Mono.error(new StoreIoException("rows", "reading", new IOException("gone")))
                : Mono.empty());
        List<Long> before = new ArrayList<>();
        StepVerifier.create(over(rows).epoch(0).doOnNext(batch -> before.addAll(positions(List.of(batch)))))
                .thenConsumeWhile(batch -> true)
                .expectError(StoreIoException.class)
                .verify(PATIENCE);
        assertThat(before).isNotEmpty().isEqualTo(but(before.size()));
        rows.awaitNoReader();
    }

    @Test
    @DisplayName("a state of other rows, of another seed, split or shuffling is refused")
    void otherStates() {
        TestRows rows = TestRows.of(100);
        Loader loader = over(rows).seed(1);
        LoaderState state =
                Objects.requireNonNull(loader.start(0).block(PATIENCE)).at(10);
        Loader other = Loader.over(ObjectIO.of(new TestRows("x", 100, i -> Row.of("i", i))))
                .ordered()
                .seed(1);
        for (Loader wrong : List.of(
                other,
                loader.seed(2),
                loader.split("train", 0.5),
                loader.shuffle(4, 4),
                over(TestRows.of(99)).seed(1))) {
            StepVerifier.create(wrong.resume(state))
                    .expectError(StateMismatchException.class)
                    .verify(PATIENCE);
        }
        LoaderState unordered = LoaderState.parse(state.toJson().replaceFirst("\"blockRows\":\\d+", "\"blockRows\":0"));
        StepVerifier.create(Loader.over(ObjectIO.of(TestRows.of(100))).seed(1).resume(unordered))
                .expectError(StateMismatchException.class)
                .verify(PATIENCE);
        StepVerifier.create(over(TestRows.of(100)).seed(1).resume(state))
                .expectNextCount(9)
                .verifyComplete();
    }

    @Test
    @DisplayName("an epoch cancelled anywhere leaves no reader open")
    void cancelledAnywhere() {
        for (int reads = 0; reads < 30; reads++) {
            for (boolean filtered : new boolean[] {false, true}) {
                TestRows rows = TestRows.of(2000);
                rows.asynchronous = true;
                AtomicInteger begun = new AtomicInteger();
                Sinks.Empty<Void> cancelled = Sinks.empty();
                int last = reads;
                rows.gate = Mono.fromRunnable(() -> {
                    if (begun.getAndIncrement() == last) {
                        cancelled.tryEmitEmpty();
                    }
                });
                Loader loader = over(rows).bytes(20_000).rank(0, 2);
                Flux<Batch> epoch = (filtered ? loader.filter(row -> true, "info.i") : loader).epoch(0);
                epoch.take(30 - reads).takeUntilOther(cancelled.asMono()).then().block(PATIENCE);
                rows.awaitNoReader();
            }
        }
    }

    @Test
    @DisplayName("an epoch cancelled while it reads leaves no reader open")
    void cancelledWhileReading() {
        TestRows rows = TestRows.of(2000);
        rows.gate = Mono.never();
        StepVerifier.create(over(rows).epoch(0, 1))
                .expectSubscription()
                .thenCancel()
                .verify(PATIENCE);
        rows.awaitNoReader();
    }

    @Test
    @DisplayName("a row far larger than the others breaks no budget, and one larger than all of it still comes")
    void giants() {
        TestRows rows =
                new TestRows("giants", 300, i -> Row.of("info.i", i, "blob", new byte[i % 50 == 49 ? 100_000 : 10]));
        for (Loader loader : List.of(
                over(rows).bytes(60_000),
                over(rows).bytes(1),
                over(rows).bytes(60_000).shuffle(7, 3),
                over(rows))) {
            List<Long> came = positions(run(loader));
            assertThat(came).containsExactlyInAnyOrderElementsOf(but(300));
            assertThat(positions(run(loader.bytes(1 << 20)))).isEqualTo(came);
        }
    }

    @Test
    @DisplayName("errors of the library are not wrapped")
    void unwrapped() {
        TestRows rows = TestRows.of(10);
        rows.corrupt.add(3L);
        assertThatThrownBy(() -> over(rows).batches(0).iterator().next()).isInstanceOf(AtomfluxException.class);
    }
}
