package io.atomflux.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Numpy msgpack")
class NumpyMsgpackTest {

    private static final String ND = "85c4026e64c3c40474797065";
    private static final String KIND = "c4046b696e64c400c4057368617065";
    private static final String DATA = "c40464617461";

    static Stream<Arguments> worked() {
        NdArray record = NdArray.copyOf(
                DType.structured(List.of(
                        new DType.Field("a", DType.INT32, List.of()), new DType.Field("b", DType.FLOAT64, List.of()))),
                new int[] {1},
                ByteBuffer.wrap(hex("010000000000000000000040")));
        NdArray byteTexts = NdArray.copyOf(DType.bytes(2), new int[] {2}, ByteBuffer.wrap(hex("61006262")));
        Map<String, @Nullable Object> nested = new LinkedHashMap<>();
        nested.put("a", 1L);
        nested.put("b", Arrays.asList(1.0, null));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", "value");
        map.put("n", nested);
        return Stream.of(
                of(0L, "00"),
                of(127L, "7f"),
                of(128L, "cc80"),
                of(255L, "ccff"),
                of(256L, "cd0100"),
                of(65535L, "cdffff"),
                of(65536L, "ce00010000"),
                of(0xffffffffL, "ceffffffff"),
                of(1L << 32, "cf0000000100000000"),
                of(Long.MAX_VALUE, "cf7fffffffffffffff"),
                of(new BigInteger("18446744073709551615"), "cfffffffffffffffff"),
                of(-1L, "ff"),
                of(-32L, "e0"),
                of(-33L, "d0df"),
                of(-128L, "d080"),
                of(-129L, "d1ff7f"),
                of(-32769L, "d2ffff7fff"),
                of(-2147483649L, "d3ffffffff7fffffff"),
                of(Long.MIN_VALUE, "d38000000000000000"),
                of(1.5, "cb3ff8000000000000"),
                of(-10.5, "cbc025000000000000"),
                of(Double.NaN, "cb7ff8000000000000"),
                of(Double.POSITIVE_INFINITY, "cb7ff0000000000000"),
                of("train", "a5747261696e"),
                of("", "a0"),
                of("é", "a2c3a9"),
                of("a".repeat(31), "bf" + "61".repeat(31)),
                of("a".repeat(32), "d920" + "61".repeat(32)),
                of("a".repeat(256), "da0100" + "61".repeat(256)),
                of("\ufffd", "a3efbfbd"),
                of(null, "c0"),
                of(true, "c3"),
                of(false, "c2"),
                of(Bytes.ofText("abc"), "c403616263"),
                of(List.of(1L, 2L, 3L), "93010203"),
                of(List.of(), "90"),
                of(Map.of(), "80"),
                of(map, "82a36b6579a576616c7565a16e82a16101a16292cb3ff0000000000000c0"),
                of(NdScalar.of(1.5f), "83c4026e64c2c40474797065a33c6634c40464617461c4040000c03f"),
                of(NdScalar.of(5L), "83c4026e64c2c40474797065a33c6938c40464617461c4080500000000000000"),
                of(NdScalar.of(true), "83c4026e64c2c40474797065a37c6231c40464617461c40101"),
                of(new Complex(1, 2), "82c407636f6d706c6578c3c40464617461a628312b326a29"),
                of(
                        NdScalar.of(NdArray.copyOf(
                                DType.COMPLEX128,
                                new int[0],
                                ByteBuffer.wrap(hex("000000000000f03f0000000000000040")))),
                        "83c4026e64c2c40474797065a43c633136c40464617461c410000000000000f03f0000000000000040"),
                of(
                        NdArray.of(new double[] {0, 1, 2, 3, 4, 5}, 2, 3),
                        ND + "a33c6638" + KIND + "920203" + DATA + "c430"
                                + HexFormat.of().formatHex(doubles(0, 1, 2, 3, 4, 5))),
                of(
                        NdArray.of(new boolean[] {true, false, true}),
                        ND + "a37c6231" + KIND + "9103" + DATA + "c403010001"),
                of(
                        NdArray.of(new long[] {1, 6, 8}),
                        ND + "a33c6938" + KIND + "9103" + DATA
                                + "c418010000000000000006000000000000000800000000000000"),
                of(
                        NdArray.ofTexts(List.of("a", "bb")),
                        ND + "a33c5532" + KIND + "9102" + DATA + "c41061000000000000006200000062000000"),
                of(byteTexts, ND + "a37c5332" + KIND + "9102" + DATA + "c40461006262"),
                of(
                        NdArray.of(new double[] {1.5}).reshape(),
                        ND + "a33c6638" + KIND + "90" + DATA + "c408000000000000f83f"),
                of(NdArray.of(new double[0], 0, 3), ND + "a33c6638" + KIND + "920003" + DATA + "c400"),
                of(
                        record,
                        "85c4026e64c3c404747970659292a161a33c693492a162a33c6638c4046b696e64c40156c40573686170659101c40464617461"
                                + "c40c010000000000000000000040"),
                of(
                        List.of(NdArray.of(new double[] {1})),
                        "91" + ND + "a33c6638" + KIND + "9101" + DATA + "c408000000000000f03f"));
    }

