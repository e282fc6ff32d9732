package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which slots each rank and worker takes. */
class StepsTest {

    private static List<Long> slots(Steps steps, long step) {
        long first = steps.first(step);
        return LongStream.range(first, first + steps.size(step))
                .map(steps::slot)
                .boxed()
                .toList();
    }

    private static Steps steps(long length, long from, int rank, int world, int batch, Remainder remainder) {
        return new Steps(length, from, new Turn(rank, world, 0, 1), batch, remainder);
    }

    @Test
    @DisplayName("a short last step is divided evenly, and is empty for some where there are fewer samples than ranks")
    void shortLastStepIsDivided() {
        List<List<Long>> last = new ArrayList<>();
        for (int rank = 0; rank < 4; rank++) {
            Steps steps = steps(14, 0, rank, 4, 3, Remainder.SHORT);
            assertThat(steps.count()).isEqualTo(2);
            assertThat(slots(steps, 0)).containsExactly(rank * 3L, rank * 3L + 1, rank * 3L + 2);
            last.add(slots(steps, 1));
            assertThat(steps.after(0)).isEqualTo(12);
            assertThat(steps.after(1)).isEqualTo(14);
        }
        assertThat(last).containsExactly(List.of(12L), List.of(13L), List.of(), List.of());
    }

    @Test
    @DisplayName("samples that fill no step are left out if so chosen")
    void dropsRest() {
        Steps steps = steps(14, 0, 1, 4, 3, Remainder.DROP);
        assertThat(steps.count()).isEqualTo(1);
        assertThat(steps.after(0)).isEqualTo(12);
        assertThat(steps(11, 0, 0, 4, 3, Remainder.DROP).count()).isZero();
    }

    @Test
    @DisplayName("a last step is filled up from the beginning if so chosen, as often as needed")
    void repeats() {
        Steps steps = steps(14, 0, 0, 4, 3, Remainder.REPEAT);
        assertThat(slots(steps, 1)).containsExactly(12L, 13L, 0L);
        assertThat(steps.repeated(1)).isEqualTo(1);
        assertThat(steps.repeated(0)).isZero();
        Steps other = steps(14, 0, 3, 4, 3, Remainder.REPEAT);
        assertThat(slots(other, 1)).containsExactly(7L, 8L, 9L);
        assertThat(other.repeated(1)).isEqualTo(3);
        assertThat(other.after(1)).isEqualTo(14);
        assertThat(slots(steps(2, 0, 2, 3, 3, Remainder.REPEAT), 0)).containsExactly(0L, 1L, 0L);
    }

    @Test
    @DisplayName("an epoch without samples, or at its end, has no step")
    void noStep() {
        for (Remainder remainder : Remainder.values()) {
            assertThat(steps(0, 0, 0, 2, 3, remainder).count()).isZero();
            assertThat(steps(9, 9, 0, 2, 3, remainder).count()).isZero();
            assertThat(steps(9, 9, 0, 2, 3, remainder).mine()).isZero();
        }
    }

    @Test
    @DisplayName("ranks and workers together take each slot once, step by step")
    void together() {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            long length = random.nextInt(200);
            long from = random.nextInt((int) length + 1);
            int world = 1 + random.nextInt(5);
            int workers = 1 + random.nextInt(4);
            int batch = 1 + random.nextInt(9);
            List<Long> seen = new ArrayList<>();
            Set<Long> counts = new HashSet<>();
            long count = steps(length, from, 0, world, batch, Remainder.SHORT).count();
            for (long step = 0; step < count; step++) {
                for (int rank = 0; rank < world; rank++) {
                    Turn turn = new Turn(rank, world, (int) (step % workers), workers);
                    Steps steps = new Steps(length, from, turn, batch, Remainder.SHORT);
                    assertThat(steps.step(step / workers)).isEqualTo(step);
                    assertThat(step / workers).isLessThan(steps.mine());
                    seen.addAll(slots(steps, step));
                    counts.add(steps.after(step));
                }
            }
            assertThat(seen)
                    .containsExactlyElementsOf(
                            LongStream.range(from, length).boxed().toList());
            assertThat(counts).hasSize((int) count);
        }
    }

    @Test
    @DisplayName("numbers as large as they get are no trouble")
    void large() {
        long length = 1L << 62;
        Steps steps = steps(length, length - 5, 2, Integer.MAX_VALUE, Integer.MAX_VALUE, Remainder.SHORT);
        assertThat(steps.count()).isEqualTo(1);
        assertThat(slots(steps, 0)).containsExactly(length - 3);
        assertThat(steps.after(0)).isEqualTo(length);
    }
}
