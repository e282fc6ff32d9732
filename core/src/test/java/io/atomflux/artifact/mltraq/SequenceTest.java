package io.atomflux.artifact.mltraq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SequenceTest {

    private final Sequence sequence =
            new Sequence(Clock.fixed(Instant.parse("2024-01-02T17:16:15.123456789Z"), ZoneOffset.UTC));

    @Test
    @DisplayName("records are numbered and timed to the microsecond; columns come in order, gaps are null")
    void appends() {
        sequence.append("a", 1).append("b", 2.5).append(Map.of("a", 3));
        assertThat(sequence.size()).isEqualTo(3);
        assertThat(sequence.columns()).containsExactly("idx", "timestamp", "a", "b");
        assertThat(sequence.column("idx")).containsExactly(0L, 1L, 2L);
        assertThat(sequence.column("timestamp")).containsOnly(Instant.parse("2024-01-02T17:16:15.123456Z"));
        assertThat(sequence.column("a")).containsExactly(1L, null, 3L);
        assertThat(sequence.stream().count().block()).isEqualTo(3);
    }

    @Test
    @DisplayName("an empty sequence has its two columns, and both kinds come back")
    void comesBack() {
        assertThat(sequence.columns()).containsExactly("idx", "timestamp");
        assertThat(Sequence.of(sequence.toMap())).isEqualTo(sequence);
        sequence.append("x", Map.of("y", 1));
        Sequence back = Sequence.of(sequence.toMap());
        assertThat(back).isEqualTo(sequence);
        assertThat(back.append("x", 1).column("idx")).containsExactly(0L, 1L);
        assertThatThrownBy(() -> Sequence.of(Map.of("idx", 1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("the names idx and timestamp are reserved, and values no store can hold are refused")
    void refuses() {
        assertThatThrownBy(() -> sequence.append("idx", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reserved");
        assertThatThrownBy(() -> sequence.append("timestamp", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sequence.append("a", new Object())).isInstanceOf(IllegalArgumentException.class);
        assertThat(sequence.size()).isZero();
    }
}