    private static Arguments of(@Nullable Object value, String hex) {
        return Arguments.of(value, hex);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] doubles(double... values) {
        ByteBuffer room = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        room.asDoubleBuffer().put(values);
        return room.array();
    }

    static @Nullable Object decode(String digits) {
        byte[] bytes = hex(digits);
        return NumpyMsgpack.CODEC.decode(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @MethodSource("worked")
    @DisplayName("writes every worked example byte for byte, and reads it back")
    void worksTheExamples(@Nullable Object value, String expected) {
        assertThat(HexFormat.of().formatHex(NumpyMsgpack.CODEC.encode(value).toArray()))
                .isEqualTo(expected);
        assertThat(decode(expected)).isEqualTo(value);
        byte[] padded = hex("ff" + expected + "00");
        assertThat(NumpyMsgpack.CODEC.decode(padded, 1, padded.length - 2)).isEqualTo(value);
    }

    @Test
    @DisplayName("writes a water molecule cell by cell as asebytes does")
    void writesGoldenAtoms() {
        Row row = goldenRow();
        BlobRow cells = NumpyMsgpack.encode(row);
        assertThat(cells.keys())
                .containsExactly(
                        "cell",
                        "pbc",
                        "arrays.numbers",
                        "arrays.positions",
                        "info.tag",
                        "calc.energy",
                        "calc.forces",
                        "constraints");
        assertThat(cells.keys().stream().map(key -> cells.get(key).length()))
                .containsExactly(114, 44, 65, 114, 2, 9, 114, 35);
        assertThat(cells.get("pbc").toArray()).endsWith(hex("c403010100"));
        assertThat(cells.get("constraints").toArray())
                .isEqualTo(hex("9182a46e616d65a846697841746f6d73a66b776172677381a7696e6469636573920002"));
        Row back = NumpyMsgpack.decode(cells, "store", 0);
        assertThat(back).isEqualTo(row);
        assertThat(NumpyMsgpack.encode(back)).isSameAs(cells);
    }

    static Row goldenRow() {
        Map<String, Object> fix = new LinkedHashMap<>();
        fix.put("name", "FixAtoms");
        fix.put("kwargs", Map.of("indices", List.of(0, 2)));
        return Row.builder()
                .put("cell", NdArray.of(new double[] {10, 0, 0, 0, 10, 0, 0, 0, 10}, 3, 3))
                .put("pbc", NdArray.of(new boolean[] {true, true, false}))
                .put("arrays.numbers", NdArray.of(new long[] {1, 8, 1}))
                .put("arrays.positions", NdArray.zeros(DType.FLOAT64, 3, 3))
                .put("info.tag", "x")
                .put("calc.energy", -1.5)
                .put("calc.forces", NdArray.zeros(DType.FLOAT64, 3, 3))
                .put("constraints", List.of(fix))
                .build();
    }

    @Test
    @DisplayName("keeps reserved and empty rows apart")
    void keepsReservedRows() {
        assertThat(NumpyMsgpack.encode(Row.reserved())).isEqualTo(BlobRow.reserved());
        assertThat(NumpyMsgpack.decode(BlobRow.reserved(), "store", 1).isReserved())
                .isTrue();
        assertThat(NumpyMsgpack.encode(Row.empty()).isReserved()).isFalse();
        assertThat(NumpyMsgpack.decode(BlobRow.empty(), "store", 1).isReserved())
                .isFalse();
    }

    @Test
    @DisplayName("shares the bytes of arrays it reads")
    void sharesBytes() {
        byte[] bytes =
                NumpyMsgpack.CODEC.encode(NdArray.of(new double[] {1, 2})).toArray();
        NdArray array = (NdArray) NumpyMsgpack.CODEC.decode(bytes, 0, bytes.length);
        System.arraycopy(doubles(7), 0, bytes, bytes.length - 8, 8);
        assertThat(array.doubleAt(1)).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // no kind, as older writers
                "84c4026e64c3c40474797065a33c6638c40573686170659101c40464617461c408000000000000f03f",
                // another order of entries
                "85c40464617461c408000000000000f03fc4026e64c3c40573686170659101c4046b696e64c400c40474797065a33c6638",
                // wide headers
                "de0005c4026e64c3c40474797065d9033c6638c4046b696e64c400c4057368617065dc0001cd0001c40464617461c6"
                        + "00000008000000000000f03f",
            })
    @DisplayName("reads an array written in another form")
    void readsOtherForms(String digits) {
        assertThat(decode(digits)).isEqualTo(NdArray.of(new double[] {1}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c7030561626364",
                "d60000000000",
                "810102",
                "81c0c0",
                "81c4016101",
                "82c4026e64c3c4017801",
                "82a16101c4016202",
                "85c4026e64c3c404747970659192a0a27c4fc4046b696e64c4014fc40573686170659101c40464617461c4020000",
                "85c4026e64c3c40474797065a33c4d38c4046b696e64c400c40573686170659101c40464617461c4080000000000000000",
                "85c4026e64c3c40474797065a43c663136c4046b696e64c400c405736861706590c40464617461c410"
                        + "00000000000000000000000000000000",
            })
    @DisplayName("refuses well-formed data that it must not or cannot hold")
    void refuses(String digits) {
        String shown = digits.equals("c7030561626364") ? "c70305616263" : digits;
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> decode(shown));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "0000",
                "a2c328",
                "a3eda080",
                "ddffffffff",
                "dfffffffff",
                "c6ffffffff00",
                "dbffffffff00",
                "9fc0",
                // shape 2 x 3 with too few, then too many bytes
                "85c4026e64c3c40474797065a37c6231c4046b696e64c400c4057368617065920203c40464617461c4050000000000",
                "85c4026e64c3c40474797065a37c6231c4046b696e64c400c4057368617065920203c40464617461c40700000000000000",
                // 2^31 axes product overflows
                "85c4026e64c3c40474797065a37c6231c4046b696e64c400c405736861706593ce40000000ce40000000ce40000000c40464617461c400",
                // an axis beyond 2^31
                "85c4026e64c3c40474797065a37c6231c4046b696e64c400c405736861706591ceffffffffc40464617461c400",
                "82c407636f6d706c6578c3c40464617461a3666f6f",
            })
    @DisplayName("reports malformed bytes as such")
    void reportsMalformed(String digits) {
        assertThatIllegalArgumentException().isThrownBy(() -> decode(digits));
    }

