package io.atomflux.loader;

import static io.atomflux.loader.RowBatches.PLAIN;
import static io.atomflux.loader.RowBatches.how;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.Ragged;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Golden values are what NumPy 2.4.6 gives with concatenate, stack, pad, cumsum and repeat. */
class BatchTest {

    private static final String POSITIONS = "arrays.positions";

    /** Positions of so many atoms: {@code (numpy.arange(3 * n).reshape(n, 3) + shift) / 8}. */
    private static NdArray positions(int atoms, int shift) {
        double[] values = new double[atoms * 3];
        Arrays.setAll(values, i -> (i + shift) / 8.0);
        return NdArray.of(values, atoms, 3);
    }

    private static Row structure(int atoms, int shift) {
        long[] numbers = new long[atoms];
        Arrays.fill(numbers, atoms);
        return Row.builder()
                .put("arrays.numbers", numbers)
                .put(POSITIONS, positions(atoms, shift))
                .put("calc.energy", 1.5 * shift)
                .put("cell", new double[3][3])
                .build();
    }

    private static final List<Row> THREE = List.of(structure(3, 0), structure(1, 10), structure(2, 20));

    private static Collation padded(String... keys) {
        return new Collation(null, null, keys.length == 0, Set.of(keys), Set.of(), Set.of(), Map.of());
    }

    private static Collation edges() {
        return new Collation(null, null, false, Set.of(), Set.of(), Set.of("edges"), Map.of());
    }

    @Test
    @DisplayName("per-atom arrays are joined, with offsets and the sample of each atom; others are stacked")
    void joinsAtoms() {
        Batch batch = RowBatches.of(PLAIN, THREE);
        assertThat(batch.array(POSITIONS).toNested())
                .isEqualTo(List.of(
                        List.of(0.0, 0.125, 0.25),
                        List.of(0.375, 0.5, 0.625),
                        List.of(0.75, 0.875, 1.0),
                        List.of(1.25, 1.375, 1.5),
                        List.of(2.5, 2.625, 2.75),
                        List.of(2.875, 3.0, 3.125)));
        assertThat(batch.array("arrays.numbers")).isEqualTo(NdArray.of(new long[] {3, 3, 3, 1, 2, 2}));
        assertThat(batch.offsets()).isEqualTo(NdArray.of(new long[] {0, 3, 4, 6}));
        assertThat(batch.sampleOfAtom()).isEqualTo(NdArray.of(new long[] {0, 0, 0, 1, 2, 2}));
        assertThat(batch.array("calc.energy")).isEqualTo(NdArray.of(new double[] {0, 15, 30}));
        assertThat(batch.array("cell").shape()).containsExactly(3, 3, 3);
        Ragged ragged = batch.ragged(POSITIONS);
        assertThat(ragged.offsets()).isEqualTo(batch.offsets());
        assertThat(ragged.get(1)).isEqualTo(positions(1, 10));
        assertThat(batch.keys()).containsExactly("arrays.numbers", POSITIONS, "calc.energy", "cell");
    }

    @Test
    @DisplayName("padded arrays are filled up with zeros to the longest, and the mask tells where atoms are")
    void padsAtoms() {
        Batch batch = RowBatches.of(padded(), THREE);
        List<Double> none = List.of(0.0, 0.0, 0.0);
        assertThat(batch.array(POSITIONS).toNested())
                .isEqualTo(List.of(
                        List.of(List.of(0.0, 0.125, 0.25), List.of(0.375, 0.5, 0.625), List.of(0.75, 0.875, 1.0)),
                        List.of(List.of(1.25, 1.375, 1.5), none, none),
                        List.of(List.of(2.5, 2.625, 2.75), List.of(2.875, 3.0, 3.125), none)));
        assertThat(batch.array("arrays.numbers")).isEqualTo(NdArray.of(new long[] {3, 3, 3, 1, 0, 0, 2, 2, 0}, 3, 3));
        assertThat(batch.mask())
                .isEqualTo(NdArray.of(new boolean[] {true, true, true, true, false, false, true, true, false}, 3, 3));
        assertThat(batch.ragged(POSITIONS).values().shape()).containsExactly(6, 3);

        Batch one = RowBatches.of(padded("arrays.numbers"), THREE);
        assertThat(one.array("arrays.numbers").shape()).containsExactly(3, 3);
        assertThat(one.array(POSITIONS).shape()).containsExactly(6, 3);
    }

