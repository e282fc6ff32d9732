package io.atomflux.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.KeySet;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

/** Expected numbers with many digits are those of numpy 2.4, or of exact fractions in Python. */
@Timeout(60)
class StatisticsTest {

    private static ObjectIO store(List<Row> rows) {
        ListBackend backend = new ListBackend();
        backend.rows = List.copyOf(rows);
        return ObjectIO.of(backend);
    }

    private static ObjectIO store(int count, IntFunction<Row> row) {
        return store(IntStream.range(0, count).mapToObj(row).toList());
    }

    private static Statistics run(Survey survey) {
        return Objects.requireNonNull(survey.run().block());
    }

    private static Statistics of(List<Row> rows) {
        return run(Statistics.over(store(rows)));
    }

    private static KeyStatistics key(Statistics found, String key) {
        return Objects.requireNonNull(found.keys().get(key), key);
    }

    private static Moments moments(Object... values) {
        List<Row> rows = Arrays.stream(values).map(value -> Row.of("x", value)).toList();
        return key(of(rows), "x").values().moments();
    }

    private static double zigzag(int i) {
        return (i * 7919) % 1009;
    }

    @Test
    @DisplayName("mean, variance and range are numpy's")
    void moments() {
        Moments found = key(run(Statistics.over(store(1000, i -> Row.of("x", (zigzag(i) - 300) * 0.37)))), "x")
                .values()
                .moments();
        assertThat(found.count()).isEqualTo(1000);
        assertThat(found.mean()).isCloseTo(75.73085999999999, within(1e-12));
        assertThat(found.variance()).isCloseTo(11621.455828460399, within(1e-9));
        assertThat(found.standardDeviation()).isCloseTo(Math.sqrt(11621.455828460399), within(1e-11));
        assertThat(found.least()).isEqualTo(-111.0);
        assertThat(found.greatest()).isEqualTo(261.96);
        assertThat(found.notFinite()).isZero();
    }

    @Test
    @DisplayName("an offset of 10^9 costs the variance no digit, one value at a time or as arrays")
    void offset() {
        double[] values = IntStream.range(0, 1000)
                .mapToDouble(i -> 1e9 + zigzag(i) / 1009)
                .toArray();
        List<Row> single =
                Arrays.stream(values).mapToObj(value -> Row.of("x", value)).toList();
        List<Row> arrays = IntStream.range(0, 10)
                .mapToObj(i -> Row.of("x", NdArray.of(Arrays.copyOfRange(values, 100 * i, 100 * i + 100), 50, 2)))
                .toList();
        for (List<Row> rows : List.of(single, arrays)) {
            Moments found = key(of(rows), "x").values().moments();
            assertThat(found.mean()).isCloseTo(1000000000.5001764, within(2e-7)); // neighbouring doubles
            assertThat(found.variance()).isCloseTo(0.08338247003195111, within(1e-15));
        }
        // numpy's two passes give 0.08338247003196983
    }

    @Test
    @DisplayName("histograms have the counts of numpy's for the same edges")
    void histogram() {
        Histogram found = key(run(Statistics.over(store(1000, i -> Row.of("x", (zigzag(i) - 300) * 0.37)))), "x")
                .values()
                .histogram();
        double[] edges =
                IntStream.rangeClosed(-14, 33).mapToDouble(i -> i * 8.0).toArray();
        assertThat(found.edges().toDoubleArray()).isEqualTo(edges);
        assertThat(found.counts().toLongArray())
                .containsExactly(
                        19, 22, 21, 21, 22, 22, 21, 21, 21, 22, 21, 21, 22, 21, 21, 22, 21, 21, 22, 21, 22, 20, 22, 22,
                        21, 22, 22, 21, 21, 21, 22, 22, 21, 22, 22, 20, 22, 21, 22, 22, 21, 22, 21, 21, 22, 21, 17);
        assertThat(found.bins()).isEqualTo(47);
    }

    @Test
    @DisplayName("a histogram of a chosen range has numpy's bins, and counts what lies outside")
    void range() {
        Histogram found = key(
                        run(Statistics.over(store(1000, i -> Row.of("x", (zigzag(i) - 300) * 0.37)))
                                .bins(7)
                                .range("x", -50, 100)),
                        "x")
                .values()
                .histogram();
        double[] edges = {
            -50.0,
            -28.571428571428573,
            -7.142857142857146,
            14.285714285714278,
            35.71428571428571,
            57.14285714285714,
            78.57142857142856,
            100.0
        };
        assertThat(found.edges().toDoubleArray()).isEqualTo(edges);
        assertThat(found.counts().toLongArray()).containsExactly(57, 58, 57, 57, 58, 57, 58);
        assertThat(found.below()).isEqualTo(163);
        assertThat(found.above()).isEqualTo(435);
    }

