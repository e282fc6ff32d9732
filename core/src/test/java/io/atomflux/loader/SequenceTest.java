package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SequenceTest {

    private static SourcePlan source(long size, double from, double to, long splitSeed, int blockRows, int blocks) {
        return new SourcePlan("list", size, "", from, to, splitSeed, blockRows, blocks, 1);
    }

    private static Sequence sequence(long seed, long epoch, SourcePlan source) {
        return Sequence.of(new EpochPlan(epoch, seed, List.of(source), MixtureEnd.FIRST_ENDS, 0));
    }

    private static long[] positions(Sequence sequence, long from, int count) {
        long[] positions = new long[count];
        sequence.fill(from, count, new int[count], positions);
        return positions;
    }

    private static String first(int count, long seed, long epoch, SourcePlan source) {
        return Arrays.stream(positions(sequence(seed, epoch, source), 0, count))
                .mapToObj(Long::toString)
                .collect(Collectors.joining(", "));
    }

    private static String firstOfMixture(int count, double[] weights, SourcePlan... sources) {
        List<SourcePlan> weighted = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            SourcePlan s = sources[i];
            weighted.add(new SourcePlan(
                    "list", s.size(), "", s.from(), s.to(), s.splitSeed(), s.blockRows(), s.blocks(), weights[i]));
        }
        Sequence sequence = Sequence.of(new EpochPlan(1, 42, weighted, MixtureEnd.COUNT, 1000));
        int[] of = new int[count];
        long[] positions = new long[count];
        sequence.fill(0, count, of, positions);
        return IntStream.range(0, count)
                .mapToObj(i -> of[i] + ":" + positions[i])
                .collect(Collectors.joining(", "));
    }

    /** The numbers were computed in Python, by a program written after the package's documentation. */
    @Test
    @DisplayName("the order never changes: saved states stay good, and Python computes the same")
    void orderNeverChanges() {
        assertThat(first(37, 7, 3, source(37, 0, 1, 0, 4, 4)))
                .as("several groups")
                .isEqualTo(
                        "36, 8, 19, 24, 25, 16, 10, 17, 11, 26, 18, 27, 9, 29, 35, 13, 33, 31, 15, 34, 32, 12, 28, 14, "
                                + "30, 2, 20, 0, 22, 21, 3, 4, 5, 1, 7, 6, 23");
        assertThat(first(11, 1, 0, source(11, 0, 1, 0, 4, 2)))
                .as("a short block")
                .isEqualTo("7, 6, 0, 5, 1, 4, 2, 3, 9, 10, 8");
        assertThat(first(20, 7, 0, source(2500, 0, 0.9, 0, 64, 64)))
                .as("train")
                .isEqualTo(
                        "88, 956, 1242, 2407, 1480, 134, 2381, 1036, 2309, 1706, 1239, 85, 1439, 2370, 1647, 455, 1339, "
                                + "1149, 2477, 17");
        assertThat(first(20, 7, 0, source(2500, 0.9, 1, 5, 0, 1)))
                .as("validation, ordered")
                .isEqualTo("3, 14, 32, 33, 37, 45, 48, 59, 67, 73, 78, 104, 105, 110, 119, 129, 134, 137, 138, 150");
        assertThat(first(20, 7, 0, source(12_345, 0.333333333333, 0.666666666667, 0, 8, 8)))
                .as("a third")
                .isEqualTo("7262, 3830, 5221, 6729, 226, 3825, 5209, 11890, 7149, 7138, 7773, 11887, 7158, 6720, 5218, "
                        + "11893, 7155, 11900, 7778, 7267");
        assertThat(first(20, -1, 12, source(1_000_000_000, 0, 1, 0, 64, 64)))
                .as("many")
                .isEqualTo("542395786, 39391208, 437417920, 635887041, 949585399, 140754420, 617298422, 120771490, "
                        + "962325076, 58859394, 587098267, 125996394, 399736225, 442029181, 600253048, 39391194, "
                        + "317982528, 596025321, 784292931, 635887086");
        assertThat(first(20, Long.MAX_VALUE, 0, source(1_000_000_000_000_000L, 0.25, 0.75, -3, 1, 4096)))
                .as("very many")
                .isEqualTo("846816924016565, 329838797113236, 949464178957380, 509920361091178, 291078948326065, "
                        + "711043763454156, 564364810223216, 901908701804044, 391072641367050, 490290002818495, "
                        + "253359819032783, 338720162901865, 476745343662020, 849263711387864, 990547516914992, "
                        + "611507890216962, 120544268240438, 595686175523872, 660994650527558, 396262138999493");
        assertThat(first(20, 7, 0, source(200_000, 0, 0.8, 0, 1, 1_000_000)))
                .as("a large group")
                .isEqualTo(
                        "1517, 129964, 46809, 142536, 63666, 51706, 43005, 53090, 34851, 186714, 162484, 98126, 51081, "
                                + "85351, 142254, 52226, 167896, 169466, 133513, 103119");
        assertThat(firstOfMixture(
                        40,
                        new double[] {0.5, 0.3, 0.2},
                        source(10, 0, 1, 0, 4, 2),
                        source(1000, 0, 0.5, 0, 64, 64),
                        source(5, 0, 1, 0, 0, 1)))
                .as("mixture")
                .isEqualTo(
                        "0:9, 1:816, 0:7, 2:0, 0:8, 1:642, 0:6, 2:1, 1:133, 0:4, 0:5, 1:26, 0:0, 2:2, 0:3, 1:64, 0:1, "
                                + "2:3, 1:758, 0:2, 0:4, 1:41, 0:5, 2:4, 0:7, 1:501, 0:6, 2:0, 1:60, 0:9, 0:8, 1:427, 0:2, 2:1, "
                                + "0:3, 1:405, 0:1, 2:2, 1:727, 0:0");
        assertThat(firstOfMixture(
                        20,
                        new double[] {Math.PI, Math.E},
                        source(1_000_000, 0, 1, 0, 64, 64),
                        source(1_000_000, 0, 0.5, 0, 64, 64)))
                .as("mixture of odd weights")
                .isEqualTo("0:328742, 1:296979, 0:218638, 1:840631, 0:185463, 1:840607, 0:994555, 1:211962, 0:668559, "
                        + "1:119484, 0:889194, 1:689439, 0:696718, 0:17675, 1:263771, 0:668586, 1:500004, 0:130374, "
                        + "1:532208, 0:545501");
    }

    @Test
    @DisplayName("every row of a part comes once in an epoch, for any sizes of store, blocks and groups")
    void everyRowComesOnce() {
        SplittableRandom random = new SplittableRandom(47);
        for (int round = 0; round < 3000; round++) {
            int size = round < 100 ? round : random.nextInt(3000);
            double from = random.nextInt(3) == 0 ? random.nextInt(0, 500) / 1000.0 : 0;
            double to = random.nextInt(3) == 0 ? random.nextInt(501, 1000) / 1000.0 : 1;
            SourcePlan source = source(size, from, to, random.nextLong(), random.nextInt(80), random.nextInt(1, 100));
            Sequence sequence = sequence(random.nextLong(), random.nextInt(5), source);
            long[] expected = new long[(int) sequence.length()];
            new PartRows(source).fill(0, expected.length, expected, 0);
            long[] positions = positions(sequence, 0, expected.length);
            assertThat(sorted(positions)).as("%s", source).isEqualTo(expected);
            int start = random.nextInt(expected.length + 1);
            int count = random.nextInt(expected.length - start + 1);
            assertThat(positions(sequence, start, count))
                    .isEqualTo(Arrays.copyOfRange(positions, start, start + count));
        }
    }

    @Test
    @DisplayName("so it is where so many rows are mixed that their order is no longer kept")
    void everyRowOfLargeGroupsComesOnce() {
        for (SourcePlan source : List.of(
                source(300_000, 0, 1, 0, 1, Integer.MAX_VALUE),
                source(300_001, 0, 0.7, 0, 7, 12_000),
                source(200_003, 0, 1, 0, 5, 20_001),
                source(100_000, 0.5, 1, 0, Integer.MAX_VALUE, Integer.MAX_VALUE))) {
            Sequence sequence = sequence(3, 1, source);
            long[] expected = new long[(int) sequence.length()];
            new PartRows(source).fill(0, expected.length, expected, 0);
            long[] positions = positions(sequence, 0, expected.length);
            assertThat(positions(sequence, 45_000, 1000)).isEqualTo(Arrays.copyOfRange(positions, 45_000, 46_000));
            assertThat(sorted(positions)).isEqualTo(expected);
        }
    }

    private static long[] sorted(long[] positions) {
        long[] sorted = positions.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    @Test
    @DisplayName(
            "a shuffled epoch is as random as a shuffled list, within its groups; seeds, epochs and sources differ")
    void looksRandom() {
        int size = 4096;
        double[][] cells = new double[16][16];
        long neighbours = 0;
        long same = 0;
        int epochs = 200;
        long[] last = positions(sequence(1, 0, source(size, 0, 1, 0, 64, 64)), 0, size);
        for (int epoch = 0; epoch < epochs; epoch++) {
            long[] positions = positions(sequence(0, epoch, source(size, 0, 1, 0, 64, 64)), 0, size);
            for (int i = 0; i < size; i++) {
                cells[i / 256][(int) positions[i] / 256]++;
                neighbours += i > 0 && positions[i] == positions[i - 1] + 1 ? 1 : 0;
                same += positions[i] == last[i] ? 1 : 0;
            }
            last = positions;
        }
        double expected = size * epochs / 256.0;
        double chi = Arrays.stream(cells)
                .flatMapToDouble(Arrays::stream)
                .map(count -> (count - expected) * (count - expected) / expected)
                .sum();
        assertThat(Math.abs(chi - 225) / Math.sqrt(450)).isLessThan(5);
        assertThat(neighbours).as("one in each epoch by chance").isBetween(epochs * 6L / 10, epochs * 14L / 10);
        assertThat(same).as("one in each epoch by chance").isBetween(epochs * 6L / 10, epochs * 14L / 10);
    }

    @Test
    @DisplayName("blocks are read together: a group's samples are whole blocks, and groups are of about one size")
    void blocksStayTogether() {
        Sequence sequence = sequence(5, 0, source(65 * 64, 0, 1, 0, 64, 64));
        long[] group = sorted(positions(sequence, 0, 33 * 64));
        for (int i = 0; i < group.length; i++) {
            assertThat(group[i])
                    .isEqualTo(group[i - i % 64] + i % 64)
                    .satisfies(at -> assertThat(group[0] % 64).isZero());
        }
    }

    @Test
    @DisplayName("the first slot of each slot's group is told: no block has rows in two groups, in any pass")
    void tellsGroups() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 200; round++) {
            int size = 1 + random.nextInt(300);
            int blockRows = 1 + random.nextInt(9);
            int blocks = 1 + random.nextInt(9);
            Sequence sequence = Sequence.of(new EpochPlan(
                    1, round, List.of(source(size, 0, 1, 0, blockRows, blocks)), MixtureEnd.COUNT, 3L * size));
            for (int pass = 0; pass < 3; pass++) {
                long[] positions = positions(sequence, (long) pass * size, size);
                int[] firstOfBlock =
                        IntStream.generate(() -> -1).limit(size / blockRows + 1).toArray();
                int groups = 0;
                for (int i = 0; i < size; i++) {
                    int start = (int) (sequence.groupStart((long) pass * size + i) - (long) pass * size);
                    groups += start == i ? 1 : 0;
                    int block = (int) positions[i] / blockRows;
                    firstOfBlock[block] = firstOfBlock[block] < 0 ? start : firstOfBlock[block];
                    assertThat(start).isBetween(0, i).isEqualTo(firstOfBlock[block]);
                }
                int count = (size - 1) / blockRows + 1;
                assertThat(groups).isEqualTo((count - 1) / blocks + 1);
            }
            assertThat(sequence.groupStart(3L * size)).isEqualTo(3L * size);
        }
    }

    @Test
    @DisplayName("rows in their order come as they stand in the store, in every pass")
    void orderedComesAsItStands() {
        assertThat(first(5, 1, 1, source(5, 0, 1, 0, 0, 1))).isEqualTo("0, 1, 2, 3, 4");
        SourcePlan few = source(3, 0, 1, 0, 0, 1);
        Sequence passes = Sequence.of(new EpochPlan(0, 0, List.of(few), MixtureEnd.COUNT, 8));
        assertThat(positions(passes, 0, 8)).containsExactly(0, 1, 2, 0, 1, 2, 0, 1);
    }

    @Test
    @DisplayName("slots in any order, looked up by many threads at once, are what they are in turn")
    void isFreeToUseFromManyThreads() {
        SourcePlan[] sources = {source(30_000, 0, 0.8, 0, 16, 16), source(500, 0, 1, 0, 16, 16)};
        Sequence sequence = Sequence.of(new EpochPlan(1, 2, List.of(sources), MixtureEnd.ALL_SEEN, 0));
        int length = (int) sequence.length();
        int[] of = new int[length];
        long[] positions = new long[length];
        sequence.fill(0, length, of, positions);
        IntStream.range(0, 2000).parallel().forEach(i -> {
            SplittableRandom random = new SplittableRandom(i);
            int from = random.nextInt(length);
            int count = Math.min(length - from, random.nextInt(300));
            int[] someOf = new int[count];
            long[] some = new long[count];
            sequence.fill(from, count, someOf, some);
            assertThat(some).isEqualTo(Arrays.copyOfRange(positions, from, from + count));
            assertThat(someOf).isEqualTo(Arrays.copyOfRange(of, from, from + count));
        });
    }

    @Test
    @DisplayName("slots outside the epoch are refused")
    void refusesSlotsOutside() {
        Sequence sequence = sequence(0, 0, source(10, 0, 1, 0, 4, 4));
        for (long from : new long[] {-1, 8, 11, Long.MAX_VALUE}) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> positions(sequence, from, 3));
        }
        assertThat(positions(sequence, 10, 0)).isEmpty();
    }
}