    @Test
    @DisplayName("packs a row into one map of byte strings and back")
    void packsMaps() {
        BlobRow cells = NumpyMsgpack.encode(goldenRow());
        Bytes packed = NumpyMsgpack.packMap(cells);
        assertThat(HexFormat.of().formatHex(packed.toArray())).startsWith("88c40463656c6cc47285c4026e64c3");
        assertThat(NumpyMsgpack.unpackMap(packed)).isEqualTo(cells);
        assertThat(NumpyMsgpack.unpackMap(packed).keys()).isEqualTo(cells.keys());
        assertThatIllegalArgumentException().isThrownBy(() -> NumpyMsgpack.packMap(BlobRow.reserved()));
        assertThatIllegalArgumentException().isThrownBy(() -> NumpyMsgpack.unpackMap(Bytes.of((byte) 0x90)));
    }

    @Test
    @DisplayName("a row of cells without some of its keys decodes nothing, and is passed on as it was read")
    void dropsKeysWithoutDecoding() {
        Row row = Row.of("a", 1, "b", "text").merge(Row.of("c", "y".repeat(1000)));
        for (String dropped : List.of("a", "b", "c", "unknown")) {
            Row read = NumpyMsgpack.decode(NumpyMsgpack.encode(row), "store", 0);
            Row rest = read.without(List.of(dropped));
            assertThat(rest.encodedBy(NumpyMsgpack.CODEC))
                    .isEqualTo(NumpyMsgpack.encode(row.without(List.of(dropped))));
            assertThat(rest).isEqualTo(row.without(List.of(dropped)));
            assertThat(rest.byteSize()).isLessThanOrEqualTo(read.byteSize());
        }
        Row none = NumpyMsgpack.decode(NumpyMsgpack.encode(row), "store", 0).without(List.of("a", "b", "c"));
        assertThat(none).isEqualTo(Row.empty()).isNotEqualTo(Row.reserved());
    }
}
