package io.atomflux.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts are what {@code ase.io.jsonio.encode} of ASE 3.29 gives, or what its {@code decode} was seen to take. */
@DisplayName("ASE's JSON")
class AseJsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[true, false, 0, -1, 18446744073709551615]",
                "[1.0, -0.0, 0.1, 1e-05, 0.0001, 1e+16, 1000000000000000.0, 1.7976931348623157e+308, 5e-324]",
                "[NaN, Infinity, -Infinity]",
                "{\"a\": [], \"b\": {}, \"12\": \"\\u00e9\\u007f\\u0001/\\\"\\\\\\n\\ud83d\\ude00\\ud800\"}",
                "{\"__ndarray__\": [[], \"float64\", [1.5]]}",
                "{\"__ndarray__\": [[2, 1], \"int64\", [1, -9223372036854775808]]}",
                "{\"__ndarray__\": [[1], \"complex128\", [1.0, 2.0]]}",
                "{\"__ndarray__\": [[1], \"complex64\", [1.0, NaN]]}",
                "{\"__ndarray__\": [[2], \"<U3\", [\"a\", \"bcd\"]]}",
                "{\"__ndarray__\": [[0, 3], \"float64\", []]}",
                "{\"__ndarray__\": [[1], \">f8\", [1.5]]}",
                "{\"__ndarray__\": [[1], \"float32\", [0.10000000149011612]]}",
                "{\"__ndarray__\": [[2], \"float16\", [1.0, -Infinity]]}",
                "{\"__ndarray__\": [[2], \"bool\", [true, false]]}",
                "{\"__ndarray__\": [[1], \"uint64\", [18446744073709551615]]}",
                "{\"__ndarray__\": [[3], \"uint8\", [0, 255, 7]]}",
                "{\"__complex__\": [1.0, -0.0]}",
                "{\"when\": {\"__datetime__\": \"2020-01-02T03:04:05.000006\"}}",
                "{\"path\": \"GX\", \"__ase_objtype__\": \"bandpath\"}",
            })
    @DisplayName("is written as it was read")
    void roundTrips(String json) {
        assertThat(AseJson.write(AseJson.read(json))).isEqualTo(json);
    }

    private static void reads(String json, @Nullable Object value) {
        assertThat(AseJson.read(json)).as(json).isEqualTo(value);
    }

    @Test
    @DisplayName("gives each tag the value it stands for")
    void readsTags() {
        reads("{\"__ndarray__\": [[2, 1], \"float64\", [1, 2.5]]}", NdArray.of(new double[] {1, 2.5}, 2, 1));
        reads(" { \"x\" : 1 , \"__ndarray__\" : [ [ 1 ] , \"int32\" , [ 7 ] ] } ", NdArray.of(new int[] {7}));
        reads("{\"__ndarray__\": [[], \"int\", 3]}", NdArray.of(new long[] {3}).reshape());
        reads("{\"__ndarray__\": [[2], \"int64\", [1.0, 2.0]]}", NdArray.of(new long[] {1, 2}));
        reads("{\"__ndarray__\": [[2], \"float\", [1, null]]}", NdArray.of(new double[] {1, Double.NaN}));
        reads("{\"__ndarray__\": [[2], \"bool\", [1, 0]]}", NdArray.of(new boolean[] {true, false}));
        reads(
                "{\"__ndarray__\": [[2, 1], \"object\", [null, {\"a\": 1}]]}",
                List.of(Arrays.asList((Object) null), List.of(Map.of("a", 1L))));
        reads("{\"x\": 1, \"__complex__\": [1, 2]}", new Complex(1, 2));
        reads(
                "[{\"__complex_ndarray__\": [[[1], [2]], [[3], [4]]]}]",
                List.of(NdArray.wrap(DType.COMPLEX128, new int[] {2, 1}, bytes(1, 3, 2, 4), 0)));
        NdArray cell = NdArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3);
        reads("{\"array\": " + AseJson.write(cell) + ", \"__ase_objtype__\": \"cell\"}", cell);
        reads("{\"__ase_objtype__\": \"cell\", \"array\": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}", cell);
    }

    private static byte[] bytes(double... values) {
        byte[] bytes = new byte[8 * values.length];
        NdArray.of(values).copyTo(bytes, 0);
        return bytes;
    }

    @Test
    @DisplayName("takes numbers, texts and equal keys as Python does")
    void readsAsPython() {
        reads("{\"a\": 1, \"b\": 2, \"a\": 3}", Map.of("a", 3L, "b", 2L));
        reads(
                "[1e999, -0, -0.0, 9223372036854775808, 0.1e1, 1E5, 123456789.123456]",
                List.of(
                        Double.POSITIVE_INFINITY,
                        0L,
                        -0.0,
                        BigInteger.ONE.shiftLeft(63),
                        1.0,
                        100000.0,
                        123456789.123456));
        reads("\"\\ud83d\\ude00\"", "😀");
        assertThat(AseJson.read(ByteBuffer.wrap("[\"é\"]".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(List.of("é"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AseJson.read(ByteBuffer.wrap(new byte[] {'"', (byte) 0xff, '"'})))
                .withMessageContaining("UTF-8");
    }

    @Test
    @DisplayName("reads and prints decimals of any length as the nearest double")
    void numbersAreNearest() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            double value = i % 2 == 0
                    ? Double.longBitsToDouble(random.nextLong())
                    : random.nextInt(1_000_000) / Math.pow(10, random.nextInt(9));
            if (Double.isFinite(value)) {
                assertThat(AseJson.read(Double.toString(value))).isEqualTo(value);
                assertThat(AseJson.read(AseJson.write(value))).isEqualTo(value);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[1,]",
                "[1 2]",
                "{\"a\" 1}",
                "{a: 1}",
                "01",
                "1.",
                "-",
                ".5",
                "1e",
                "\"\t\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"",
                "\"\\",
                "nul",
                "[1] 2",
                "12345678901234567890123",
                "-9223372036854775809",
                "{\"__ndarray__\": [[2], \"float64\", [1]]}",
                "{\"__ndarray__\": [[1], \"float64\", [1, 2]]}",
                "{\"__ndarray__\": [[1], \"float64\", []]}",
                "{\"__ndarray__\": [[0], \"float64\", [1]]}",
                "{\"__ndarray__\": [[2000000000], \"float64\", [1]]}",
                "{\"__ndarray__\": [[2000000000, 2000000000, 2000000000], \"float64\", [1]]}",
                "{\"__ndarray__\": [[-1], \"float64\", [1]]}",
                "{\"__ndarray__\": [[1], \"float64\", [\"1\"]]}",
                "{\"__ndarray__\": [[1], \"int8\", [128]]}",
                "{\"__ndarray__\": [[1], \"uint8\", [-1]]}",
                "{\"__ndarray__\": [[1], \"int64\", [1.5]]}",
                "{\"__ndarray__\": [[1], \"<U1\", [\"ab\"]]}",
                "{\"__ndarray__\": [[1], \"<U60000000\", [\"ab\"]]}",
                "{\"__ndarray__\": [[1], \"datetime64[D]\", [1]]}",
                "{\"__ndarray__\": [[1], \"|S2\", [\"a\"]]}",
                "{\"__ndarray__\": [[1], \"float64\"]}",
                "{\"__ndarray__\": [1, \"float64\", [1]]}",
                "{\"__ndarray__\": 5}",
                "{\"__complex__\": [1]}",
                "{\"__complex__\": [\"a\", 1]}",
                "{\"__complex_ndarray__\": [[1, 2], [3]]}",
                "{\"__complex_ndarray__\": [[1, [2]], [3, 4]]}",
                "{\"array\": [[1]], \"__ase_objtype__\": \"cell\"}",
                "{\"__ase_objtype__\": \"cell\"}",
            })
    @DisplayName("refuses what is not of this form, and tells where")
    void refusesMalformed(String json) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AseJson.read(json))
                .withMessageStartingWith("JSON at character ");
    }

    @Test
    @DisplayName("bounds depth and number of values")
    void bounds() {
        String nested = "{\"__ndarray__\": [[1], \"object\", [".repeat(5_000);
        for (String json : List.of("[".repeat(65) + "]".repeat(65), "{\"a\":".repeat(70), nested)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> AseJson.read(json))
                    .withMessageContaining("nested deeper than 64");
        }
        assertThat(AseJson.read("[".repeat(64) + "]".repeat(64))).isNotNull();
        String many = "[" + "[],".repeat(1 << 20) + "[]]";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AseJson.read(many))
                .withMessageContaining("one value too many");
    }

    @Test
    @DisplayName("reads the wanted members of an object only, going past whatever the others hold")
    void readsWantedMembers() {
        String json =
                " {\"a\": 1, \"b\": [[{\"]\": \"}\\\"\"}], oops], \"c\": {\"a\": -2.5}, \"d\": 1e5, \"\u00e9\": \"]\", \"e\": {}, \"f\": null} ";
        ByteBuffer bytes = ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
        assertThat(AseJson.read(bytes, List.of("c", "f")::contains))
                .isEqualTo(AseJson.read("{\"c\": {\"a\": -2.5}, \"f\": null}"));
        assertThat(AseJson.read(bytes, name -> false)).isEqualTo(Map.of());
        assertThat(AseJson.read(ByteBuffer.wrap("[{\"a\": 1}]".getBytes(StandardCharsets.UTF_8)), name -> false))
                .isEqualTo(List.of(Map.of("a", 1L)));
        for (String cut : List.of("{\"a\": [", "{\"a\": \"x", "{\"a\": ", "{\"a\": ]}", "{\"a\": x}")) {
            assertThatIllegalArgumentException()
                    .as(cut)
                    .isThrownBy(
                            () -> AseJson.read(ByteBuffer.wrap(cut.getBytes(StandardCharsets.UTF_8)), name -> false));
        }
    }

    @Test
    @DisplayName("writes a numpy scalar as a plain number")
    void writesScalars() {
        assertThat(AseJson.write(List.of(NdScalar.of(0.1f), NdScalar.of(3), NdScalar.of(true))))
                .isEqualTo("[0.10000000149011612, 3, true]");
    }

    @Test
    @DisplayName("refuses to write what would not come back")
    void refusesToWrite() {
        NdArray records = NdArray.zeros(DType.structured(List.of(new DType.Field("a", DType.INT8, List.of()))), 2);
        for (Object value : List.of(
                Bytes.ofText("abc"),
                records,
                NdArray.zeros(DType.bytes(2), 1),
                Map.of("__ndarray__", 5L),
                Map.of("__complex__", List.of(1.0, 2.0)),
                Map.of("__datetime__", 5L),
                Map.of("__ase_objtype__", "nope"),
                Map.of("a", List.of(new StringBuilder("x"))))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> AseJson.write(value))
                    .withMessageStartingWith("ASE's JSON: ");
        }
    }

    @Test
    @DisplayName("keeps results as ASE gives them back: three numbers, else float64 arrays")
    void results() {
        assertThat(AseResults.value("energy", -1L)).isEqualTo(-1L);
        assertThat(AseResults.value("dipole", List.of(1L, 2.5, 0L))).isEqualTo(NdArray.of(new double[] {1, 2.5, 0}));
        assertThat(AseResults.value("forces", Arrays.asList(Arrays.asList(1.0, null, 3L))))
                .isEqualTo(NdArray.of(new double[] {1, Double.NaN, 3}, 1, 3));
        assertThat(AseResults.value("magmoms", NdArray.of(new float[] {0.5f})))
                .isEqualTo(NdArray.of(new double[] {0.5}));
        assertThat(AseResults.NAMES).hasSize(13);
        assertThatIllegalArgumentException().isThrownBy(() -> AseResults.value("energy", "abc"));
        assertThatIllegalArgumentException().isThrownBy(() -> AseResults.value("forces", List.of(1.0, List.of())));
    }

    private static byte[] packed(int start, byte[] body, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + body.length + text.length)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putLong(start)
                .put(body)
                .put(text)
                .array();
    }

    @Test
    @DisplayName("is packed byte for byte as ASE packs it, and unpacked again")
    void packs() {
        Map<String, Object> value = new java.util.LinkedHashMap<>();
        value.put("b", NdArray.of(new boolean[] {true}));
        value.put("l", List.of(1L, Map.of("x", NdArray.of(new double[] {1, 2}))));
        value.put("c", new Complex(1, 2));
        value.put("z", NdArray.zeros(DType.FLOAT64, 0, 3));
        byte[] body = ByteBuffer.allocate(17)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .put((byte) 1)
                .putDouble(1)
                .putDouble(2)
                .array();
        byte[] expected = packed(
                25,
                body,
                "{\"b\":{\"__ndarray__\":[[1],\"bool\",8]},\"l\":[1,{\"x\":{\"__ndarray__\":[[2],\"float64\",9]}}],"
                        + "\"c\":{\"__complex__\":[1.0,2.0]},\"z\":{\"__ndarray__\":[[0,3],\"float64\",25]}}");
        assertThat(AseJson.pack(value)).isEqualTo(expected);
        assertThat(AseJson.unpack(ByteBuffer.wrap(expected))).isEqualTo(value);
        assertThat(AseJson.pack(Map.of())).isEqualTo(packed(8, new byte[0], "{}"));
    }

    @Test
    @DisplayName("packed values that claim bytes they have not, or that ASE could not read back, are refused")
    void refusesBadPacked() {
        String[] json = {
            "{\"__ndarray__\":[[2],\"float64\",8]}",
            "{\"__ndarray__\":[[1],\"float64\",7]}",
            "{\"__ndarray__\":[[1],\"float64\",9]}",
            "{\"__ndarray__\":[[1],\"float64\",8.0]}",
            "{\"__ndarray__\":[[2147483647,2147483647,2147483647],\"int8\",8]}",
            "{\"__ndarray__\":[[1],\"<U2\",8]}",
            "{\"__ndarray__\":[[1],\"object\",8]}",
            "[" + "{\"__ndarray__\":[[1],\"float64\",8]},".repeat(9) + "1]",
        };
        for (String text : json) {
            assertThatIllegalArgumentException()
                    .as(text)
                    .isThrownBy(() -> AseJson.unpack(ByteBuffer.wrap(packed(16, new byte[8], text))));
        }
        for (int start : new int[] {-1, 0, 7, 11}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> AseJson.unpack(ByteBuffer.wrap(packed(start, new byte[0], "{}"))));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> AseJson.unpack(ByteBuffer.allocate(7)));
        assertThatIllegalArgumentException().isThrownBy(() -> AseJson.pack(NdArray.ofTexts(List.of("a"), 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> AseJson.pack(NdArray.zeros(DType.of(">f8"), 1)));
    }
}
