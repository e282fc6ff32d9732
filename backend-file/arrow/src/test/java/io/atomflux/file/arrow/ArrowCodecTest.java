package io.atomflux.file.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.codec.CodecSupport;
import io.atomflux.artifact.codec.Codecs;
import io.atomflux.artifact.codec.PackedValue;
import io.atomflux.artifact.codec.Table;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArrowCodecTest {

    private static final Codecs CODECS = Codecs.installed();
    private static final long LIMIT = 1 << 26;

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ArrowCodecTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(Table table) {
        List<ByteBuffer> parts = ArrowFile.write(table);
        ByteBuffer all = ByteBuffer.allocate(
                parts.stream().mapToInt(ByteBuffer::remaining).sum());
        parts.forEach(part -> all.put(part.duplicate()));
        return all.array();
    }

    private static Table readBack(Table table) {
        return ArrowFile.read(bytes(table), null, LIMIT);
    }

    @Test
    @DisplayName("a frame of pandas is read with its values, types and the words by which pandas makes it again")
    void frameOfPandas() throws IOException {
        Table table = ArrowFile.read(resource("pandas.arrow"), null, LIMIT);
        assertThat(table.names()).containsExactly("energy", "steps", "name", "done", "when", "kind", "id");
        assertThat(table.rows()).isEqualTo(3);
        assertThat(table.list("energy")).as("pandas writes NaN as null").containsExactly(1.5, null, -2.0);
        assertThat(table.array("steps")).isEqualTo(NdArray.of(new int[] {1, 2, 3}));
        assertThat(table.list("name")).containsExactly("a", null, "\u20ac");
        assertThat(table.array("done")).isEqualTo(NdArray.of(new boolean[] {true, false, true}));
        assertThat(table.list("kind")).containsExactly("x", "y", "x");
        assertThat(table.types().get("when")).startsWith("timestamp[");
        assertThat(table.list("when").get(2)).isNull();
        assertThat(table.metadata().get("pandas")).contains("\"index_columns\"");
        Table some = ArrowFile.read(resource("pandas.arrow"), List.of("done", "energy"), LIMIT);
        assertThat(some.names()).containsExactly("done", "energy");
        assertThat(some.column("done")).isEqualTo(table.column("done"));
    }

    @Test
    @DisplayName("all types of pyarrow that this codec knows are read, over several batches, with null")
    void typesOfPyarrow() throws IOException {
        Table table = ArrowFile.read(resource("types.arrow"), null, LIMIT);
        assertThat(table.list("i")).containsExactly(1L, null, 3L);
        assertThat(table.types()).containsEntry("i", "int16");
        assertThat(table.array("u").at(1)).isEqualTo(new BigInteger("18446744073709551615"));
        assertThat(table.array("h").dtype()).isEqualTo(DType.FLOAT16);
        assertThat(table.list("b")).containsExactly(Bytes.ofText("ab"), null, Bytes.EMPTY);
        assertThat(table.list("f")).containsExactly(Bytes.ofText("abc"), Bytes.ofText("def"), null);
        assertThat(table.list("ls")).containsExactly("x", "y", null);
        assertThat(table.list("d")).containsExactly(2L, null, -1L);
        assertThat(table.array("t").toLongArray()).containsExactly(1, 2, 3);
        assertThat(table.types()).containsEntry("t", "timestamp[us, tz=UTC]").containsEntry("d", "date32[day]");
        assertThat(table.list("l")).containsExactly(NdArray.of(new double[] {1, 2}), NdArray.of(new double[0]), null);
        assertThat(table.list("ll")).containsExactly(List.of("a"), Arrays.asList(null, "b"), null);
        assertThat(table.array("v")).isEqualTo(NdArray.of(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, 3, 3));
        assertThat(table.list("n")).containsExactly(null, null, null);
        assertThat(table.list("bo")).containsExactly(true, null, false);
        assertThat(readBack(table)).isEqualTo(table);
        Table empty = ArrowFile.read(resource("empty.arrow"), null, LIMIT);
        assertThat(empty.rows()).isZero();
        assertThat(empty.names()).isEqualTo(table.names());
        assertThat(readBack(empty)).isEqualTo(empty);
        assertThatThrownBy(() -> ArrowFile.read(resource("lz4.arrow"), null, LIMIT))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("lz4");
    }

    @Test
    @DisplayName("M11, I16: tables come back equal, with names, order, null, types and metadata; what was given stays")
    void roundTrip() {
        Random random = new Random(3);
        for (int i = 0; i < 150; i++) {
            int rows = random.nextInt(20);
            Table.Builder builder = Table.builder().metadata("pandas", "{}");
            int columns = random.nextInt(8);
            for (int c = 0; c < columns; c++) {
                builder.column("0 \u20ac" + c, column(random, rows));
            }
            if (random.nextBoolean()) {
                builder.column("when", NdArray.zeros(DType.INT64, columns == 0 ? 4 : rows), "timestamp[ns]");
            }
            Table table = builder.build();
            assertThat(new ArrowCodec().accepts(table)).isTrue();
            assertThat(readBack(table)).isEqualTo(table);
        }
    }

    private static Object column(Random random, int rows) {
        DType dtype = List.of(DType.BOOL, DType.INT8, DType.UINT64, DType.FLOAT16, DType.FLOAT32, DType.FLOAT64)
                .get(random.nextInt(6));
        int kind = random.nextInt(8);
        if (kind < 2) {
            int[] shape = kind == 0 ? new int[] {rows} : new int[] {rows, 2, random.nextInt(3)};
            byte[] bytes = new byte[NdArray.zeros(dtype, shape).byteSize()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) random.nextInt(dtype == DType.BOOL ? 2 : 256);
            }
            return NdArray.wrap(dtype, shape, bytes, 0);
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            list.add(
                    random.nextInt(4) == 0
                            ? null
                            : switch (kind) {
                                case 2 -> "\u00e9".repeat(random.nextInt(3));
                                case 3 -> Bytes.of(new byte[random.nextInt(3)]);
                                case 4 -> random.nextLong();
                                case 5 -> random.nextDouble();
                                case 6 -> NdArray.zeros(DType.INT32, random.nextInt(3));
                                default -> Collections.nCopies(random.nextInt(2), "x");
                            });
        }
        return list;
    }

    @Test
    @DisplayName("what no type of Arrow holds is refused, naming the column, before anything is written")
    void refused() {
        for (Object column : List.<Object>of(
                Arrays.asList("a", 1L),
                Arrays.asList(-1L, BigInteger.ONE.shiftLeft(63)),
                List.of("\ud800"),
                NdArray.zeros(DType.COMPLEX128, 2),
                NdArray.zeros(DType.of(">f8"), 2))) {
            Table table = Table.builder().column("odd", column).build();
            assertThatThrownBy(() -> PackedValue.pack(CODECS.require("arrow"), table, Map.of())
                            .block())
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("column \"odd\"");
        }
        Table narrow =
                Table.builder().column("n", Arrays.asList(300L, null), "int8").build();
        assertThatThrownBy(() -> bytes(narrow)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Table.builder().column("a", List.of(1, 2)).column("b", List.of("x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"b\"");
    }

    @Test
    @DisplayName("the codec is found and chosen for tables, and one file holds what it writes")
    void found() {
        Table table = Table.of(Map.of("a", List.of(1, 2)));
        assertThat(CODECS.choose(table).id()).isEqualTo("arrow");
        Bytes packed = PackedValue.pack(CODECS, table).block();
        assertThat(PackedValue.unpack(CODECS, packed, "x", Table.class, Map.of())
                        .block())
                .isEqualTo(table);
        assertThatThrownBy(() -> PackedValue.unpack(CODECS, packed, "x", Table.class, Map.of("columns", List.of("b")))
                        .block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("[b]");
    }

    @Test
    @DisplayName("damaged and cut files end in an error, never in a wrong kind of error or in much memory")
    void damage() throws IOException {
        for (String name : List.of("pandas.arrow", "types.arrow")) {
            byte[] whole = resource(name);
            Random random = new Random(9);
            for (int i = 0; i < 800; i++) {
                byte[] damaged = i % 10 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
                if (i % 10 != 0) {
                    // The end, where the footer is, more often than the rest.
                    int from = i % 2 == 0 ? Math.max(0, whole.length - 2500) : 0;
                    for (int j = 0; j <= i % 3; j++) {
                        damaged[from + random.nextInt(whole.length - from)] = (byte) random.nextInt();
                    }
                }
                try {
                    CodecSupport.decoding("t.arrow", () -> ArrowFile.read(damaged, null, LIMIT));
                } catch (CorruptDataException | UnsupportedDataException e) {
                    assertThat(e).hasMessageContaining("file t.arrow");
                }
            }
        }
    }
}
