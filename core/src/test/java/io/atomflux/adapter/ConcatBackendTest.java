package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.test.StepVerifier;

/** Several stores behind each other. */
class ConcatBackendTest {

    private final ListBackend first = ListBackend.of(10);
    private final ListBackend second = ListBackend.of(10);
    private final ObjectIO both = ObjectIO.concat(ObjectIO.of(first), ObjectIO.of(second));

    private Flux<Row> shrinking(Flux<Row> rows) {
        return rows.concatMap(
                row -> {
                    if (row.get("info.i").equals(3L)) {
                        second.rows = second.rows.subList(0, 5);
                    }
                    return Flux.just(row);
                },
                1);
    }

    @Test
    @DisplayName("a source that became shorter fails the stream instead of leaving rows out")
    void noticesShorterSources() {
        StepVerifier.create(shrinking(both.rows().limitRate(1)))
                .expectNextCount(10)
                .thenConsumeWhile(row -> true)
                .verifyErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                StoreChangedException.class,
                                changed -> assertThat(changed.emitted()).isEqualTo(15)));
    }

    @Test
    @DisplayName("listed rows that a source lost fail the stream as changed, not as out of range")
    void noticesLostRows() {
        long[] listed = LongStream.of(3, 1, 19, 12).toArray();
        StepVerifier.create(shrinking(both.rowsAt(listed).limitRate(1)))
                .thenConsumeWhile(row -> true)
                .verifyError(StoreChangedException.class);
    }

    @Test
    @DisplayName("any selection reads the same as from one store")
    void readsSelections() {
        List<Row> all = both.rows().collectList().block();
        assertThat(all).hasSize(20);
        assertThat(both.rows("::-3").column("info.i", Long.class).collectList().block())
                .containsExactly(9L, 6L, 3L, 0L, 7L, 4L, 1L);
        assertThat(both.rowsAt(-1, 0, 10, 9, 9)
                        .column("info.i", Long.class)
                        .collectList()
                        .block())
                .containsExactly(9L, 0L, 0L, 9L, 9L);
    }

    /** One row; that there is no other is told only when a test says so, also to a stream that was cancelled. */
    private record LateRows(AtomicReference<Subscriber<? super Batch<Row>>> asking, AtomicInteger closings)
            implements RowBackend<Row> {

        LateRows() {
            this(new AtomicReference<>(), new AtomicInteger());
        }

        @Override
        public Class<Row> rowType() {
            return Row.class;
        }

        @Override
        public String name() {
            return "late";
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of();
        }

        @Override
        public Mono<Long> size() {
            return Mono.just(1L);
        }

        @Override
        public Mono<Row> get(long index, Columns columns) {
            return Mono.just(Row.of("info.i", index));
        }

        @Override
        public RowReader<Row> reader(ReadRequest request) {
            return new RowReader<>() {
                private boolean read;

                @Override
                public Mono<Batch<Row>> next(long maxBytes) {
                    if (!read) {
                        read = true;
                        return Mono.just(Batch.of(List.of(Row.of("info.i", 0)), Positions.range(0, 1)));
                    }
                    return Mono.fromDirect(subscriber -> {
                        subscriber.onSubscribe(Operators.emptySubscription());
                        asking.set(subscriber);
                    });
                }

                @Override
                public Mono<Void> close() {
                    return Mono.defer(
                            () -> { // counts also if whoever subscribes has been cancelled
                                closings.incrementAndGet();
                                return Mono.empty();
                            });
                }
            };
        }

        @Override
        public Mono<Void> close() {
            return Mono.empty();
        }
    }

    @Test
    @DisplayName(
            "a source that ends while its cancelled stream is closed is closed once, and does not keep the store from closing")
    void closesOnce() {
        LateRows late = new LateRows();
        ObjectIO inner = ObjectIO.concat(ObjectIO.of(late), ObjectIO.of(new LateRows()));
        ObjectIO outer = ObjectIO.concat(inner, ObjectIO.of(new LateRows()));
        outer.rowsAt(0).subscribe().dispose();
        late.asking().get().onComplete();
        assertThat(late.closings()).hasValue(1);
        outer.close().block(Duration.ofSeconds(30));
        inner.close().block(Duration.ofSeconds(30));
    }
}
