package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Rows as documents")
final class RowCodecTest {

    private static final RowCodec PAGED = RowCodec.paged("store");
    private static final RowCodec ASEBYTES = RowCodec.asebytes("store");

    private static Row roundTrip(RowCodec codec, Row row) {
        return codec.decode(codec.encode(7, row, "row 3"), 3);
    }

    @Test
    @DisplayName("the paged layout keeps every value and every key")
    void pagedKeepsEverything() {
        List<Row> rows = new ArrayList<>(Samples.rowsOfEveryKind());
        rows.addAll(Samples.rowsOfHostileKeys());
        rows.addAll(Samples.molecules());
        for (String key : Samples.hostileKeys()) {
            rows.add(Row.of(key, key));
        }
        rows.add(Row.of("", 1L, "%", 2L));
        rows.add(Row.of("\0", 1L, "a\0b", 2L));
        rows.add(Row.of(Bytes.of((byte) 0xff, (byte) 0x80, (byte) 'k').keyText(), 1L));
        rows.add(Row.empty());
        rows.add(Row.reserved());
        for (Row row : rows) {
            assertThat(roundTrip(PAGED, row)).isEqualTo(row);
        }
    }

    @Test
    @DisplayName("the asebytes layout keeps a value or refuses it, naming the key")
    void asebytesKeepsOrRefuses() {
        List<String> refused = new ArrayList<>();
        Samples.values().forEach((name, value) -> {
            Row row = Row.of("info.value", value);
            try {
                assertThat(roundTrip(ASEBYTES, row)).isEqualTo(row);
            } catch (UnsupportedDataException e) {
                assertThat(e).hasMessageContaining("row 3, key info.value");
                refused.add(name);
            }
        });
        assertThat(refused)
                .contains("largestInteger", "complex", "map", "scalar float32")
                .doesNotContain("list", "bytes", "array float32", "big-endian array", "array of texts");
        for (Row row : Samples.rowsOfHostileKeys()) {
            assertThat(roundTrip(ASEBYTES, row)).isEqualTo(row);
        }
    }

    @Test
    @DisplayName("a row over 16 MiB is refused before it is sent, naming it")
    void tooLargeIsRefused() {
        Row row = Row.of("info.a", Bytes.wrap(new byte[17 << 20]));
        assertThatThrownBy(() -> PAGED.encode(1, row, "row 12"))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("row 12");
    }

    @Test
    @DisplayName("what Python's update nested into a structure's row is folded, the nested value being newer")
    void nestedLeftoversAreFolded() {
        RawBsonDocument row = RawBsonDocument.parse(
                "{_id: 1, data: {'calc.energy': 1.5, 'info.a': 2, calc: {energy: 2.5, forces: {$binary: {base64: 'AQ==',"
                        + " subType: '00'}}}}}");
        assertThat(ASEBYTES.decode(row, 0))
                .isEqualTo(Row.builder()
                        .put("calc.energy", 2.5)
                        .put("info.a", 2)
                        .put("calc.forces", 1)
                        .build());
        RawBsonDocument object = RawBsonDocument.parse("{_id: 1, data: {calc: {energy: 2.5}, x: 1}}");
        assertThat(ASEBYTES.decode(object, 0).keys()).containsExactly("calc", "x");
    }

    private static String hex(RawBsonDocument document) {
        ByteBuffer bytes = document.getByteBuffer().asNIO();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }

    /** From section 2.3 of the description of asebytes 0.3's formats: what Python writes for these arrays. */
    private static Map<String, NdArray> arraysOfPython() {
        Map<String, NdArray> arrays = new LinkedHashMap<>();
        arrays.put(
                "85c4026e64c3c40474797065a37c6231c4046b696e64c400c40573686170659103c40464617461c403010001",
                NdArray.of(new boolean[] {true, false, true}));
        arrays.put(
                "85c4026e64c3c40474797065a33c6638c4046b696e64c400c405736861706590c40464617461c408000000000000f83f",
                NdArray.wrap(DType.FLOAT64, new int[0], HexFormat.of().parseHex("000000000000f83f"), 0));
        arrays.put(
                "85c4026e64c3c40474797065a33c6638c4046b696e64c400c4057368617065920003c40464617461c400",
                NdArray.zeros(DType.FLOAT64, 0, 3));
        arrays.put(
                "85c4026e64c3c40474797065a37c5332c4046b696e64c400c40573686170659102c40464617461c40461006262",
                NdArray.wrap(DType.bytes(2), new int[] {2}, HexFormat.of().parseHex("61006262"), 0));
        return arrays;
    }

