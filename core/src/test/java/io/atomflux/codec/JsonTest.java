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
import io.atomflux.value.Schema;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("JSON")
class JsonTest {

    record Holder(Row row, NdArray array, Bytes bytes, Complex complex, NdScalar scalar) {}

    @Test
    @DisplayName("writes the documented forms")
    void writesDocumentedForms() {
        assertThat(Json.write(1.0)).isEqualTo("1.0");
        assertThat(Json.write(1L)).isEqualTo("1");
        assertThat(Json.write(Double.NaN)).isEqualTo("{\"$float\":\"NaN\"}");
        assertThat(Json.write(Bytes.ofText("abc"))).isEqualTo("{\"$bytes\":\"YWJj\"}");
        assertThat(Json.write(new Complex(1, Double.NEGATIVE_INFINITY)))
                .isEqualTo("{\"$complex\":[1.0,\"-Infinity\"]}");
        assertThat(Json.write(NdArray.of(new double[] {0, 1.5}, 2, 1)))
                .isEqualTo("{\"$array\":{\"dtype\":\"<f8\",\"shape\":[2,1],\"data\":[0.0,1.5]}}");
        assertThat(Json.write(NdScalar.of(0.1f))).isEqualTo("{\"$scalar\":{\"dtype\":\"<f4\",\"data\":[0.1]}}");
        assertThat(Json.write(Map.of("$array", 1L))).isEqualTo("{\"$$array\":1}");
        assertThat(Json.write(Row.of("a", null))).isEqualTo("{\"a\":null}");
        assertThat(Json.write(Row.reserved())).isEqualTo("null");
    }

    @Test
    @DisplayName("gives back every random row")
    void roundTrips() {
        RandomValues random = new RandomValues(4);
        for (int i = 0; i < 1500; i++) {
            Row row = random.row();
            Row back = Json.readRow(Json.write(row));
            assertThat(back).isEqualTo(row);
            assertThat(back.keys()).isEqualTo(row.keys());
            BlobRow cells = NumpyMsgpack.encode(row);
            assertThat(Json.readBlobRow(Json.write(cells))).isEqualTo(cells);
            Schema schema = Schema.of(row);
            assertThat(Json.readSchema(Json.write(schema))).isEqualTo(schema);
        }
    }

    @Test
    @DisplayName("keeps every bit of arrays whose NaN carry a payload, records and padded texts")
    void keepsAwkwardArrays() {
        byte[] nan = {1, 0, 0, 0, 0, 0, (byte) 0xf8, 0x7f};
        List<NdArray> arrays = List.of(
                NdArray.copyOf(DType.FLOAT64, new int[] {1}, ByteBuffer.wrap(nan)),
                NdArray.copyOf(DType.of("|V8"), new int[] {1}, ByteBuffer.wrap(nan)),
                NdArray.copyOf(DType.BOOL, new int[] {8}, ByteBuffer.wrap(nan)),
                NdArray.zeros(DType.unicode(1000), 2),
                NdArray.zeros(DType.FLOAT64, 0, 3),
                NdArray.of(new double[] {-0.0, Double.NaN}).as(DType.of(">f2")));
        for (NdArray array : arrays) {
            assertThat(Json.read(Json.write(array))).isEqualTo(array);
        }
    }

    @Test
    @DisplayName("writes keys that are no UTF-8 in ASCII")
    void escapesByteKeys() {
        BlobRow row = BlobRow.of(Map.of(Bytes.of((byte) 0xff, (byte) 'a'), Bytes.EMPTY));
        String json = Json.write(row);
        assertThat(json).isEqualTo("{\"\\udcffa\":{\"$bytes\":\"\"}}");
        assertThat(Json.readBlobRow(json)).isEqualTo(row);
    }

    @Test
    @DisplayName("writes for people: nested lists, plain scalars, text for what is not finite")
    void writesPlain() {
        Row row = Row.builder()
                .put("a", NdArray.of(new double[] {1, Double.NaN}, 1, 2))
                .put("s", NdScalar.of(true))
                .put("c", new Complex(1, 2))
                .put("l", Arrays.asList(1, null))
                .build();
        assertThat(Json.plain(row)).isEqualTo("{\"a\":[[1.0,\"NaN\"]],\"s\":true,\"c\":\"(1+2j)\",\"l\":[1,null]}");
        assertThat(Json.plain(Row.reserved())).isEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "1 2",
                "1e999",
                "18446744073709551616",
                "{\"a\":1,\"a\":2}",
                "{\"$what\":1}",
                "{\"$array\":1,\"b\":2}",
                "{\"$float\":\"one\"}",
                "{\"$bytes\":\"?\"}",
                "{\"$complex\":[1]}",
                "{\"$array\":{}}",
                "{\"$array\":{\"dtype\":\"<f8\",\"shape\":[2],\"data\":[1.0]}}",
                "{\"$array\":{\"dtype\":\"<f8\",\"shape\":[-1],\"data\":[]}}",
                "{\"$array\":{\"dtype\":\"|O\",\"shape\":[0],\"data\":[]}}",
                "{\"$array\":{\"dtype\":\"|i1\",\"shape\":[1],\"data\":[128]}}",
                "{\"$array\":{\"dtype\":\"|u1\",\"shape\":[1],\"data\":[-1]}}",
                "{\"$array\":{\"dtype\":\"<U67108864\",\"shape\":[1],\"data\":[\"a\"]}}",
                "{\"$array\":{\"dtype\":\"<f8\",\"shape\":[1],\"data\":[1.0],\"base64\":\"\"}}",
                "{\"$scalar\":{\"dtype\":\"<f4\",\"data\":[1.5,2.5]}}",
            })
    @DisplayName("reports what is not of its form")
    void reportsOtherForms(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read(json));
    }

    @Test
    @DisplayName("bounds the depth of what it reads")
    void boundsDepth() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read("[".repeat(65) + "]".repeat(65)));
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read("[".repeat(100_000)));
        assertThat(Json.read("[".repeat(64) + "]".repeat(64))).isInstanceOf(List.class);
    }

    @Test
    @DisplayName("plugs into a mapper of the caller's")
    void plugsIntoMapper() {
        JsonMapper mapper = JsonMapper.builder().addModule(new AtomfluxModule()).build();
        Holder holder = new Holder(
                Row.of("$x", 1.0, "y", Double.NaN),
                NdArray.of(new int[] {1, 2}),
                Bytes.ofText("é"),
                new Complex(0, 1),
                NdScalar.of(2.5f));
        assertThat(mapper.readValue(mapper.writeValueAsBytes(holder), Holder.class))
                .isEqualTo(holder);
        assertThat(mapper.readValue("null", Row.class)).isSameAs(Row.reserved());
        assertThat(mapper.writeValueAsString(List.of(Row.empty(), Row.reserved())))
                .isEqualTo("[{},null]");
        assertThatExceptionOfType(DatabindException.class)
                .isThrownBy(() -> mapper.readValue("{\"$bytes\":\"\"}", NdArray.class));
    }
}
