package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Many readers of one store at once. */
@Timeout(60)
class LmdbCrowdTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @AfterEach
    void nothingLeft() {
        assertThat(Environments.count()).isZero();
    }

    private ObjectIO open(OpenOptions options) {
        return ObjectIO.open(folder.resolve("crowd.lmdb"), options);
    }

    private static List<Row> rows(int count, int bytes) {
        return IntStream.range(0, count)
                .mapToObj(i -> Row.of("i", i, "data", new byte[bytes]))
                .toList();
    }

    @Test
    @DisplayName("a thousand snapshots read slowly at once take turns, and short reads go on meanwhile")
    void takesTurns() {
        ObjectIO db = open(OpenOptions.none());
        db.extend(rows(40, 4096)).block();
        Mono<Long> snapshots = Flux.range(0, 1000)
                .flatMap(
                        i -> db.rows()
                                .snapshot()
                                .limitRate(10)
                                .concatMap(row -> row.get("i").equals(20L)
                                        ? Mono.delay(Duration.ofMillis(1)).thenReturn(row)
                                        : Mono.just(row))
                                .count(),
                        1000)
                .reduce(Long::sum)
                .cache();
        snapshots.subscribe();
        Long shortReads =
                Flux.range(0, 200).flatMap(i -> db.get(i % 40)).count().block(Duration.ofSeconds(30));
        assertThat(shortReads).isEqualTo(200);
        assertThat(snapshots.block(PATIENCE)).isEqualTo(40_000);
        db.close().block(PATIENCE);
    }

    @Test
    @DisplayName("snapshots held open never keep short reads or changes waiting, however few readers there may be")
    void leavesRoom() {
        ObjectIO db = open(OpenOptions.none().with("max_readers", "2"));
        db.extend(rows(40, 4096)).block();
        List<Row> held = db.rows()
                .snapshot()
                .concatMap(row -> db.append(row).then(db.get(-1)), 1)
                .collectList()
                .block(PATIENCE);
        assertThat(held).hasSize(40);
        assertThat(db.size().block()).isEqualTo(80);
        db.close().block(PATIENCE);
    }
}