    @Test
    @DisplayName("each edge of a range belongs to the bin above it, the last one to the last bin")
    void edges() {
        Random random = new Random(2);
        for (int run = 0; run < 300; run++) {
            double low = random.nextGaussian() * Math.pow(10, random.nextInt(-6, 7));
            int count = random.nextInt(2, 60);
            FixedBins bins = new FixedBins(low, low + random.nextDouble(), count);
            double[] edges = bins.result().edges().toDoubleArray();
            for (double edge : edges) {
                bins.add(edge);
                bins.add(Math.nextDown(edge));
            }
            long[] expected = new long[count];
            Arrays.fill(expected, 2);
            expected[count - 1] = 3;
            assertThat(bins.result().counts().toLongArray())
                    .as("%s to %s", low, edges[count])
                    .isEqualTo(expected);
            assertThat(bins.result().below()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("the bins of a growing histogram do not depend on the order of the values")
    void orderOfHistogram() {
        Random random = new Random(5);
        for (int run = 0; run < 200; run++) {
            double scale = Math.scalb(1.0, random.nextInt(-1000, 1000));
            double offset = run % 3 == 0 ? 0 : random.nextGaussian() * 1e3 * scale;
            int most = random.nextInt(2, 30);
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                values.add(offset + random.nextGaussian() * scale * (i % 10 == 0 ? 1e4 : 1));
            }
            Histogram first = counted(values, most);
            Collections.shuffle(values, random);
            assertThat(counted(values, most)).isEqualTo(first);
            assertThat(first.bins()).isBetween(2, most);
            double[] edges = first.edges().toDoubleArray();
            for (int bin = 0; bin < first.bins(); bin++) {
                double from = edges[bin];
                double to = edges[bin + 1];
                assertThat(first.counts().longAt(bin))
                        .isEqualTo(values.stream()
                                .filter(value -> value >= from && value < to)
                                .count());
            }
        }
    }

    private static Histogram counted(List<Double> values, int most) {
        GrowingBins bins = new GrowingBins(most);
        values.forEach(bins::add);
        return bins.result();
    }

    @Test
    @DisplayName(
            "a growing histogram holds the least and the greatest numbers there are, and neighbours of one another")
    void extremes() {
        double[] all = {
            -Double.MAX_VALUE, -1, -Double.MIN_VALUE, -0.0, 0.0, Double.MIN_VALUE, 1, Math.nextUp(1.0), Double.MAX_VALUE
        };
        for (int most : new int[] {2, 3, 50, 1000}) {
            Histogram found = counted(Arrays.stream(all).boxed().toList(), most);
            assertThat(Arrays.stream(found.counts().toLongArray()).sum()).isEqualTo(all.length);
            assertThat(found.edges().doubleAt(0)).isEqualTo(-Double.MAX_VALUE);
            assertThat(found.edges().doubleAt(found.bins())).isEqualTo(Double.MAX_VALUE);
            assertThat(Arrays.stream(found.counts().toLongArray())
                            .limit(found.bins() / 2)
                            .sum())
                    .as("negative ones")
                    .isEqualTo(3);
        }
        Histogram near = counted(List.of(1.0, Math.nextUp(1.0), 1.0), 50);
        assertThat(near.counts().toLongArray()).containsExactly(2, 1);
        Histogram subnormal = counted(List.of(0.0, Double.MIN_VALUE), 50);
        assertThat(Arrays.stream(subnormal.counts().toLongArray()).sum()).isEqualTo(2);
    }

    @Test
    @DisplayName("one value, and values all equal, have no spread and one bin of no width")
    void constants() {
        for (int count : new int[] {1, 3, 10_000}) {
            KeyStatistics found = key(run(Statistics.over(store(count, i -> Row.of("x", 0.1)))), "x");
            assertThat(found.values().moments()).isEqualTo(new Moments(count, 0.1, 0, 0.1, 0.1, 0, 0, 0));
            assertThat(found.values().histogram().edges().toDoubleArray()).containsExactly(0.1, 0.1);
            assertThat(found.values().histogram().counts().toLongArray()).containsExactly(count);
        }
    }

    @Test
    @DisplayName("NaN and infinite values are counted apart and change nothing else")
    void notFinite() {
        Object[] values = {
            Double.NaN, 1.0, Double.POSITIVE_INFINITY, NdArray.of(new double[] {3, Double.NaN}, 2), -1 / 0.0
        };
        assertThat(moments(values)).isEqualTo(new Moments(2, 2, 1, 1, 3, 2, 1, 1));
        Moments none = moments(Double.NaN, Double.NaN);
        assertThat(none.count()).isZero();
        assertThat(none.mean()).isNaN();
        assertThat(none.least()).isNaN();
        assertThat(none.nans()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "numbers of all kinds count as what they are: integers, booleans, numpy's narrow ones, lists of numbers")
    void kinds() {
        Object[] values = {
            2,
            true,
            BigInteger.ONE.shiftLeft(63),
            NdScalar.of(1.5f),
            NdScalar.of(7),
            NdScalar.of(false),
            NdArray.of(new short[] {-3, 4}, 2),
            NdArray.of(new boolean[] {true}, 1),
            NdArray.of(new double[] {0.5}),
            List.of(1, 2.5)
        };
        List<Row> rows = Arrays.stream(values).map(value -> Row.of("x", value)).toList();
        KeyStatistics found = key(of(rows), "x");
        assertThat(found.rows()).isEqualTo(10);
        assertThat(found.others()).isZero();
        assertThat(found.values().moments().count()).isEqualTo(12);
        assertThat(found.values().moments().least()).isEqualTo(-3);
        assertThat(found.values().moments().greatest()).isEqualTo(0x1p63);
        assertThat(found.types())
                .containsExactly("bool", "float32", "float64", "int16", "int32", "int64", "list of float64", "uint64");
        assertThat(moments(2, true, NdScalar.of(1.5f), NdScalar.of(false)).mean())
                .isEqualTo(1.125);
    }

    @Test
    @DisplayName("texts and the like are counted, nulls and missing keys apart, and reserved rows in none")
    void noNumbers() {
        List<Row> rows = List.of(
                Row.of("x", "text", "only", 1.0),
                Row.of("x", Bytes.of(new byte[] {1})),
                Row.of("x", Map.of("a", 1)),
                Row.of("x", List.of("a")),
                Row.of("x", List.of()),
                Row.of("x", NdArray.ofTexts(List.of("a", "bc"), 2)),
                Row.of("x", null),
                Row.of("x", 4.0),
                Row.reserved(),
                Row.empty());
        Statistics found = of(rows);
        assertThat(found.rows()).isEqualTo(10);
        assertThat(found.reserved()).isEqualTo(1);
        KeyStatistics x = key(found, "x");
        assertThat(x.rows()).isEqualTo(1);
        assertThat(x.others()).isEqualTo(6);
        assertThat(x.nulls()).isEqualTo(1);
        assertThat(x.missing()).isEqualTo(1);
        assertThat(x.types()).containsExactly("bytes", "float64", "list", "map", "str");
        assertThat(x.values().moments().mean()).isEqualTo(4);
        assertThat(key(found, "only").missing()).isEqualTo(8);
    }

    @Test
    @DisplayName("vectors have moments for each component: of atoms, whatever their number, and of whole values")
    void components() {
        Statistics found = run(Statistics.over(store(
                4,
                i -> Row.builder()
                        .put("calc.forces", NdArray.zeros(DType.FLOAT64, i == 3 ? 0 : i + 1, 3))
                        .put("arrays.positions", NdArray.of(new double[] {i, 2, 3, i + 2, 2, 4}, 2, 3))
                        .put("calc.stress", NdArray.of(new double[] {i, 1, 2, 3, 4, 5}, 6))
                        .put("info.pairs", NdArray.of(new long[] {i, 1, 2, 3}, 2, 2))
                        .put("info.varies", NdArray.of(new double[i + 2], i + 2))
                        .put("info.mixed", i == 0 ? (Object) 1.0 : NdArray.of(new double[] {1, 2}, 2))
                        .put("info.large", NdArray.of(new double[20], 10, 2, 1))
                        .build())));
        KeyStatistics forces = key(found, "calc.forces");
        assertThat(forces.componentShape()).containsExactly(3);
        assertThat(forces.components()).extracting(Moments::count).containsExactly(6L, 6L, 6L);
        assertThat(forces.lengths().mean()).isEqualTo(1.5);
        assertThat(forces.values().moments().count()).isEqualTo(18);
        KeyStatistics positions = key(found, "arrays.positions");
        assertThat(positions.componentShape()).containsExactly(3);
        assertThat(positions.components()).extracting(Moments::mean).containsExactly(2.5, 2.0, 3.5);
        assertThat(key(found, "calc.stress").components())
                .extracting(Moments::mean)
                .containsExactly(1.5, 1.0, 2.0, 3.0, 4.0, 5.0);
        assertThat(key(found, "calc.stress").componentShape()).containsExactly(6);
        assertThat(key(found, "info.pairs").componentShape()).containsExactly(2, 2);
        assertThat(key(found, "info.large").componentShape()).containsExactly(2, 1);
        assertThat(key(found, "info.varies").components()).isEmpty();
        assertThat(key(found, "info.varies").lengths().greatest()).isEqualTo(5);
        assertThat(key(found, "info.mixed").components()).isEmpty();
    }

    @Test
    @DisplayName("an array far larger than what is copied at once is taken whole")
    void largeArrays() {
        int count = 200_000;
        double[] values = new double[3 * count];
        Arrays.setAll(values, i -> i % 3 * 1000.0 + (i / 3) % 2);
        KeyStatistics found = key(of(List.of(Row.of("x", NdArray.of(values, count, 3)))), "x");
        assertThat(found.values().moments().count()).isEqualTo(3 * count);
        assertThat(found.components()).extracting(Moments::mean).containsExactly(0.5, 1000.5, 2000.5);
        assertThat(found.components())
                .extracting(Moments::variance)
                .allSatisfy(variance -> assertThat(variance).isCloseTo(0.25, within(1e-14)));
    }

    @Test
    @DisplayName("an empty store gives no keys; keys asked for are there without values")
    void empty() {
        Statistics found = of(List.of());
        assertThat(found).isEqualTo(new Statistics(0, 0, Map.of(), 0, found.composition(), found.references()));
        assertThat(found.composition()).isEmpty();
        assertThat(found.references()).isEmpty();
        Statistics asked = run(Statistics.over(store(List.of())).keys("b", "a"));
        assertThat(asked.keys().keySet()).containsExactly("b", "a");
        assertThat(key(asked, "a").values().moments().count()).isZero();
        assertThat(key(asked, "a").values().histogram().bins()).isZero();
    }

    @Test
    @DisplayName("only the keys asked for are read, and what compositions need if these are asked for")
    void chosenKeys() {
        List<Row> rows = List.of(Row.builder()
                .put("arrays.numbers", NdArray.of(new long[] {8, 1, 1}, 3))
                .put("calc.energy", -30.0)
                .put("a", 1)
                .put("b", 2)
                .build());
        Survey chosen = Statistics.over(store(rows)).keys("b", "none");
        Statistics found = run(chosen);
        assertThat(found.keys().keySet()).containsExactly("b", "none");
        assertThat(key(found, "none").missing()).isEqualTo(1);
        assertThat(found.composition()).isEmpty();
        assertThat(found.leftOut()).isZero();
        Statistics more = run(chosen.elements());
        assertThat(more.keys().keySet()).containsExactly("b", "none");
        assertThat(more.references()).isPresent();
        assertThat(more.leftOut()).isZero();
    }

    @Test
    @DisplayName("beyond a thousand keys values are counted only, and so are those of endless keys")
    void manyKeys() {
        int count = 1500;
        Statistics found = run(Statistics.over(store(
                count, i -> Row.of("key " + i, (double) i, "k".repeat(Gathering.LONGEST_KEY + 1), 1.0))));
        assertThat(found.keys()).hasSize(Gathering.MOST_KEYS);
        assertThat(found.leftOut()).isEqualTo(count + count - Gathering.MOST_KEYS);
        assertThat(key(found, "key 999").rows()).isEqualTo(1);
    }

    @Test
    @DisplayName("wrong arguments fail at the call")
    void arguments() {
        Survey survey = Statistics.over(store(List.of()));
        assertThatThrownBy(() -> survey.bins(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2");
        assertThatThrownBy(() -> survey.bins(1001)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> survey.keys(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> survey.range("x", 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> survey.range("x", Double.NaN, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> survey.range("x", -Double.MAX_VALUE, Double.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @DisplayName(
            "a value that does not decode is an error that names its row and key, also through a store of raw rows")
    @ValueSource(booleans = {false, true})
    void damaged(boolean byKey) {
        BlobRow good = BlobRow.of(KeySet.of(List.of("a")), List.of(Bytes.of(new byte[] {7})));
        BlobRow bad = BlobRow.of(KeySet.of(List.of("a")), List.of(Bytes.of(new byte[] {(byte) 0xc1})));
        ObjectIO store = store(3, i -> Row.decoding(i == 2 ? bad : good, NumpyMsgpack.CODEC, "s", i));
        Survey survey = Statistics.over(store.blobs());
        StepVerifier.create((byKey ? survey.keys("a") : survey).run())
                .expectErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                CorruptDataException.class,
                                corrupt -> assertThat(corrupt.place()).isEqualTo("row 2, key a")))
                .verify();
        assertThat(key(run(Statistics.over(store.rows(0, 2))), "a")
                        .values()
                        .moments()
                        .mean())
                .isEqualTo(7);
    }

    @Test
    @DisplayName("progress tells of every row; two runs of one survey are independent and equal bit by bit")
    void runsAgain() {
        AtomicLong last = new AtomicLong();
        List<Long> told = Collections.synchronizedList(new ArrayList<>());
        Survey survey = Statistics.over(store(300, i -> Row.of("x", Math.sin(i), "y", NdArray.of(new double[] {i}, 1))))
                .progress(done -> {
                    told.add(done);
                    last.set(done);
                });
        Statistics first = run(survey);
        assertThat(told)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 300).mapToObj(i -> (long) i).toList());
        assertThat(run(survey)).isEqualTo(first);
        assertThat(last).hasValue(300);
    }

    @Test
    @DisplayName("cancelling stops reading at once, and the store is free to be closed")
    void cancels() {
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<Disposable> running = new AtomicReference<>();
        CountDownLatch subscribed = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        ListBackend backend = ListBackend.of(100_000);
        ObjectIO store = ObjectIO.of(backend);
        Survey survey = Statistics.over(store).progress(done -> {
            seen.add(done);
            if (done == 10) {
                awaited(subscribed);
                Objects.requireNonNull(running.get()).dispose();
                cancelled.countDown();
            }
        });
        running.set(survey.run().subscribe(found -> seen.add(-1L), failure -> seen.add(-2L)));
        subscribed.countDown();
        awaited(cancelled);
        store.close().block();
        assertThat(backend.closed).isEqualTo(1);
        assertThat(seen).hasSize(10).doesNotContain(-1L, -2L);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // who cancels does not interrupt
        }
    }

    @Test
    @DisplayName("reserved rows, and rows without any of the keys asked for, are told apart in reading only these, too")
    void reservedOfSomeKeys() {
        Statistics found =
                run(Statistics.over(store(List.of(Row.reserved(), Row.of("a", 1, "b", 2), Row.of("b", 3), Row.empty())))
                        .keys("a"));
        assertThat(found.rows()).isEqualTo(4);
        assertThat(found.reserved()).isEqualTo(1);
        assertThat(key(found, "a").missing()).isEqualTo(2);
        assertThat(key(found, "a").rows()).isEqualTo(1);
    }

    @Test
    @DisplayName("as JSON it is plain: null for numbers there are none of, fields in snake case")
    void json() {
        Statistics found = run(Statistics.over(store(List.of(
                Row.of("calc.energy", -10.0, "arrays.numbers", NdArray.of(new long[] {8, 1}, 2)),
                Row.of("bad", Double.NaN)))));
        Map<?, ?> read = (Map<?, ?>) Json.readPlain(found.toJson());
        assertThat(List.copyOf(read.keySet()))
                .asString()
                .isEqualTo("[rows, reserved, left_out, keys, composition, references]");
        Map<?, ?> keys = (Map<?, ?>) Objects.requireNonNull(read.get("keys"));
        Map<?, ?> bad = (Map<?, ?>) Objects.requireNonNull(keys.get("bad"));
        assertThat(((Map<?, ?>) Objects.requireNonNull(bad.get("values"))).get("mean"))
                .isNull();
        Map<?, ?> references = (Map<?, ?>) Objects.requireNonNull(read.get("references"));
        assertThat(references.get("rank")).isEqualTo(1L);
        assertThat(references.get("is_determined")).isEqualTo(false);
        assertThat(read.get("keys")).asString().doesNotContain("$");
    }

    @Test
    @DisplayName("rows may have different keys, in any order")
    void differentRows() {
        KeySet ab = KeySet.of(List.of("a", "b"));
        KeySet ba = KeySet.of(List.of("b", "a"));
        Statistics found = of(List.of(
                Row.of(ab, List.of(1, 10)), Row.of(ba, List.of(20, 2)), Row.of(ab, List.of(3, 30)), Row.of("c", 5)));
        assertThat(key(found, "a").values().moments().mean()).isEqualTo(2);
        assertThat(key(found, "b").values().moments().mean()).isEqualTo(20);
        assertThat(key(found, "c").missing()).isEqualTo(3);
    }
}
