package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rows that are being fetched. */
class FlightsTest {

    @Test
    @DisplayName("a fetch that was given up takes no further row, which nobody would ever bring")
    void takesNothingAfterItsEnd() {
        Flights<String> flights = new Flights<>();
        Flights<String>.Claim claim = flights.claim(new LinkedHashSet<>(List.of(1L, 2L)));
        assertThat(claim.mine()).containsExactly(1L, 2L);
        assertThat(claim.mayBring(3)).isTrue();
        assertThat(flights.claim(Set.of(3L)).mine()).isEmpty();
        claim.end();

        assertThat(claim.mayBring(4)).isFalse();
        assertThat(flights.underWay()).isZero();
        assertThat(flights.claim(Set.of(3L)).mine()).containsExactly(3L);
    }

    @Test
    @DisplayName("a fetch that is given up on one thread while it takes rows on another leaves nothing under way")
    void endsWhileItTakes() {
        for (int round = 0; round < 2000; round++) {
            Flights<String> flights = new Flights<>();
            Flights<String>.Claim claim = flights.claim(Set.of(0L));
            AtomicBoolean begun = new AtomicBoolean();
            CompletableFuture<Void> taking = CompletableFuture.runAsync(() -> {
                begun.set(true);
                for (long position = 1; position < 60; position++) {
                    claim.mayBring(position);
                }
            });
            while (!begun.get()) {
                Thread.onSpinWait();
            }
            if (round % 2 == 0) {
                claim.land(Map.of());
            }
            claim.end();
            taking.join();
            assertThat(flights.underWay()).as("round %d", round).isZero();
        }
    }
}
