package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Changes of one handle in the layout of asebytes, one after another. */
class AsebytesLaneTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    @DisplayName(
            "a change that throws or ends without an answer fails, and neither those behind it nor closing wait for it")
    void goesOn() {
        Queue<Supplier<Mono<Long>>> turns = new ArrayDeque<>(List.of(
                () -> {
                    throw new IllegalArgumentException("planted");
                },
                Mono::empty,
                () -> Mono.just(7L)));
        AsebytesLane lane = new AsebytesLane(calls -> turns.remove().get());
        Write<Row> write = new Write.Clear<>();
        assertThatThrownBy(() -> lane.submit(write, List.of()).block(PATIENCE)).hasMessage("planted");
        assertThatThrownBy(() -> lane.submit(write, List.of()).block(PATIENCE)).hasMessageContaining("without telling");
        assertThat(lane.submit(write, List.of()).block(PATIENCE)).isEqualTo(7);
        assertThat(lane.drained().thenReturn(true).block(PATIENCE)).isTrue();
    }
}
