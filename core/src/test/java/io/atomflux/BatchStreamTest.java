package io.atomflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Positions;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Timeout(60)
class BatchStreamTest {

    private final ByteBudget budget = new ByteBudget(1 << 20);

    /** Reads rows 0, 1, 2 … in batches of a size; on another thread if asked to; fails at a row if told. */
    private static final class Reader implements RowReader<Row> {
        final int count;
        final int batch;
        final boolean elsewhere;
        final int failAt;
        final AtomicInteger calls = new AtomicInteger();
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        final List<Long> asked = new ArrayList<>();
        int next;

        Reader(int count, int batch, boolean elsewhere, int failAt) {
            this.count = count;
            this.batch = batch;
            this.elsewhere = elsewhere;
            this.failAt = failAt;
        }

        @Override
        public Mono<Batch<Row>> next(long maxBytes) {
            Mono<Batch<Row>> read = Mono.defer(() -> {
                calls.incrementAndGet();
                assertThat(running.incrementAndGet()).as("one batch at a time").isEqualTo(1);
                try {
                    asked.add(maxBytes);
                    if (failAt >= 0 && next >= failAt) {
                        return Mono.error(new IllegalStateException("planted"));
                    }
                    int end = Math.min(count, next + batch);
                    if (next == end) {
                        return Mono.empty();
                    }
                    List<Row> rows = new ArrayList<>();
                    for (int i = next; i < end; i++) {
                        rows.add(Row.of("i", i));
                    }
                    Positions positions = Positions.range(next, end);
                    next = end;
                    return Mono.just(Batch.of(rows, positions));
                } finally {
                    running.decrementAndGet();
                }
            });
            return elsewhere ? read.subscribeOn(Schedulers.parallel()) : read;
        }

        @Override
        public Mono<Void> close() {
            return Mono.fromRunnable(closed::incrementAndGet);
        }
    }

    private Flux<Long> stream(Reader reader) {
        return new BatchStream<Row, Long>(() -> reader, (row, position) -> (Long) row.get("i"), budget);
    }

