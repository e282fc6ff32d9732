package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PermutationTest {

    @Test
    @DisplayName(
            "every number goes to a place of its own, and is found again from there, for any count up to 5000, with a table and without")
    void isBijectionForEveryCount() {
        for (int n = 1; n <= 5000; n++) {
            isBijection(n, new Permutation(n, Mixing.key(7, n)));
            isBijection(n, new Permutation(n, Mixing.key(7, n), 0));
        }
        for (int n : new int[] {65_535, 65_536, 65_537, 65_792, 65_793, 66_049, 70_000, 262_144, 262_145}) {
            isBijection(n, new Permutation(n, Mixing.key(8, n)));
        }
    }

    private static void isBijection(int n, Permutation permutation) {
        boolean[] taken = new boolean[n];
        for (int x = 0; x < n; x++) {
            long place = permutation.apply(x);
            if (place < 0 || place >= n || taken[(int) place]) {
                fail("%d of %d goes to %d", x, n, place);
            }
            taken[(int) place] = true;
            if ((n < 100 || !permutation.hasTable() && x % 16 == 0) && permutation.invert(place) != x) {
                fail("%d of %d is not found again from %d", x, n, place);
            }
        }
    }

    @Test
    @DisplayName("numbers up to 2^62 are found again from where they went")
    void invertsLargeCounts() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            long n = i < 100 ? Permutation.MOST - i : random.nextLong(1, 1L << random.nextInt(1, 63));
            Permutation permutation = new Permutation(n, random.nextLong());
            for (long x : new long[] {0, n - 1, random.nextLong(n)}) {
                long place = permutation.apply(x);
                assertThat(place).isBetween(0L, n - 1);
                assertThat(permutation.invert(place)).isEqualTo(x);
                assertThat(permutation.apply(permutation.invert(x))).isEqualTo(x);
            }
        }
    }

    @Test
    @DisplayName("of few numbers every order comes equally often")
    void allOrdersAreEquallyLikely() {
        for (int n : new int[] {2, 3, 4, 5, 6, 7}) {
            int orders = 1;
            for (int i = 2; i <= n; i++) {
                orders *= i;
            }
            Map<List<Long>, Integer> seen = new HashMap<>();
            int perOrder = 60;
            for (int key = 0; key < orders * perOrder; key++) {
                Permutation permutation = new Permutation(n, Mixing.key(key));
                List<Long> order = new ArrayList<>();
                for (int x = 0; x < n; x++) {
                    order.add(permutation.apply(x));
                }
                seen.merge(order, 1, Integer::sum);
            }
            assertThat(seen).hasSize(orders);
            double chi = seen.values().stream()
                    .mapToDouble(count -> Math.pow(count - perOrder, 2) / perOrder)
                    .sum();
            assertThat(deviation(chi, orders - 1)).as("orders of %d", n).isLessThan(5);
        }
    }

    @Test
    @DisplayName("places, steps between neighbours and pairs of keys look as those of a table shuffled at random")
    void looksRandom() {
        int[] counts = {10, 64, 100, 1000, 1024, 1025, 1089, 4096, 6000, 65_536, 65_537, 70_000};
        for (int n : counts) {
            int repeats = Math.max(2, 200_000 / n);
            long[][] ours = new long[repeats][];
            long[][] computed = new long[repeats][];
            long[][] shuffled = new long[repeats][];
            Random random = new Random(n);
            for (int r = 0; r < repeats; r++) {
                ours[r] = table(new Permutation(n, Mixing.key(3, n, r)), n);
                computed[r] = table(new Permutation(n, Mixing.key(4, n, r), 0), n);
                List<Long> list =
                        new ArrayList<>(Arrays.stream(ours[0]).sorted().boxed().toList());
                Collections.shuffle(list, random);
                shuffled[r] = list.stream().mapToLong(Long::longValue).toArray();
            }
            assertThat(worst(ours)).as("permutation of %d", n).isLessThan(5);
            assertThat(n < 100 || worst(computed) < 5)
                    .as("computed permutation of %d", n)
                    .isTrue();
            assertThat(worst(shuffled)).as("table of %d", n).isLessThan(5);
        }
    }

    @Test
    @DisplayName("the measure tells a poor mixing from a good one")
    void measureTellsPoorMixing() {
        int n = 4096;
        long[][] linear = new long[100][n];
        long[][] fewRounds = new long[100][n];
        for (int r = 0; r < 100; r++) {
            for (int x = 0; x < n; x++) {
                linear[r][x] = Math.floorMod(x * 1_664_525L + Mixing.key(r), n);
                long right = x % 64;
                long left = (x / 64 + Mixing.below(Mixing.mix(Mixing.key(r) + right), 64)) % 64;
                right = (right + Mixing.below(Mixing.mix(Mixing.key(r, 1) + left), 64)) % 64;
                fewRounds[r][x] = left * 64 + right;
            }
        }
        assertThat(worst(linear)).isGreaterThan(10);
        assertThat(worst(fewRounds)).isGreaterThan(10);
    }

    @Test
    @DisplayName("neighbouring keys agree in as few places as chance has it")
    void neighbouringKeysDiffer() {
        int n = 1000;
        long agree = 0;
        for (int seed = 0; seed < 200; seed++) {
            long[] one = table(n, Mixing.key(seed, 0, 0, 0, 0));
            for (long[] other : new long[][] {
                table(n, Mixing.key(seed + 1, 0, 0, 0, 0)), table(n, Mixing.key(seed, 1, 0, 0, 0)),
                table(n, Mixing.key(seed, 0, 1, 0, 0)), table(n, Mixing.key(seed, 0, 0, 1, 0)),
                table(n, Mixing.key(seed, 0, 0, 0, 1)), table(n, Mixing.key(-seed - 1, 0, 0, 0, 0))
            }) {
                for (int x = 0; x < n; x++) {
                    agree += one[x] == other[x] ? 1 : 0;
                }
            }
        }
        assertThat(agree).as("1200 pairs, one place each by chance").isBetween(1000L, 1400L);
    }

    private static long[] table(int n, long key) {
        return table(new Permutation(n, key), n);
    }

    private static long[] table(Permutation permutation, int n) {
        long[] table = new long[n];
        for (int x = 0; x < n; x++) {
            table[x] = permutation.apply(x);
        }
        return table;
    }

    /** Returns the largest of several deviations from chance, in standard deviations. */
    private static double worst(long[][] tables) {
        int n = tables[0].length;
        int cells = Math.min(n, 16);
        double[] cellSizes = new double[cells];
        for (int x = 0; x < n; x++) {
            cellSizes[cell(x, n, cells)]++;
        }
        double[][] places = new double[cells][cells];
        double[][] steps = new double[cells][cells];
        double[][] twos = new double[cells][cells];
        double stepCount = 0;
        for (long[] table : tables) {
            for (int x = 0; x < n; x++) {
                places[cell(x, n, cells)][cell(table[x], n, cells)]++;
                if (x > 0) {
                    steps[cell(table[x - 1], n, cells)][cell(table[x], n, cells)]++;
                    twos[cell(Math.floorMod(table[x] - table[x - 1] - 1, (long) n), n, cells)][x % 2]++;
                    stepCount++;
                }
            }
        }
        double chiPlaces = 0;
        double chiSteps = 0;
        double samples = (double) tables.length * n;
        for (int i = 0; i < cells; i++) {
            for (int j = 0; j < cells; j++) {
                double expected = samples * cellSizes[i] * cellSizes[j] / n / n;
                chiPlaces += Math.pow(places[i][j] - expected, 2) / expected;
                double pairs = cellSizes[i] * (cellSizes[j] - (i == j ? 1 : 0)) / n / (n - 1.0);
                double expectedSteps = stepCount * pairs;
                if (expectedSteps > 0) {
                    chiSteps += Math.pow(steps[i][j] - expectedSteps, 2) / expectedSteps;
                }
            }
        }
        double free = (cells - 1.0) * (cells - 1.0);
        double chiDifferences = 0;
        for (int i = 0; i < cells; i++) {
            double lengths = 0; // differences 1 to n - 1, less one, in this cell
            for (int d = 0; d < n - 1; d++) {
                lengths += cell(d, n, cells) == i ? 1 : 0;
            }
            double expected = stepCount * lengths / (n - 1.0);
            if (expected > 0) {
                chiDifferences += Math.pow(twos[i][0] + twos[i][1] - expected, 2) / expected;
            }
        }
        return Math.max(
                deviation(chiPlaces, free), Math.max(deviation(chiSteps, free), deviation(chiDifferences, cells - 1)));
    }

    private static int cell(long value, int n, int cells) {
        return (int) (value * cells / n);
    }

    private static double deviation(double chi, double free) {
        return Math.abs(chi - free) / Math.sqrt(2 * free);
    }
}
