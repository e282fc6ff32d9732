package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.loader.Splits.Part;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SplitsTest {

    private static long[] rows(Part part, long size) {
        PartRows rows = rowsOf(part, size);
        long[] positions = new long[(int) rows.size()];
        rows.fill(0, positions.length, positions, 0);
        return positions;
    }

    private static PartRows rowsOf(Part part, long size) {
        return new PartRows(new SourcePlan("list", size, "", part.from(), part.to(), part.seed(), 0, 1, 1));
    }

    private static List<Splits> samples() {
        LinkedHashMap<String, Double> tenths = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            tenths.put("part " + i, 0.1);
        }
        return List.of(
                Splits.of("train", 0.9, "validation", 0.1),
                Splits.of("train", 0.7, "validation", 0.2, "test", 0.1),
                Splits.of("a", 0.1, "b", 0.2, "c", 0.7),
                Splits.of("a", 1 / 3.0, "b", 1 / 3.0, "c", 1 / 3.0),
                Splits.of("a", 2 / 3.0, "b", 1 / 3.0).seed(-9),
                Splits.of("a", 0.001, "b", 0.999),
                Splits.of("a", Math.PI / 4, "b", 1 - Math.PI / 4),
                Splits.of(tenths).seed(Long.MAX_VALUE));
    }

    @Test
    @DisplayName(
            "parts share no row, together are all rows, ascend, and have their fraction of every window, at any size up to 2000")
    void dividesAnySize() {
        for (Splits splits : samples()) {
            for (int size = 0; size <= 2000; size += size < 70 || size > 970 && size < 1030 || size > 1990 ? 1 : 7) {
                int[] seen = new int[size];
                for (String name : splits.names()) {
                    Part part = splits.part(name);
                    long[] rows = rows(part, size);
                    for (int i = 0; i < rows.length; i++) {
                        seen[(int) rows[i]]++;
                        assertThat(i == 0 || rows[i - 1] < rows[i])
                                .as("ascending")
                                .isTrue();
                    }
                    for (int window = 0; window * 1000 < size; window++) {
                        int first = window * 1000;
                        int length = Math.min(1000, size - first);
                        long here = Arrays.stream(rows)
                                .filter(row -> row >= first && row < first + length)
                                .count();
                        assertThat(here).isEqualTo(rounded(part.to(), length) - rounded(part.from(), length));
                    }
                }
                assertThat(Arrays.stream(seen).allMatch(times -> times == 1))
                        .as("each of %d rows is in one of %s", size, splits.names())
                        .isTrue();
            }
        }
    }

    private static long rounded(double fraction, int length) {
        return BigDecimal.valueOf(fraction)
                .multiply(BigDecimal.valueOf(length))
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    @Test
    @DisplayName("any row of a part is reached at once, wherever it is")
    void reachesAnyRow() {
        SplittableRandom random = new SplittableRandom(31);
        for (Splits splits : samples()) {
            for (String name : splits.names()) {
                long[] all = rows(splits.part(name), 7654);
                PartRows rows = rowsOf(splits.part(name), 7654);
                for (int i = 0; i < 200; i++) {
                    int first = random.nextInt(all.length);
                    int count = random.nextInt(all.length - first + 1);
                    long[] some = new long[count + 1];
                    rows.fill(first, count, some, 1);
                    assertThat(some).endsWith(Arrays.copyOfRange(all, first, first + count));
                    assertThat(rows.position(first)).isEqualTo(all[first]);
                }
            }
        }
        PartRows huge = rowsOf(new Part(0.9, 1, 0), Permutation.MOST);
        long last = huge.position(huge.size() - 1);
        assertThat(last).isBetween(Permutation.MOST - 1000, Permutation.MOST - 1);
    }

    @Test
    @DisplayName(
            "train and validation of fractions that add up to 1 share no row and are all rows, also of named splits")
    void trainAndValidation() {
        for (int thousandths = 1; thousandths < 1000; thousandths++) {
            double fraction = thousandths / 1000.0;
            Part train = Splits.named("train", fraction);
            for (double rest : new double[] {1 - fraction, (1000 - thousandths) / 1000.0}) {
                assertThat(Splits.named("validation", rest).from()).isEqualTo(train.to());
                Splits splits = Splits.of("train", fraction, "validation", rest);
                assertThat(splits.part("train")).isEqualTo(train);
                assertThat(splits.part("validation")).isEqualTo(Splits.named("validation", rest));
            }
        }
        assertThat(Splits.named("train", 1)).isEqualTo(Part.ALL).isEqualTo(Splits.named("validation", 1));
        assertThat(rowsOf(Splits.named("train", 0.9), 100_000).size()).isEqualTo(90_000);
        assertThat(rowsOf(Splits.named("validation", 0.001), 100_000).size()).isEqualTo(100);
    }

    @Test
    @DisplayName("rows appended later leave the rows of whole windows where they are, and few others move")
    void appendingLeavesRows() {
        Part train = Splits.named("train", 0.8);
        int moved = 0;
        long[] before = rows(train, 3000);
        for (int size = 3001; size <= 5000; size++) {
            long[] after = rows(train, size);
            int whole = (size - 1) / 1000 * 800;
            assertThat(Arrays.mismatch(before, 0, whole, after, 0, whole)).isEqualTo(-1);
            for (long row : before) {
                moved += Arrays.binarySearch(after, row) < 0 ? 1 : 0;
            }
            before = after;
        }
        // one boundary that glides over 2000 rows which come at random places: about f (1 - f) log(1000) per window,
        // and rounding
        assertThat(moved).isLessThan(1000);
    }

    @Test
    @DisplayName(
            "who belongs to a part is random, differs from window to window and seed to seed, and hardly depends on neighbours")
    void looksRandom() {
        int size = 1_000_000;
        long[] rows = rows(Splits.named("train", 0.5), size);
        boolean[] in = new boolean[size];
        int[] perPlace = new int[1000];
        for (long row : rows) {
            in[(int) row] = true;
            perPlace[(int) (row % 1000)]++;
        }
        double chi = 0;
        for (int count : perPlace) {
            chi += Math.pow(count - 500, 2) / 250;
        }
        assertThat(Math.abs(chi - 1000) / Math.sqrt(2000)).isLessThan(5);
        int neighbours = 0;
        for (int i = 1; i < size; i++) {
            neighbours += in[i] == in[i - 1] ? 1 : 0;
        }
        assertThat((neighbours - 499_500) / 500.0).isBetween(-5.0, 5.0);
        long[] others = rows(new Part(0, 0.5, 1), size);
        long shared = Arrays.stream(others).filter(row -> in[(int) row]).count();
        assertThat((shared - 250_000) / 250.0).isBetween(-5.0, 5.0);
    }

    @Test
    @DisplayName("a smaller part of the same end lies within a larger one, so that learning curves are nested")
    void partsAreNested() {
        long[] large = rows(Splits.named("train", 0.9), 5432);
        for (double fraction : new double[] {0.001, 0.1, 0.5, 0.899}) {
            assertThat(Arrays.stream(rows(Splits.named("train", fraction), 5432))
                            .allMatch(row -> Arrays.binarySearch(large, row) >= 0))
                    .isTrue();
        }
    }

    @Test
    @DisplayName("fractions out of range, names twice, unknown names and sums above 1 are refused")
    void refusesNonsense() {
        for (double fraction : new double[] {0, -0.1, 0.0009, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Splits.named("train", fraction))
                    .withMessage("fraction of part \"train\": %s (expected: 0.001 to 1)", fraction);
            assertThatIllegalArgumentException().isThrownBy(() -> Splits.of("a", 0.5, "b", fraction));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Splits.of("a", 0.5, "b", 0.5, "c", 0.1))
                .withMessage("fractions up to part \"c\": 1.1 together (expected: at most 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Splits.of("a", 0.5, "a", 0.5))
                .withMessage("part \"a\" twice (expected: once)");
        assertThatIllegalArgumentException().isThrownBy(() -> Splits.of(new LinkedHashMap<>()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Splits.named("test", 0.1))
                .withMessage("part \"test\" (expected: \"train\" or \"validation\"); name others by Splits.of");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Splits.of("a", 0.5, "b", 0.5).part("c"))
                .withMessage("part \"c\" (expected: one of [a, b])");
        assertThat(Splits.of("a", 0.1, "b", 0.2).part("b")).isEqualTo(new Part(0.1, 0.3, 0));
        assertThat(Splits.of("a", 0.1, "b", 0.2, "c", 0.7).seed(4).part("c")).isEqualTo(new Part(0.3, 1, 4));
    }
}