    private void assertNothingHeld(Reader reader) {
        assertThat(reader.closed).hasValue(1);
        assertThat(budget.used()).isZero();
        assertThat(budget.streams()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("all rows come in order, whatever the batches, and the reader is closed before the end is told")
    void emitsAllInOrder(boolean elsewhere) {
        for (int count : new int[] {0, 1, 7, 64, 1000}) {
            for (int batch : new int[] {1, 3, 64, 2000}) {
                Reader reader = new Reader(count, batch, elsewhere, -1);
                List<Long> seen = stream(reader)
                        .doOnComplete(() -> assertThat(reader.closed).hasValue(1))
                        .collectList()
                        .block();
                assertThat(seen).hasSize(count).isSorted();
                assertNothingHeld(reader);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 63, 64, 65})
    @DisplayName("no more is emitted than was asked for, and no batch is read before somebody asks")
    void followsDemand(int step) {
        Reader reader = new Reader(300, 64, false, -1);
        StepVerifier.Step<Long> verifier = StepVerifier.create(stream(reader), 0)
                .expectSubscription()
                .then(() -> assertThat(reader.calls).hasValue(0));
        for (int done = 0; done < 300; done += step) {
            verifier = verifier.thenRequest(step).expectNextCount(Math.min(step, 300 - done));
            int most = done + step;
            verifier = verifier.then(() -> assertThat(reader.next).isLessThanOrEqualTo(most + 2 * 64));
        }
        verifier.thenRequest(1).verifyComplete();
        assertNothingHeld(reader);
    }

    @Test
    @DisplayName(
            "a reader that tells of one failure twice, when it reads and when it is closed, ends the stream with it")
    void tellsAFailureThatComesTwice() {
        IllegalStateException planted = new IllegalStateException("planted");
        AtomicInteger closed = new AtomicInteger();
        RowReader<Row> reader = new RowReader<>() {
            @Override
            public Mono<Batch<Row>> next(long maxBytes) {
                return Mono.error(planted);
            }

            @Override
            public Mono<Void> close() {
                closed.incrementAndGet();
                return Mono.error(planted);
            }
        };
        StepVerifier.create(new BatchStream<Row, Row>(() -> reader, (row, position) -> row, budget))
                .expectErrorSatisfies(failure -> assertThat(failure).isSameAs(planted))
                .verify(Duration.ofSeconds(30));
        assertThat(closed).hasValue(1);
        assertThat(budget.streams()).isZero();
    }

    @Test
    @DisplayName("a failing batch is told after the rows before it, and the reader is closed")
    void tellsFailure() {
        for (boolean elsewhere : new boolean[] {false, true}) {
            Reader reader = new Reader(300, 64, elsewhere, 128);
            StepVerifier.create(stream(reader)).expectNextCount(128).verifyErrorMessage("planted");
            assertNothingHeld(reader);
        }
    }

    @Test
    @DisplayName("an element that cannot be made ends the stream with that error")
    void tellsEmissionFailure() {
        Reader reader = new Reader(300, 64, true, -1);
        Flux<Long> stream = new BatchStream<Row, Long>(
                () -> reader,
                (row, position) -> {
                    if (position == 100) {
                        throw new IllegalStateException("bad row");
                    }
                    return position;
                },
                budget);
        StepVerifier.create(stream).expectNextCount(100).verifyErrorMessage("bad row");
        assertNothingHeld(reader);
    }

    @Test
    @DisplayName("skipped rows do not count as demand")
    void skipsWithoutUsingDemand() {
        Reader reader = new Reader(1000, 10, false, -1);
        Flux<Long> even = new BatchStream<Row, Long>(
                () -> reader, (row, position) -> position % 100 == 0 ? position : null, budget);
        StepVerifier.create(even, 3)
                .expectNext(0L, 100L, 200L)
                .thenRequest(8)
                .expectNextCount(7)
                .verifyComplete();
        assertNothingHeld(reader);
    }

    @Test
    @DisplayName("asking for nothing or less is an error, as rule 3.9 of Reactive Streams says")
    void refusesBadRequest() {
        Reader reader = new Reader(10, 10, false, -1);
        List<Throwable> errors = new ArrayList<>();
        stream(reader).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                upstream().request(0);
            }

            @Override
            protected void hookOnError(Throwable thrown) {
                errors.add(thrown);
            }
        });
        assertThat(errors).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertNothingHeld(reader);
    }

    @Test
    @DisplayName(
            "cancelling anywhere, also while a batch is on its way, closes the reader once and gives all bytes back")
    void cancelsAnywhere() throws InterruptedException {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            Reader reader = new Reader(1000, 1 + random.nextInt(100), true, random.nextInt(4) == 0 ? 500 : -1);
            CountDownLatch released = new CountDownLatch(1);
            int after = random.nextInt(900);
            Flux<Long> stream = stream(reader).doFinally(signal -> released.countDown());
            if (random.nextBoolean()) {
                stream.take(Math.max(1, after)).onErrorComplete().blockLast();
            } else {
                stream.onErrorComplete().subscribe().dispose();
            }
            assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
            StepVerifier.create(Flux.interval(Duration.ZERO, Duration.ofMillis(1))
                            .filter(tick -> reader.closed.get() == 1 && budget.used() == 0 && budget.streams() == 0)
                            .next())
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(Duration.ofSeconds(30));
        }
    }

    @Test
    @DisplayName("batches begin at 64 KiB and double up to 4 MiB, within the budget's share")
    void growsBatches() {
        ByteBudget roomy = new ByteBudget(1L << 30);
        Reader reader = new Reader(300, 10, false, -1);
        new BatchStream<Row, Long>(() -> reader, (row, position) -> position, roomy).blockLast();
        assertThat(reader.asked.subList(0, 8))
                .containsExactly(65536L, 131072L, 262144L, 524288L, 1048576L, 2097152L, 4194304L, 4194304L);
        ByteBudget tight = new ByteBudget(8192);
        Reader squeezed = new Reader(300, 10, false, -1);
        new BatchStream<Row, Long>(() -> squeezed, (row, position) -> position, tight).blockLast();
        assertThat(squeezed.asked).allMatch(asked -> asked <= 8192);
    }
}