    @Test
    @DisplayName("a key declared as ragged stays so beside padded ones; any array can be asked for as ragged")
    void raggedStays() {
        Collation how = new Collation(null, null, true, Set.of(), Set.of(POSITIONS), Set.of(), Map.of());
        Batch batch = RowBatches.of(how, THREE);
        assertThat(batch.array(POSITIONS).shape()).containsExactly(6, 3);
        assertThat(batch.array("arrays.numbers").shape()).containsExactly(3, 3);
        assertThat(batch.ragged("cell").offsets()).isEqualTo(NdArray.of(new long[] {0, 3, 6, 9}));
        assertThatThrownBy(() -> batch.ragged("calc.energy"))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("row 100, key calc.energy in data.lmdb: a scalar");
    }

    @Test
    @DisplayName("edges are joined along their axis and count through the atoms of all samples")
    void shiftsEdges() {
        List<NdArray> edges = List.of(
                NdArray.of(new long[] {0, 1, 2, 0, 1, 0, 0, 2}, 2, 4),
                NdArray.of(new long[0], 2, 0),
                NdArray.of(new int[] {0, 1, 1, 0}, 2, 2));
        List<NdArray> transposed = List.of(
                NdArray.of(new long[] {0, 1, 1, 0, 2, 0, 0, 2}, 4, 2),
                NdArray.of(new double[0]),
                NdArray.of(new int[] {0, 1, 1, 0}, 2, 2));
        List<Row> rows = new ArrayList<>();
        List<Row> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            rows.add(THREE.get(i).merge(Row.of("edges", edges.get(i))));
            others.add(THREE.get(i).merge(Row.of("edges", transposed.get(i))));
        }
        assertThat(RowBatches.of(edges(), rows).array("edges"))
                .isEqualTo(NdArray.of(new long[] {0, 1, 2, 0, 4, 5, 1, 0, 0, 2, 5, 4}, 2, 6));
        assertThat(RowBatches.of(edges(), others).array("edges"))
                .isEqualTo(NdArray.of(new long[] {0, 1, 1, 0, 2, 0, 0, 2, 4, 5, 5, 4}, 6, 2));
        assertThat(RowBatches.of(edges(), rows.get(2)).array("edges"))
                .as("(2, 2) is (2, E)")
                .isEqualTo(NdArray.of(new long[] {0, 1, 1, 0}, 2, 2));
        assertThat(RowBatches.of(edges(), rows.get(1)).array("edges").shape()).containsExactly(2, 0);
        assertThatThrownBy(
                        () -> RowBatches.of(edges(), rows.get(0), others.get(0)).array("edges"))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("[2, E] as in the samples before");
        assertThatThrownBy(() -> RowBatches.of(edges(), rows).ragged("edges"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("edges that are no atoms of the row, no integers or of another shape are refused")
    void refusesWrongEdges() {
        for (long wrong : new long[] {3, -1, Long.MAX_VALUE}) {
            Row row = THREE.get(0).merge(Row.of("edges", NdArray.of(new long[] {0, wrong}, 2, 1)));
            assertThatThrownBy(() -> RowBatches.of(edges(), row).array("edges"))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining(
                            "data.lmdb, row 100, key edges: edge to atom " + wrong + " (expected: 0 to 2");
        }
        for (Object wrong : List.of(new double[2][1], new long[3][3], new long[2], 1.0, "0-1")) {
            Row row = THREE.get(0).merge(Row.of("edges", wrong));
            assertThatThrownBy(() -> RowBatches.of(edges(), row).array("edges")).isInstanceOf(ValueTypeException.class);
        }
        assertThatThrownBy(() ->
                        RowBatches.of(edges(), Row.of("edges", new long[2][1])).array("edges"))
                .isInstanceOf(MissingValueException.class)
                .hasMessageContaining("arrays.numbers");
    }

    @Test
    @DisplayName("float32 and float64 convert floats of arrays and numbers, and nothing else")
    void convertsFloats() {
        double[] values = {0.1, 1 / 3.0, 1e39, 1e-46, -0.0, Double.NaN, 16777217.0, 65520.0};
        Row row = Row.builder()
                .put("info.v", values)
                .put("info.e", 0.1)
                .put("info.half", NdScalar.of(NdArray.of(new double[] {0.1}).as(DType.FLOAT16)))
                .put("info.int", 16777217L)
                .put("info.flag", true)
                .put("info.text", "μ")
                .put("info.complex", new Complex(0.1, 2))
                .build();
        Batch single = RowBatches.of(how(null, DType.FLOAT32), row);
        assertThat(single.array("info.v").dtype()).isEqualTo(DType.FLOAT32);
        assertThat(single.array("info.v").toDoubleArray())
                .containsExactly(
                        0.10000000149011612,
                        0.3333333432674408,
                        Double.POSITIVE_INFINITY,
                        0.0,
                        -0.0,
                        Double.NaN,
                        16777216.0,
                        65520.0);
        assertThat(single.array("info.e")).isEqualTo(NdArray.of(new float[] {0.1f}));
        assertThat(single.array("info.half")).isEqualTo(NdArray.of(new float[] {0.0999755859375f}));
        assertThat(single.array("info.int")).isEqualTo(NdArray.of(new long[] {16777217}));
        assertThat(single.array("info.flag")).isEqualTo(NdArray.of(new boolean[] {true}));
        assertThat(single.array("info.text").toNested()).isEqualTo(List.of("μ"));
        assertThat(single.array("info.complex").toNested()).isEqualTo(List.of(new Complex(0.1, 2)));
        Batch twice = RowBatches.of(how(null, DType.FLOAT64), row);
        assertThat(twice.array("info.half")).isEqualTo(NdArray.of(new double[] {0.0999755859375}));
        assertThat(RowBatches.of(PLAIN, row).array("info.half").dtype()).isEqualTo(DType.FLOAT16);
    }

    @Test
    @DisplayName("numbers of different types become one, whichever comes first")
    void widensNumbers() {
        List<Object> energies =
                List.of(0L, -1.5, NdScalar.of(2.5f), NdArray.of(new int[] {7}).reshape());
        List<Row> rows = new ArrayList<>();
        energies.forEach(energy -> rows.add(Row.of("calc.energy", energy)));
        assertThat(RowBatches.of(PLAIN, rows).array("calc.energy"))
                .isEqualTo(NdArray.of(new double[] {0, -1.5, 2.5, 7}));
        List<Row> backwards = new ArrayList<>(rows);
        Collections.reverse(backwards);
        assertThat(RowBatches.of(how(null, DType.FLOAT32), backwards).array("calc.energy"))
                .isEqualTo(NdArray.of(new float[] {7, 2.5f, -1.5f, 0}));
    }

    @Test
    @DisplayName("big-endian data become little-endian; texts as long as the longest; records stay as they are")
    void rareTypes() {
        DType pair = DType.structured(
                List.of(new DType.Field("a", DType.INT32, List.of()), new DType.Field("b", DType.FLOAT32, List.of())));
        NdArray record = NdArray.wrap(pair, new int[] {1}, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 0);
        NdArray bigText = NdArray.wrap(DType.of(">U1"), new int[] {1}, new byte[] {0, 0, 3, (byte) 0xbc}, 0);
        NdArray bigComplex = NdArray.wrap(DType.of(">c8"), new int[] {1}, new byte[] {63, -128, 0, 0, 64, 0, 0, 0}, 0);
        Row row = Row.builder()
                .put("v", NdArray.of(new double[] {1.5, -2}).as(DType.of(">f8")))
                .put("i", NdArray.of(new long[] {1, -2}).as(DType.of(">i2")))
                .put("t", bigText)
                .put("c", bigComplex)
                .put("r", record)
                .build();
        Row other = row.merge(Row.of("t", NdArray.ofTexts(List.of("abc"))));
        Batch batch = RowBatches.of(PLAIN, row, other);
        assertThat(batch.array("v")).isEqualTo(NdArray.of(new double[] {1.5, -2, 1.5, -2}, 2, 2));
        assertThat(batch.array("i")).isEqualTo(NdArray.of(new short[] {1, -2, 1, -2}, 2, 2));
        assertThat(batch.array("t")).isEqualTo(NdArray.ofTexts(List.of("μ", "abc"), 2, 1));
        assertThat(batch.array("c").toNested())
                .isEqualTo(List.of(List.of(new Complex(1, 2)), List.of(new Complex(1, 2))));
        assertThat(batch.array("r").dtype()).isEqualTo(pair);
        assertThat(batch.array("r").slice(1)).isEqualTo(record);
    }

    @Test
    @DisplayName("what differs in shape or kind is told with store, row, key and what to do")
    void tellsWhatDiffers() {
        Row three = Row.of("info.v", new double[3]);
        assertThatThrownBy(() -> RowBatches.of(PLAIN, three, Row.of("info.v", new double[4]))
                        .array("info.v"))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("row 101, key info.v in data.lmdb: shape [4]")
                .hasMessageContaining("shape [3] as in row 100; declare ragged(\"info.v\") or padded(\"info.v\")");
        assertThatThrownBy(() -> RowBatches.of(PLAIN, three, Row.of("info.v", new boolean[3]))
                        .array("info.v"))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("bool (expected: float64 as in row 100)");
        assertThatThrownBy(() ->
                        RowBatches.of(PLAIN, three, Row.of("info.v", "text")).array("info.v"))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("row 101, key info.v in data.lmdb: text (expected: no text");
        for (Object odd : List.of(List.of(1L), Map.of("a", 1L), Bytes.of(new byte[1]))) {
            Batch batch = RowBatches.of(PLAIN, Row.of("info.v", odd));
            assertThatThrownBy(() -> batch.array("info.v"))
                    .isInstanceOf(ValueTypeException.class)
                    .hasMessageContaining("values(\"info.v\")");
            assertThat(batch.values("info.v")).containsExactly(odd);
        }
        Row short1 = Row.of("arrays.numbers", new long[3], "calc.forces", new double[2][3]);
        assertThatThrownBy(() -> RowBatches.of(PLAIN, short1).array("calc.forces"))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("shape [2, 3] (expected: an entry for each of 3 atoms)");
        assertThatThrownBy(() -> RowBatches.of(PLAIN, structure(2, 0), Row.of(POSITIONS, new double[1][2]))
                        .array(POSITIONS))
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining("shape [1, 2] (expected: shape (n) + [3] as in row 100)");
    }

    @Test
    @DisplayName("an absent key, a stored null and a reserved row are missing values, unless there is a substitute")
    void missingValues() {
        Row without = THREE.get(1);
        Row nothing = THREE.get(1).merge(Row.of("info.x", null));
        for (Row row : List.of(without, nothing)) {
            Batch batch = RowBatches.of(PLAIN, THREE.get(0).merge(Row.of("info.x", 1.0)), row);
            for (Runnable call : List.<Runnable>of(
                    () -> batch.array("info.x"), () -> batch.ragged("info.x"), () -> batch.values("info.x"))) {
                assertThatThrownBy(call::run).isInstanceOfAny(MissingValueException.class, ValueTypeException.class);
            }
            assertThatThrownBy(() -> batch.array("info.x"))
                    .isInstanceOfSatisfying(MissingValueException.class, error -> {
                        assertThat(error.position()).isEqualTo(101);
                        assertThat(error.key()).isEqualTo("info.x");
                        assertThat(error.store()).isEqualTo("data.lmdb");
                    });
        }
        assertThatThrownBy(() -> RowBatches.of(PLAIN, THREE.get(0), Row.reserved()))
                .isInstanceOf(MissingValueException.class)
                .hasMessageContaining("row 101, which is reserved");
        assertThatThrownBy(
                        () -> RowBatches.of(PLAIN, Row.of("calc.energy", 1.0)).offsets())
                .isInstanceOf(MissingValueException.class)
                .hasMessageContaining("arrays.numbers");
    }

    @Test
    @DisplayName("substitutes stand for absent keys and nulls; those of per-atom keys are the value of one atom")
    void substitutes() {
        Map<String, Object> instead = Map.of(
                "calc.energy",
                7.0,
                "calc.forces",
                NdArray.of(new double[] {1, 2, 3}),
                "arrays.tags",
                5L,
                "info.t",
                "-");
        Collation how = new Collation(null, null, false, Set.of(), Set.of(), Set.of(), instead);
        Row full = THREE.get(1).merge(Row.of("calc.forces", new double[1][3], "arrays.tags", new long[1]));
        Row lacking = THREE.get(2).merge(Row.of("calc.energy", null));
        Batch batch = RowBatches.of(how, full, lacking);
        assertThat(batch.array("calc.energy")).isEqualTo(NdArray.of(new double[] {15, 7}));
        assertThat(batch.array("calc.forces")).isEqualTo(NdArray.of(new double[] {0, 0, 0, 1, 2, 3, 1, 2, 3}, 3, 3));
        assertThat(batch.array("arrays.tags")).isEqualTo(NdArray.of(new long[] {0, 5, 5}));
        assertThat(batch.values("info.t")).containsExactly("-", "-");
        assertThat(batch.keys()).contains("calc.forces", "arrays.tags", "info.t", "cell");
    }

    @Test
    @DisplayName("samples without atoms take no place in joined arrays, and rows of zeros in padded ones")
    void samplesWithoutAtoms() {
        Row empty = Row.of("arrays.numbers", new double[0], POSITIONS, new double[0]); // as numpy makes it of []
        Batch batch = RowBatches.of(PLAIN, empty, structure(2, 0), empty);
        assertThat(batch.array("arrays.numbers")).isEqualTo(NdArray.of(new long[] {2, 2}));
        assertThat(batch.array(POSITIONS)).isEqualTo(positions(2, 0));
        assertThat(batch.offsets()).isEqualTo(NdArray.of(new long[] {0, 0, 2, 2}));
        assertThat(batch.sampleOfAtom()).isEqualTo(NdArray.of(new long[] {1, 1}));
        assertThat(RowBatches.of(padded(), empty, structure(1, 0)).array("arrays.numbers"))
                .isEqualTo(NdArray.of(new long[] {0, 1}, 2, 1));
        Row hollow = Row.of("arrays.numbers", new long[0], POSITIONS, NdArray.zeros(DType.FLOAT64, 0, 3));
        Batch none = RowBatches.of(how(null, DType.FLOAT32), hollow, hollow);
        assertThat(none.array(POSITIONS)).isEqualTo(NdArray.zeros(DType.FLOAT32, 0, 3));
        assertThat(none.array("arrays.numbers")).isEqualTo(NdArray.zeros(DType.INT64, 0));
        assertThat(none.mask().shape()).containsExactly(2, 0);
    }

    @Test
    @DisplayName("an empty batch has arrays of shape (0), and offsets of one zero")
    void emptyBatch() {
        Collation how = new Collation(
                List.of(POSITIONS), DType.FLOAT32, true, Set.of(), Set.of(), Set.of("edges"), Map.of("x", 1.0));
        Batch batch = RowBatches.of(how, List.of());
        assertThat(batch.isEmpty()).isTrue();
        assertThat(batch.keys()).isEmpty();
        assertThat(batch.array(POSITIONS)).isEqualTo(NdArray.zeros(DType.FLOAT32, 0));
        assertThat(batch.array("edges").shape()).containsExactly(0);
        assertThat(batch.ragged(POSITIONS).size()).isZero();
        assertThat(batch.offsets()).isEqualTo(NdArray.of(new long[] {0}));
        assertThat(batch.sampleOfAtom()).isEqualTo(NdArray.of(new long[0]));
        assertThat(batch.mask().shape()).containsExactly(0, 0);
        assertThat(batch.values(POSITIONS)).isEmpty();
    }

    @Test
    @DisplayName("a batch of one sample is stacked like any other")
    void oneSample() {
        Batch batch = RowBatches.of(PLAIN, structure(2, 0));
        assertThat(batch.array("cell").shape()).containsExactly(1, 3, 3);
        assertThat(batch.array("calc.energy").shape()).containsExactly(1);
        assertThat(batch.array(POSITIONS)).isEqualTo(positions(2, 0));
        assertThat(RowBatches.of(padded(), structure(2, 0)).array(POSITIONS).shape())
                .containsExactly(1, 2, 3);
        assertThat(batch.row(0)).isEqualTo(structure(2, 0));
        assertThat(batch.position(0)).isEqualTo(100);
        assertThat(batch.slot(0)).isEqualTo(10);
        assertThatThrownBy(() -> batch.row(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    @DisplayName(
            "keys that are given are put together at once, the others when asked for; lists and texts may be among them")
    void eagerAndLazy() {
        Row good = Row.builder()
                .put("a", 1.0)
                .put("b", 2.0)
                .put("l", List.of(1L))
                .put("t", "x")
                .build();
        Row bad = good.merge(Row.of("b", "two"));
        Batch lazy = RowBatches.of(how(List.of("a", "l", "t"), null), good, bad);
        assertThat(lazy.array("a").size()).isEqualTo(2);
        assertThatThrownBy(() -> lazy.array("b")).isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() -> lazy.array("b")).as("again").isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() -> RowBatches.of(how(List.of("b"), null), good, bad))
                .isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() -> RowBatches.of(how(List.of("l"), null), good, Row.of("t", "x")))
                .isInstanceOf(MissingValueException.class);
        assertThatThrownBy(() -> lazy.array("c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("key c: left out by keys(…) of the loader (expected: one of [a, l, t])");
        assertThatThrownBy(lazy::mask)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keys(…) of the loader are [a, l, t]");
        Collation edges = new Collation(List.of("t"), null, false, Set.of(), Set.of(), Set.of("b"), Map.of());
        assertThatThrownBy(() -> RowBatches.of(edges, good)).as("edges are too").isInstanceOf(ValueTypeException.class);
    }

    @Test
    @DisplayName("an array is made once, for all threads that ask")
    void memoised() throws Exception {
        Batch batch = RowBatches.of(PLAIN, THREE);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<NdArray>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asked.add(pool.submit(() -> {
                    start.await();
                    return batch.array(POSITIONS);
                }));
            }
            start.countDown();
            for (Future<NdArray> one : asked) {
                assertThat(one.get(30, TimeUnit.SECONDS)).isSameAs(batch.array(POSITIONS));
            }
            assertThat(batch.ragged(POSITIONS).values()).isSameAs(batch.array(POSITIONS));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("an array beyond 2 GiB is refused before it is made")
    void refusesHugeArrays() {
        NdArray large = NdArray.zeros(DType.INT8, 1 << 14, 1 << 10);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 128; i++) {
            rows.add(Row.of("info.x", large));
        }
        Batch batch = RowBatches.of(PLAIN, rows);
        assertThatThrownBy(() -> batch.array("info.x"))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("key info.x in a batch: 2147483648");
        assertThatThrownBy(() -> batch.ragged("info.x")).isInstanceOf(LimitExceededException.class);
    }

    /** A row of cells as LMDB has them, one of which may be broken. */
    private static Row stored(Row row, long position, String broken) {
        BlobRow blob = NumpyMsgpack.encode(row);
        if (!broken.isEmpty()) {
            blob = blob.merge(BlobRow.of(Map.of(Bytes.ofKey(broken), Bytes.of((byte) 0xc1))));
        }
        return NumpyMsgpack.decode(blob, "data.lmdb", position);
    }

    @Test
    @DisplayName("samples that cannot be put together with the first good one are told apart from the others")
    void tellsApart() {
        Row good = structure(2, 0);
        List<Row> rows = List.of(
                Row.reserved(),
                stored(good, 101, "calc.energy"),
                stored(good, 102, ""),
                good.without(List.of("calc.energy")),
                good.merge(Row.of("calc.energy", null)),
                good.merge(Row.of("cell", new double[3])),
                good.merge(Row.of("arrays.numbers", new long[3])),
                structure(0, 0),
                structure(5, 1),
                good.merge(Row.of("calc.energy", "low")),
                Row.of("x", 1.0),
                stored(good, 111, "arrays.numbers"),
                structure(1, 3));
        Collation how = how(List.of("arrays.numbers", POSITIONS, "calc.energy", "cell"), DType.FLOAT32);
        Collation.Usable usable = how.usable(RowBatches.samples(rows), RowBatches.SOURCES);
        assertThat(usable.good()).extracting(Sample::position).containsExactly(102L, 107L, 108L, 112L);
        assertThat(usable.bad())
                .extracting(Sample::position)
                .containsExactly(100L, 101L, 103L, 104L, 105L, 106L, 109L, 110L, 111L);
        assertThat(RowBatches.ofSamples(how, usable.good()).array(POSITIONS).shape())
                .containsExactly(8, 3);
        assertThatThrownBy(() -> RowBatches.of(how, rows.subList(1, 3)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("row 101, key calc.energy");

        Collation.Usable decoding = PLAIN.usable(RowBatches.samples(rows), RowBatches.SOURCES);
        assertThat(decoding.bad()).extracting(Sample::position).containsExactly(100L, 101L, 111L);
        assertThat(how.usable(List.of(), RowBatches.SOURCES).good()).isEmpty();
    }
}
