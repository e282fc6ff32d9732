package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.error.StoreChangedException;
import io.atomflux.value.Row;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
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
}
