package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WrittenFramesTest {

    private final FrameWriter writer = new FrameWriter("test.xyz", ExtxyzOptions.defaults());
    private final FrameParser parser = new FrameParser();

    private byte[] written(Row row) {
        TextBuffer out = new TextBuffer();
        writer.write(row, 0, out);
        return out.toArray();
    }

    private Row readBack(Row row) {
        byte[] text = written(row);
        return parser.parse(text, 0, text.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"w-counts-calc", "w-arrays", "w-move-mask"})
    @DisplayName("what was read from a file of ASE is written byte for byte as ASE wrote it")
    void writesWhatAseWrites(String name) throws IOException {
        byte[] text = Golden.bytes(name + ".xyz");
        TextBuffer out = new TextBuffer();
        for (Row row : TextFrames.rows(text)) {
            writer.write(row, 0, out);
        }
        assertThat(new String(out.toArray())).isEqualTo(new String(text));
    }

    private static Row minimal(String key, Object value) {
        Map<String, Object> row = new LinkedHashMap<>(Frames.row(3).toMap());
        row.put(key, value);
        return Row.of(row);
    }

    static Stream<Object> keptValues() {
        return Stream.of(
                0L,
                -7L,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                BigInteger.ONE.shiftLeft(63),
                0.1,
                -0.0,
                1e22,
                1e-300,
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                true,
                false,
                "",
                " ",
                "a b",
                "T",
                "12",
                "1,2",
                "nan",
                "a\\b",
                "x\ty",
                "two\nlines",
                "carriage\rreturn",
                "_JSON 5",
                "_JSON",
                "say \"hi\"",
                "it's",
                "{x}",
                "[x y]",
                "a=b",
                "=",
                "\u00e9\u2603\ud83d\ude80",
                "\u00a0",
                "\u2028",
                "trailing ",
                "\\",
                "\"",
                "\0",
                "\ud800",
                NdArray.of(new long[] {1, 2, 3}),
                NdArray.of(new double[] {1, 0.5, Double.NaN}),
                NdArray.of(new long[] {7}),
                NdArray.of(new double[] {7}),
                NdArray.of(new double[0]),
                NdArray.of(new long[0]),
                NdArray.of(new boolean[] {true}),
                NdArray.of(new boolean[] {true, false}),
                NdArray.of(new double[][] {{1, 2}, {3, 4.5}}),
                NdArray.of(new long[] {1, 2, 3, 4}, 2, 2),
                NdArray.of(new double[] {2.5}).reshape(),
                NdArray.of(new long[] {2}).reshape(),
                NdArray.of(new double[8], 2, 2, 2),
                List.of(true, false),
                List.of("a", "b c"),
                Arrays.asList(1L, "x", null),
                Map.of("k", Arrays.asList(1L, null, 2.5, List.of(), List.of(1L, List.of("q\"\\\n")))),
                Map.of());
    }

    @ParameterizedTest
    @MethodSource("keptValues")
    @DisplayName("a value of info is read back equal")
    void infoIsReadBack(Object value) {
        assertThat(readBack(minimal("info.k", value))).isEqualTo(minimal("info.k", value));
        if (value instanceof String) {
            assertThat(readBack(minimal("info.x y", value))).isEqualTo(minimal("info.x y", value));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b", "a=b", "a\\b", "\"", "it's", "{k}", "[", "]", "}", "T", "5", "a:b", "\u00a0x", "x\t", ".",
                "_JSON", "\u6c34", "-"
            })
    @DisplayName("a key of info is read back equal")
    void keysAreReadBack(String key) {
        Row row = minimal("info." + key, 5L);
        assertThat(readBack(row)).isEqualTo(row);
    }

    static Stream<Map.Entry<String, Object>> refusals() {
        return Stream.of(
                Map.entry("info.k", Bytes.of((byte) 1)),
                Map.entry("info.k", new Complex(1, 2)),
                Map.entry("info.k", List.of(List.of(1L), List.of(2L, 3L))),
                Map.entry("info.k", List.of(true, 1L)),
                Map.entry("info.k", Map.of("a", NdArray.of(new double[] {1}))),
                Map.entry("info.k", NdArray.zeros(DType.UINT8, 2)),
                Map.entry("info.k", NdArray.zeros(DType.COMPLEX128, 2)),
                Map.entry("info.k", NdArray.zeros(DType.FLOAT64, 0, 3)),
                Map.entry("info.k", NdArray.zeros(DType.BOOL, 0)),
                Map.entry("info.energy", 5.0),
                Map.entry("info.Lattice", "x"),
                Map.entry("info.pbc", true),
                Map.entry("info.uid", 5L),
                Map.entry("info.virial", 5L),
                Map.entry("info.", 5L),
                Map.entry("info.a\nb", 5L),
                Map.entry("calc.bandgap", 5.0),
                Map.entry("calc.forces", NdArray.zeros(DType.FLOAT64, 2, 3)),
                Map.entry("calc.stress", NdArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3)),
                Map.entry("calc.dipole", "x"),
                Map.entry("arrays.forces", NdArray.zeros(DType.FLOAT64, 3, 3)),
                Map.entry("arrays.x", 5L),
                Map.entry("arrays.x", NdArray.zeros(DType.FLOAT64, 4)),
                Map.entry("arrays.x", NdArray.zeros(DType.FLOAT64, 3, 1)),
                Map.entry("arrays.x", NdArray.zeros(DType.UINT16, 3)),
                Map.entry("arrays.x", NdArray.of(new long[] {1, 2, 1L << 40})),
                Map.entry("arrays.x", NdArray.ofTexts(List.of("a", "b c", "d"))),
                Map.entry("arrays.x", NdArray.ofTexts(List.of("a", "", "d"))),
                Map.entry("arrays.a:b", NdArray.zeros(DType.FLOAT64, 3)),
                Map.entry("arrays.pos0", NdArray.zeros(DType.FLOAT64, 3)),
                Map.entry("arrays.numbers", NdArray.of(new long[] {1, 2, 300})),
                Map.entry("arrays.positions", NdArray.zeros(DType.FLOAT64, 2, 3)),
                Map.entry("cell", NdArray.zeros(DType.FLOAT64, 3)),
                Map.entry("pbc", true),
                Map.entry("extra", 1L),
                Map.entry("constraints", List.of(Map.of("name", "Hookean", "kwargs", Map.of()))),
                Map.entry(
                        "constraints", List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of(3L))))));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    @DisplayName("what a frame cannot hold is refused, naming row and key")
    void refusesWhatIsLost(Map.Entry<String, Object> entry) {
        TextBuffer out = new TextBuffer();
        assertThatThrownBy(() -> writer.write(minimal(entry.getKey(), entry.getValue()), 12, out))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("row 12")
                .hasMessageContaining("test.xyz");
        assertThat(out.length()).isZero();
    }

    @Test
    @DisplayName("a null is told from true")
    void nullIsKept() {
        Map<String, Object> row = new LinkedHashMap<>(Frames.row(3).toMap());
        row.put("info.k", null);
        assertThat(readBack(Row.of(row))).isEqualTo(Row.of(row));
    }

    @Test
    @DisplayName("narrow numbers come back as the wide ones ASE reads")
    void numbersAreWidened() {
        Row read = readBack(minimal("info.k", NdScalar.of(0.5f)));
        assertThat(read.get("info.k")).isEqualTo(0.5);
        read = readBack(minimal("arrays.k", NdArray.of(new float[] {1, 2, 3})));
        assertThat(read.get("arrays.k")).isEqualTo(NdArray.of(new double[] {1, 2, 3}));
        read = readBack(minimal("arrays.k", NdArray.of(new long[] {1, 2, 3})));
        assertThat(read.get("arrays.k")).isEqualTo(NdArray.of(new int[] {1, 2, 3}));
        read = readBack(minimal("info.k", List.of(1L, 2L)));
        assertThat(read.get("info.k")).isEqualTo(NdArray.of(new long[] {1, 2}));
    }

    @Test
    @DisplayName("constraints a mask can stand for come back; others are dropped only if asked for")
    void constraintsAreKept() {
        for (Object constraints : List.of(
                List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of(0L, 2L)))),
                List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of()))))) {
            Row row = minimal("constraints", constraints);
            assertThat(readBack(row)).isEqualTo(row);
        }
        FrameWriter dropping =
                new FrameWriter("t", ExtxyzOptions.defaults().withConstraints(ExtxyzOptions.Constraints.DROP));
        TextBuffer out = new TextBuffer();
        dropping.write(minimal("constraints", List.of(Map.of("name", "FixCom", "kwargs", Map.of()))), 0, out);
        assertThat(parser.parse(out.toArray(), 0, out.length()).has("constraints"))
                .isFalse();
    }

    @Test
    @DisplayName("random rows are read back equal")
    void randomRowsAreReadBack() {
        SplittableRandom random = new SplittableRandom(41);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            rows.add(Frames.random(random));
        }
        TextBuffer out = new TextBuffer();
        rows.forEach(row -> writer.write(row, 0, out));
        assertThat(TextFrames.rows(out.toArray())).isEqualTo(rows);
    }
}
