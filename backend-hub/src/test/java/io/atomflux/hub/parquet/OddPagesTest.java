package io.atomflux.hub.parquet;

import static io.atomflux.hub.parquet.TinyParquet.dictionary;
import static io.atomflux.hub.parquet.TinyParquet.group;
import static io.atomflux.hub.parquet.TinyParquet.indexPage;
import static io.atomflux.hub.parquet.TinyParquet.ints;
import static io.atomflux.hub.parquet.TinyParquet.joined;
import static io.atomflux.hub.parquet.TinyParquet.leaf;
import static io.atomflux.hub.parquet.TinyParquet.longs;
import static io.atomflux.hub.parquet.TinyParquet.page;
import static io.atomflux.hub.parquet.TinyParquet.pageTwo;
import static io.atomflux.hub.parquet.TinyParquet.runs;
import static io.atomflux.hub.parquet.TinyParquet.sized;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the format allows and current writers do not make: old lists and maps, packed levels, rows over several pages. */
class OddPagesTest {

    private static final CompressionCodec NONE = CompressionCodec.UNCOMPRESSED;

    private static List<String> rows(TinyParquet file) {
        List<String> lines = ParquetText.lines(file.bytes(), 2);
        assertThat(ParquetText.lines(file.bytes(), 100)).isEqualTo(lines);
        return lines.subList(1, lines.size());
    }

    private static SchemaElement annotated(SchemaElement element, ConvertedType type) {
        element.setConverted_type(type);
        return element;
    }

    @Test
    @DisplayName("a repeated field outside of a list is a list without nulls")
    void repeatedFieldIsAList() {
        TinyParquet file = new TinyParquet(3)
                .element(true, leaf("x", FieldRepetitionType.REPEATED, Type.INT32))
                .chunk(
                        Type.INT32,
                        "x",
                        NONE,
                        4,
                        page(4, sized(runs(1, 0, 1, 1, 2, 0)), sized(runs(2, 1, 1, 0, 1, 1)), ints(7, 8, 9)));
        assertThat(rows(file)).containsExactly("[i7,i8]", "[]", "[i9]");
    }

    @Test
    @DisplayName("a list of two levels, as old writers make it, has the repeated field as its elements")
    void twoLevelListIsRead() {
        TinyParquet file = new TinyParquet(4)
                .element(true, annotated(group("x", FieldRepetitionType.OPTIONAL, 1), ConvertedType.LIST))
                .element(false, leaf("array", FieldRepetitionType.REPEATED, Type.INT64))
                .chunk(
                        Type.INT64,
                        "x.array",
                        NONE,
                        5,
                        page(5, sized(runs(1, 0, 1, 1, 3, 0)), sized(runs(2, 2, 1, 0, 1, 1, 1, 2)), longs(1, 2, 3)));
        assertThat(rows(file)).containsExactly("[i1,i2]", "~", "[]", "[i3]");
    }

    @Test
    @DisplayName("the repeated group of a list is its element if it has several fields, or is called array or x_tuple")
    void repeatedGroupIsTheElement() {
        for (String name : List.of("array", "x_tuple", "list")) {
            TinyParquet file = new TinyParquet(1)
                    .element(true, annotated(group("x", FieldRepetitionType.REQUIRED, 1), ConvertedType.LIST))
                    .element(false, group(name, FieldRepetitionType.REPEATED, 1))
                    .element(false, leaf("a", FieldRepetitionType.REQUIRED, Type.INT32))
                    .chunk(
                            Type.INT32,
                            "x." + name + ".a",
                            NONE,
                            2,
                            page(2, sized(runs(1, 0, 1, 1)), sized(runs(2, 1)), ints(1, 2)));
            assertThat(rows(file)).containsExactly(name.equals("list") ? "[i1,i2]" : "[{\"a\":i1},{\"a\":i2}]");
        }
        TinyParquet two = new TinyParquet(1)
                .element(true, annotated(group("x", FieldRepetitionType.REQUIRED, 1), ConvertedType.LIST))
                .element(false, group("list", FieldRepetitionType.REPEATED, 2))
                .element(false, leaf("a", FieldRepetitionType.REQUIRED, Type.INT32))
                .element(false, leaf("b", FieldRepetitionType.OPTIONAL, Type.INT32))
                .chunk(Type.INT32, "x.list.a", NONE, 2, page(2, sized(runs(1, 0, 1, 1)), sized(runs(2, 1)), ints(1, 2)))
                .chunk(
                        Type.INT32,
                        "x.list.b",
                        NONE,
                        2,
                        page(2, sized(runs(1, 0, 1, 1)), sized(runs(1, 1, 1, 2)), ints(5)));
        assertThat(rows(two)).containsExactly("[{\"a\":i1,\"b\":~},{\"a\":i2,\"b\":i5}]");
    }

