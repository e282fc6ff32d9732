package io.atomflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.PartialWriteException;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Appending a stream of rows. */
class StreamExtensionTest {

    @Test
    @DisplayName("a stream that fails while a batch is written lets it end and tells its rows as committed")
    void countsTheBatchUnderWay() {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ListBackend store = new ListBackend() {
            @Override
            public long apply(Write<Row> write) throws IOException {
                writing.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return super.apply(write);
            }
        };
        Sinks.Many<Row> rows = Sinks.many().unicast().onBackpressureBuffer();
        ObjectIO db = ObjectIO.of(store);
        StepVerifier.create(db.extend(rows.asFlux()))
                .then(() -> {
                    Flux.range(0, 5000)
                            .map(i -> Row.of("i", i))
                            .subscribe(row -> rows.tryEmitNext(row).orThrow());
                    await(writing);
                    rows.tryEmitError(new IllegalStateException("broken")).orThrow();
                    go.countDown();
                })
                .expectErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(PartialWriteException.class, partial -> {
                            assertThat(partial.committed()).isEqualTo(4096);
                            assertThat(partial).hasMessageContaining("broken");
                        }))
                .verify(Duration.ofSeconds(60));
        assertThat(db.size().block()).isEqualTo(4096);
        db.close().block();
    }

    @Test
    @DisplayName("a batch never has more rows than the backend takes at one instant")
    void keepsToTheBackendsLimit() {
        List<Long> sizes = new ArrayList<>();
        ListBackend store = new ListBackend() {
            @Override
            public long maxAtomicRows() {
                return 40;
            }

            @Override
            public long apply(Write<Row> write) throws IOException {
                long size = super.apply(write);
                sizes.add(size);
                return size;
            }
        };
        ObjectIO db = ObjectIO.of(store);
        assertThat(db.extend(Flux.range(0, 100).map(i -> Row.of("i", i))).block())
                .isEqualTo(100);
        assertThat(sizes).containsExactly(40L, 80L, 100L);
        db.close().block();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
