package io.atomflux.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.value.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SelectionTest {

    @Test
    @DisplayName("chains of slices and lists select what applying them one after another to a list does")
    void composesLikeLists() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            int size = random.nextInt(12);
            List<Long> expected = new ArrayList<>();
            for (long i = 0; i < size; i++) {
                expected.add(i);
            }
            Selection selection = Selection.ALL;
            for (int step = 0; step < random.nextInt(4); step++) {
                if (random.nextBoolean() || expected.isEmpty()) {
                    Slice slice = new Slice(bound(random), bound(random), nonZero(random));
                    selection = selection.slice(slice);
                    List<Long> sliced = new ArrayList<>();
                    long count = slice.count(expected.size());
                    for (long i = 0; i < count; i++) {
                        sliced.add(expected.get((int) (slice.first(expected.size()) + i * slice.step())));
                    }
                    expected = sliced;
                } else {
                    long[] list = new long[random.nextInt(5)];
                    List<Long> picked = new ArrayList<>();
                    for (int i = 0; i < list.length; i++) {
                        int index = random.nextInt(expected.size());
                        list[i] = random.nextBoolean() ? index : index - expected.size();
                        picked.add(expected.get(index));
                    }
                    selection = selection.pick(list);
                    expected = picked;
                }
            }
            Positions resolved = selection.resolve(size, "test");
            List<Long> seen = new ArrayList<>();
            for (long i = 0; i < resolved.count(); i++) {
                seen.add(resolved.at(i));
            }
            assertThat(seen).as("%s of %d rows", selection, size).isEqualTo(expected);
        }
    }

    private static OptionalLong bound(Random random) {
        return random.nextInt(4) == 0 ? OptionalLong.empty() : OptionalLong.of(random.nextInt(31) - 15);
    }

    private static long nonZero(Random random) {
        long step = random.nextInt(9) - 4;
        return step == 0 ? 1 : step;
    }

    @Test
    @DisplayName("a listed row that is not there is an error that names index, size and store")
    void refusesOutOfRange() {
        assertThatThrownBy(() -> Selection.ALL.pick(0, 5).resolve(5, "x.lmdb"))
                .isInstanceOf(RowOutOfBoundsException.class)
                .hasMessageContaining("5")
                .hasMessageContaining("x.lmdb");
        assertThatThrownBy(() -> Selection.at(-6).resolve(5, "x.lmdb")).isInstanceOf(RowOutOfBoundsException.class);
        assertThatThrownBy(() -> Selection.ALL.slice(Slice.of(2, 4)).pick(2).resolve(5, "x"))
                .isInstanceOf(RowOutOfBoundsException.class);
    }

    @Test
    @DisplayName("slices of a store of a billion rows take no memory")
    void staysSmall() {
        Positions tenth = Selection.ALL.slice(Slice.parse("::10")).resolve(1_000_000_000L, "big");
        assertThat(tenth.count()).isEqualTo(100_000_000L);
        assertThat(tenth.at(99_999_999L)).isEqualTo(999_999_990L);
        Positions again = Selection.ALL
                .slice(Slice.parse("::-10"))
                .slice(Slice.parse("5::2"))
                .resolve(1_000_000_000L, "big");
        assertThat(again.count()).isEqualTo(49_999_998L);
        assertThat(again.at(0)).isEqualTo(999_999_999L - 50);
        assertThat(again.at(1)).isEqualTo(999_999_999L - 70);
    }
}