    @Test
    @DisplayName("the asebytes layout is written byte for byte as Python writes it, and read back")
    void writesWhatPythonWrites() {
        assertThat(hex(ASEBYTES.encode(0, Row.reserved(), "row 0")))
                .isEqualTo("14000000105f696400000000000a646174610000");
        arraysOfPython().forEach((bytes, array) -> {
            Row row = Row.of("arrays.x", array);
            RawBsonDocument document = ASEBYTES.encode(1, row, "row 0");
            assertThat(hex(document)).contains("056172726179732e7800", "00" + bytes);
            assertThat(ASEBYTES.decode(document, 0)).isEqualTo(row);
        });
        RawBsonDocument plain = ASEBYTES.encode(
                1L << 40,
                Row.builder()
                        .put("a.b", 5)
                        .put("c", 1L << 40)
                        .put("d", Arrays.asList(1, null))
                        .build(),
                "row 0");
        assertThat(plain)
                .isEqualTo(
                        RawBsonDocument.parse("{_id: {$numberLong: '1099511627776'}, data: {'a.b': {$numberInt: '5'},"
                                + " c: {$numberLong: '1099511627776'}, d: [{$numberInt: '1'}, null]}}"));
    }

    @Test
    @DisplayName("bytes come back as Python reads them: as another value if they are msgpack, and such are not written")
    void readsBytesAsPythonDoes() {
        Map<String, Object> pythons = new LinkedHashMap<>();
        pythons.put("AQ==", 1L);
        pythons.put("kwECAw==", List.of(1L, 2L, 3L));
        pythons.put("", Bytes.EMPTY);
        pythons.put("gQEC", Bytes.of((byte) 0x81, (byte) 1, (byte) 2)); // a map with a number as key
        pythons.forEach((base64, value) -> {
            RawBsonDocument document = RawBsonDocument.parse(
                    "{_id: 1, data: {b: {$binary: {base64: '%s', subType: '00'}}}}".formatted(base64));
            assertThat(ASEBYTES.decode(document, 0).get("b")).isEqualTo(value);
        });
        assertThatThrownBy(() -> ASEBYTES.encode(1, Row.of("b", Bytes.of((byte) 1)), "row 0"))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("key b");
        Row nested = Row.of("b", List.of(Bytes.of((byte) 1)));
        assertThat(roundTrip(ASEBYTES, nested)).isEqualTo(nested);
    }

    @Test
    @DisplayName("documents cut or changed anywhere are refused or read, but never fail otherwise")
    void damagedDocumentsAreRefused() {
        Row row = Row.builder()
                .put("a", "text")
                .put("b", List.of(1L, Map.of("c", 2.5)))
                .put("c", NdArray.of(new double[] {1, 2, 3}))
                .put("d", true)
                .build();
        SplittableRandom random = new SplittableRandom(11);
        for (RowCodec codec : List.of(PAGED, ASEBYTES)) {
            byte[] whole = HexFormat.of().parseHex(hex(codec.encode(1, row, "row 0")));
            for (int round = 0; round < 4_000; round++) {
                byte[] bytes = Arrays.copyOf(whole, round % 2 == 0 ? whole.length : random.nextInt(5, whole.length));
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                try {
                    codec.decode(new RawBsonDocument(bytes), 7).toMap();
                } catch (CorruptDataException | UnsupportedDataException e) {
                    assertThat(e).hasMessageContaining("row 7");
                }
            }
        }
    }

    @Test
    @DisplayName("lists nested deeper than 64 are refused on reading")
    void nestingIsBounded() {
        BsonDocument deep = new BsonDocument();
        for (int i = 0; i < 200; i++) {
            deep = new BsonDocument("a", deep);
        }
        Row row = ASEBYTES.decode(new BsonDocument("_id", new BsonInt32(1)).append("data", deep), 4);
        assertThatThrownBy(() -> row.get("a"))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("row 4, key a");
    }

    @Test
    @DisplayName("every key has one field name that a path cannot take apart, and only such names are read")
    void fieldNamesAreBijective() {
        List<String> keys = new ArrayList<>(Samples.hostileKeys());
        keys.addAll(List.of("", "%", "%%", "%2E", "$", "a$", "\0", "\udc80x", "\udcff"));
        List<String> names = keys.stream().map(FieldNames::escape).toList();
        assertThat(names)
                .doesNotHaveDuplicates()
                .allSatisfy(name ->
                        assertThat(name).isNotEmpty().doesNotContain(".", "\0").doesNotStartWith("$"));
        assertThat(names.stream().map(FieldNames::unescape)).containsExactlyElementsOf(keys);
        for (String foreign : List.of("a.b", "$a", "%2", "%zz", "%41", "%2e", "%24x%")) {
            assertThatThrownBy(() -> FieldNames.unescape(foreign)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