    @Test
    @DisplayName("a map marked as MAP_KEY_VALUE is a map; of several values of one key the last one counts")
    void oldMapIsRead() {
        SchemaElement key = leaf("key", FieldRepetitionType.REQUIRED, Type.BYTE_ARRAY);
        TinyParquet file = new TinyParquet(1)
                .element(true, annotated(group("m", FieldRepetitionType.OPTIONAL, 1), ConvertedType.MAP_KEY_VALUE))
                .element(false, group("map", FieldRepetitionType.REPEATED, 2))
                .element(false, annotated(key, ConvertedType.UTF8))
                .element(false, leaf("value", FieldRepetitionType.REQUIRED, Type.INT32))
                .chunk(
                        Type.BYTE_ARRAY,
                        "m.map.key",
                        NONE,
                        3,
                        page(3, sized(runs(1, 0, 2, 1)), sized(runs(3, 2)), text("k"), text("l"), text("k")))
                .chunk(
                        Type.INT32,
                        "m.map.value",
                        NONE,
                        3,
                        page(3, sized(runs(1, 0, 2, 1)), sized(runs(3, 2)), ints(1, 2, 3)));
        assertThat(rows(file)).containsExactly("{\"k\":i3,\"l\":i2}");
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return joined(ints(bytes.length), bytes);
    }

    @Test
    @DisplayName("levels of packed bits, most significant first, are read")
    void packedLevelsAreRead() {
        // Present, absent, present, present.
        byte[] levels = {(byte) 0b1011_0000};
        byte[] content = joined(levels, ints(1, 2, 3));
        TinyParquet file = new TinyParquet(4)
                .element(true, leaf("x", FieldRepetitionType.OPTIONAL, Type.INT32))
                .chunk(Type.INT32, "x", NONE, 4, page(4, Encoding.PLAIN, Encoding.BIT_PACKED, content.length, content));
        assertThat(rows(file)).containsExactly("i1", "~", "i2", "i3");
    }

    @Test
    @DisplayName("a row may go over many pages, some of them without any value")
    void rowGoesOverPages() {
        byte[] more = page(2, sized(runs(2, 1)), sized(runs(2, 1)), ints(3, 4));
        TinyParquet file = new TinyParquet(2)
                .element(true, leaf("x", FieldRepetitionType.REPEATED, Type.INT32))
                .chunk(
                        Type.INT32,
                        "x",
                        NONE,
                        8,
                        page(2, sized(runs(1, 0, 1, 1)), sized(runs(2, 1)), ints(1, 2)),
                        page(0, sized(new byte[0]), sized(new byte[0])),
                        more,
                        more,
                        page(2, sized(runs(1, 1, 1, 0)), sized(runs(2, 1)), ints(5, 6)));
        assertThat(rows(file)).containsExactly("[i1,i2,i3,i4,i3,i4,i5]", "[i6]");
        byte[] bytes = file.bytes();
        RowGroupReader reader = ParquetText.open(bytes, ParquetText.footer(bytes), 0);
        reader.skip(1);
        assertThat(ParquetText.line(reader.read(5, 1000).get(0))).isEqualTo("[i6]");
    }

    @Test
    @DisplayName("pages of unknown use are passed over, pages of version 2 may be uncompressed though the chunk is not")
    void otherPagesArePassedOver() {
        TinyParquet file = new TinyParquet(3)
                .element(true, leaf("x", FieldRepetitionType.OPTIONAL, Type.INT32))
                .chunk(
                        Type.INT32,
                        "x",
                        CompressionCodec.ZSTD,
                        3,
                        indexPage(new byte[] {1, 2, 3}),
                        pageTwo(2, 2, new byte[0], runs(1, 1, 1, 0), ints(4)),
                        indexPage(new byte[0]),
                        pageTwo(1, 1, new byte[0], runs(1, 1), ints(5)));
        assertThat(rows(file)).containsExactly("i4", "~", "i5");
    }

