package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Windows of samples. */
class OwnSlotsTest {

    /** Samples in their order. */
    private record Rows(long length, long group) implements Sequence {
        @Override
        public long groupStart(long slot) {
            return slot - slot % group;
        }

        @Override
        public void fill(long from, int count, int[] sources, long[] positions) {
            assertThat(from + count).isLessThanOrEqualTo(length);
            for (int i = 0; i < count; i++) {
                positions[i] = from + i;
            }
        }
    }

    private static List<long[]> windows(Steps steps, long length, long group, int most) {
        OwnSlots slots = new OwnSlots(steps, new Rows(length, group), group);
        List<long[]> windows = new ArrayList<>();
        for (Window window = slots.next(most); window.size() > 0; window = slots.next(most)) {
            long[] positions = new long[window.size()];
            for (int i = 0; i < positions.length; i++) {
                positions[i] = window.position(i);
                assertThat(positions[i]).isEqualTo(window.slot(i));
            }
            windows.add(positions);
        }
        return windows;
    }

    @Test
    @DisplayName("a window ends with a group if that makes it not too short")
    void endsWithGroups() {
        Steps steps = new Steps(1000, 30, Turn.ALONE, 10, Remainder.SHORT);
        assertThat(windows(steps, 1000, 100, 250))
                .extracting(window -> window[window.length - 1])
                .containsExactly(199L, 399L, 599L, 799L, 999L);
        assertThat(windows(steps, 1000, 400, 300))
                .extracting(window -> window[window.length - 1])
                .containsExactly(329L, 629L, 799L, 999L);
        assertThat(windows(steps, 1000, 1, 400))
                .extracting(window -> window.length)
                .containsExactly(400, 400, 170);
    }

    @Test
    @DisplayName(
            "a window that began within a group ends with it if groups are no larger than windows, so that the next ones do too")
    void finishesGroup() {
        Steps steps = new Steps(1000, 385, Turn.ALONE, 10, Remainder.SHORT);
        assertThat(windows(steps, 1000, 395, 400))
                .extracting(window -> window[window.length - 1])
                .containsExactly(394L, 789L, 999L);
    }

    @Test
    @DisplayName("whatever the windows, a rank's samples come once, in order")
    void whole() {
        Random random = new Random(3);
        for (int round = 0; round < 2000; round++) {
            long length = random.nextInt(300);
            Turn turn = new Turn(random.nextInt(3), 3, random.nextInt(2), 2);
            Remainder remainder = Remainder.values()[random.nextInt(3)];
            Steps steps = new Steps(length, random.nextInt((int) length + 1), turn, 1 + random.nextInt(9), remainder);
            List<Long> expected = new ArrayList<>();
            for (long i = 0; i < steps.mine(); i++) {
                long first = steps.first(steps.step(i));
                for (int k = 0; k < steps.size(steps.step(i)); k++) {
                    expected.add(steps.slot(first + k));
                }
            }
            List<Long> came = windows(steps, length, 1 + random.nextInt(40), 1 + random.nextInt(30)).stream()
                    .flatMap(window -> Arrays.stream(window).boxed())
                    .toList();
            assertThat(came).isEqualTo(expected);
        }
    }
}