    @Test
    @DisplayName("numbers of a dictionary with one value take no bits")
    void dictionaryOfOneValue() {
        TinyParquet file = new TinyParquet(3)
                .element(true, leaf("x", FieldRepetitionType.REQUIRED, Type.INT64))
                .chunk(
                        Type.INT64,
                        "x",
                        NONE,
                        3,
                        dictionary(1, longs(42)),
                        page(3, Encoding.PLAIN_DICTIONARY, Encoding.RLE, 2, new byte[] {0, 6}));
        assertThat(rows(file)).containsExactly("i42", "i42", "i42");
    }

    @Test
    @DisplayName("an interval is an ISO 8601 duration")
    void intervalIsADuration() {
        SchemaElement element = leaf("x", FieldRepetitionType.REQUIRED, Type.FIXED_LEN_BYTE_ARRAY);
        element.setType_length(12);
        TinyParquet file = new TinyParquet(2)
                .element(true, annotated(element, ConvertedType.INTERVAL))
                .chunk(Type.FIXED_LEN_BYTE_ARRAY, "x", NONE, 2, page(2, ints(14, 3, 4005), ints(0, 0, 1000)));
        assertThat(rows(file)).containsExactly("\"P14M3DT4.005S\"", "\"P0M0DT1S\"");
    }

    @Test
    @DisplayName("old marks of times, integers and texts mean what the new ones do")
    void oldMarksAreRead() {
        TinyParquet file = new TinyParquet(1)
                .element(
                        true,
                        annotated(leaf("a", FieldRepetitionType.REQUIRED, Type.INT64), ConvertedType.TIMESTAMP_MILLIS))
                .element(true, annotated(leaf("b", FieldRepetitionType.REQUIRED, Type.INT32), ConvertedType.DATE))
                .element(true, annotated(leaf("c", FieldRepetitionType.REQUIRED, Type.INT32), ConvertedType.UINT_8))
                .element(true, annotated(leaf("d", FieldRepetitionType.REQUIRED, Type.BYTE_ARRAY), ConvertedType.ENUM))
                .element(
                        true, annotated(leaf("e", FieldRepetitionType.REQUIRED, Type.INT32), ConvertedType.TIME_MILLIS))
                .element(true, annotated(leaf("f", FieldRepetitionType.REQUIRED, Type.INT64), ConvertedType.UINT_64))
                .chunk(Type.INT64, "a", NONE, 1, page(1, longs(1500)))
                .chunk(Type.INT32, "b", NONE, 1, page(1, ints(-1)))
                .chunk(Type.INT32, "c", NONE, 1, page(1, ints(200)))
                .chunk(Type.BYTE_ARRAY, "d", NONE, 1, page(1, text("red")))
                .chunk(Type.INT32, "e", NONE, 1, page(1, ints(3_600_001)))
                .chunk(Type.INT64, "f", NONE, 1, page(1, longs(-1)));
        assertThat(rows(file))
                .containsExactly("\"1970-01-01T00:00:01.500000+00:00\"\t\"1969-12-31\"\ti200\t\"red\"\t"
                        + "\"01:00:00.001000\"\ti18446744073709551615");
    }

    @Test
    @DisplayName("differences that need all 64 bits, and wrap around, are read")
    void wideDifferencesAreRead() {
        long[] values = new long[300];
        java.util.Random random = new java.util.Random(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (i % 4) {
                case 0 -> Long.MIN_VALUE;
                case 1 -> Long.MAX_VALUE;
                case 2 -> random.nextLong();
                default -> random.nextInt(10);
            };
        }
        byte[] content = TinyParquet.deltas(values);
        TinyParquet file = new TinyParquet(values.length)
                .element(true, leaf("x", FieldRepetitionType.REQUIRED, Type.INT64))
                .chunk(
                        Type.INT64,
                        "x",
                        NONE,
                        values.length,
                        page(values.length, Encoding.DELTA_BINARY_PACKED, Encoding.RLE, content.length, content));
        assertThat(rows(file))
                .isEqualTo(
                        java.util.Arrays.stream(values).mapToObj(v -> "i" + v).toList());
    }
}
