package io.atomflux.hub.parquet;

import static io.atomflux.hub.parquet.TinyParquet.ints;
import static io.atomflux.hub.parquet.TinyParquet.leaf;
import static io.atomflux.hub.parquet.TinyParquet.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.hub.bytes.ByteRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.parquet.format.AesGcmV1;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnCryptoMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.EncryptionAlgorithm;
import org.apache.parquet.format.EncryptionWithFooterKey;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** From the end of a file to the bytes that wanted columns take. */
class ParquetFooterTest {

    private static byte[] golden(String name) throws IOException {
        return Files.readAllBytes(GoldenFilesTest.directory("golden/" + name + ".parquet"));
    }

    private static byte[] end(int length, String magic) {
        return TinyParquet.joined(ints(length), magic.getBytes(StandardCharsets.US_ASCII));
    }

    private static TinyParquet numbers() {
        return new TinyParquet(2)
                .element(true, leaf("a", FieldRepetitionType.REQUIRED, Type.INT32))
                .element(true, leaf("b", FieldRepetitionType.REQUIRED, Type.INT32))
                .chunk(Type.INT32, "a", CompressionCodec.UNCOMPRESSED, 2, page(2, ints(1, 2)))
                .chunk(Type.INT32, "b", CompressionCodec.UNCOMPRESSED, 2, page(2, ints(3, 4)));
    }

    @Test
    @DisplayName("the last eight bytes tell how long the footer is")
    void lengthComesFromTheEnd() {
        assertThat(ParquetFooter.length(ByteBuffer.wrap(end(100, "PAR1")), 1L << 30, "f"))
                .isEqualTo(108);
        ByteBuffer part = ByteBuffer.wrap(TinyParquet.joined(new byte[50], end(7, "PAR1"), new byte[3]));
        part.limit(58).position(10);
        assertThat(ParquetFooter.length(part, 1L << 30, "f")).isEqualTo(15);
        assertThat(part.position()).isEqualTo(10);
    }

    @Test
    @DisplayName("an end that is too short, of another format, encrypted or too large is refused")
    void otherEndsAreRefused() {
        assertThatThrownBy(() -> ParquetFooter.length(ByteBuffer.allocate(7), 1L << 30, "f.parquet"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("f.parquet");
        assertThatThrownBy(() -> ParquetFooter.length(ByteBuffer.wrap(end(5, "PARX")), 1L << 30, "f"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("no Parquet file");
        assertThatThrownBy(() -> ParquetFooter.length(ByteBuffer.wrap(end(5, "PARE")), 1L << 30, "f"))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("encrypted");
        assertThatThrownBy(() -> ParquetFooter.length(ByteBuffer.wrap(end(-1, "PAR1")), 1L << 30, "f"))
                .isInstanceOf(CorruptDataException.class);
        assertThatThrownBy(() -> ParquetFooter.length(ByteBuffer.wrap(end((256 << 20) + 1, "PAR1")), 1L << 30, "f"))
                .isInstanceOf(LimitExceededException.class);
        assertThatThrownBy(() -> ParquetFooter.length(ByteBuffer.wrap(end(0x78787878, "PAR1")), 508, "f"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("in a file of 508");
    }

    @Test
    @DisplayName("columns, rows, row groups and notes of the writer are told")
    void contentIsTold() throws IOException {
        byte[] file = golden("frames-v1");
        ParquetFooter footer = ParquetText.footer(file);
        assertThat(footer.rows()).isEqualTo(30);
        assertThat(footer.rowGroups()).isEqualTo(3);
        assertThat(List.of(footer.rowsOf(0), footer.rowsOf(1), footer.rowsOf(2)))
                .containsExactly(12L, 12L, 6L);
        assertThat(footer.columns())
                .containsExactly("positions", "atomic_numbers", "elements", "cell", "pbc", "energy", "name", "calc");
        assertThat(footer.metadata("ARROW:schema")).isNotEmpty();
        assertThat(footer.metadata("huggingface")).isEmpty();
        byte[] noted = numbers()
                .change(metadata -> {
                    KeyValue pair = new KeyValue("huggingface");
                    pair.setValue("{}");
                    metadata.setKey_value_metadata(List.of(pair, new KeyValue("empty")));
                })
                .bytes();
        assertThat(ParquetText.footer(noted).metadata("huggingface")).contains("{}");
        assertThat(ParquetText.footer(noted).metadata("empty")).contains("");
    }

    @Test
    @DisplayName("more bytes than the footer may be given, fewer are refused")
    void partsOfTheEnd() throws IOException {
        byte[] file = golden("frames-v1");
        int length = ParquetFooter.length(ByteBuffer.wrap(file), file.length, "f");
        ByteBuffer exact = ByteBuffer.wrap(file, file.length - length, length);
        assertThat(ParquetFooter.parse(exact, file.length, "f").rows()).isEqualTo(30);
        assertThat(exact.remaining()).isEqualTo(length);
        ByteBuffer direct = ByteBuffer.allocateDirect(file.length).put(file).flip();
        assertThat(ParquetFooter.parse(direct, file.length, "f").rows()).isEqualTo(30);
        ByteBuffer less = ByteBuffer.wrap(file, file.length - length + 1, length - 1);
        assertThatThrownBy(() -> ParquetFooter.parse(less, file.length, "f")).isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("only wanted columns are fetched, those close to each other at once; unknown names are ignored")
    void plansCoverWantedColumns() {
        byte[] filler = new byte[2 << 20];
        TinyParquet file = new TinyParquet(1);
        for (String name : List.of("a", "b", "c", "d")) {
            file.element(true, leaf(name, FieldRepetitionType.REQUIRED, Type.INT32));
        }
        byte[] value = page(1, ints(7));
        file.chunk(Type.INT32, "a", CompressionCodec.UNCOMPRESSED, 1, value)
                .chunk(Type.INT32, "b", CompressionCodec.UNCOMPRESSED, 1, value)
                .chunk(Type.INT32, "c", CompressionCodec.UNCOMPRESSED, 1, value, TinyParquet.indexPage(filler))
                .chunk(Type.INT32, "d", CompressionCodec.UNCOMPRESSED, 1, value);
        byte[] bytes = file.bytes();
        ParquetFooter footer = ParquetText.footer(bytes);
        int size = value.length;
        RowGroupPlan near = footer.plan(0, Set.of("a", "c", "nowhere"));
        assertThat(near.ranges()).hasSize(1);
        assertThat(near.ranges().get(0).offset()).isEqualTo(4);
        RowGroupPlan far = footer.plan(0, Set.of("b", "d"));
        long last = 4 + 3L * size + TinyParquet.indexPage(filler).length;
        assertThat(far.ranges()).containsExactly(new ByteRange(4 + size, size), new ByteRange(last, size));
        assertThat(far.compressedBytes()).isEqualTo(2L * size);
        assertThat(far.uncompressedBytes()).isEqualTo(2L * size);
        RowGroupReader reader = ParquetText.open(bytes, far);
        assertThat(reader.columns()).containsExactly("b", "d");
        assertThat(reader.read(10, 1000)).singleElement().isEqualTo(new Object[] {7L, 7L});
    }

    @Test
    @DisplayName("a plan for no column fetches nothing and still has all rows")
    void noColumns() throws IOException {
        byte[] file = golden("frames-v1");
        RowGroupPlan plan = ParquetText.footer(file).plan(0, Set.of("nowhere"));
        assertThat(plan.ranges()).isEmpty();
        RowGroupReader reader = plan.open(List.of());
        assertThat(reader.columns()).isEmpty();
        assertThat(reader.read(100, 1000)).hasSize(12).allMatch(row -> row.length == 0);
        assertThat(reader.remaining()).isZero();
        assertThat(reader.read(100, 1000)).isEmpty();
    }

    @Test
    @DisplayName("row groups without rows fetch nothing")
    void noRows() throws IOException {
        ParquetFooter none = ParquetText.footer(golden("empty"));
        assertThat(none.rows()).isZero();
        byte[] empty = numbers()
                .change(metadata -> {
                    metadata.setNum_rows(0);
                    metadata.getRow_groups().get(0).setNum_rows(0);
                })
                .bytes();
        RowGroupPlan plan = ParquetText.footer(empty).plan(0, Set.of("a", "b"));
        assertThat(plan.ranges()).isEmpty();
        RowGroupReader reader = plan.open(List.of());
        assertThat(reader.columns()).containsExactly("a", "b");
        assertThat(reader.read(10, 10)).isEmpty();
    }

    @Test
    @DisplayName("parts may be direct, read-only or windows of larger buffers; others than planned are refused")
    void partsAreChecked() throws IOException {
        byte[] file = golden("frames-v2");
        RowGroupPlan plan = ParquetText.footer(file).plan(1, Set.of("positions", "name"));
        List<String> expected = ParquetText.open(file, plan).read(100, 1 << 20).stream()
                .map(ParquetText::line)
                .toList();
        ByteRange range = plan.ranges().get(0);
        byte[] bytes = Arrays.copyOfRange(file, (int) range.offset(), (int) range.end());
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 5)
                .position(5)
                .put(bytes)
                .position(5);
        for (ByteBuffer part : List.of(direct, ByteBuffer.wrap(bytes).asReadOnlyBuffer())) {
            assertThat(plan.open(List.of(part)).read(100, 1 << 20).stream().map(ParquetText::line))
                    .isEqualTo(expected);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> plan.open(List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan.open(List.of(ByteBuffer.wrap(bytes, 0, bytes.length - 1))));
    }

    @Test
    @DisplayName("reading stops at the wanted number of rows, or when their bytes are enough, but never before one row")
    void readingIsBounded() throws IOException {
        byte[] file = golden("frames-v1");
        RowGroupReader reader = ParquetText.open(file, ParquetText.footer(file), 0);
        assertThat(reader.read(5, 1 << 20)).hasSize(5);
        assertThat(reader.read(5, 1)).hasSize(1);
        assertThat(reader.remaining()).isEqualTo(6);
        assertThatIllegalArgumentException().isThrownBy(() -> reader.read(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> reader.skip(7));
        reader.skip(6);
        assertThat(reader.remaining()).isZero();
    }

    private static void assertRefused(
            Consumer<FileMetaData> change, Class<? extends RuntimeException> type, String message) {
        byte[] file = numbers().change(change).bytes();
        assertThatThrownBy(() -> ParquetText.rows(file, 10))
                .isExactlyInstanceOf(type)
                .hasMessageContaining(message);
    }

    private static Consumer<FileMetaData> second(Consumer<ColumnChunk> change) {
        return metadata ->
                change.accept(metadata.getRow_groups().get(0).getColumns().get(1));
    }

    @Test
    @DisplayName("codecs that are not read, other files and encryption are refused by name, but only if asked for")
    void whatIsNotReadIsRefused() {
        for (CompressionCodec codec : List.of(CompressionCodec.BROTLI, CompressionCodec.LZO, CompressionCodec.LZ4)) {
            assertRefused(
                    second(chunk -> chunk.getMeta_data().setCodec(codec)),
                    UnsupportedDataException.class,
                    "the codec " + codec);
        }
        assertRefused(second(chunk -> chunk.setFile_path("o")), UnsupportedDataException.class, "another file");
        ColumnCryptoMetaData crypto = ColumnCryptoMetaData.ENCRYPTION_WITH_FOOTER_KEY(new EncryptionWithFooterKey());
        assertRefused(
                second(chunk -> chunk.setCrypto_metadata(crypto)), UnsupportedDataException.class, "encrypted values");
        assertRefused(
                metadata -> metadata.setEncryption_algorithm(EncryptionAlgorithm.AES_GCM_V1(new AesGcmV1())),
                UnsupportedDataException.class,
                "encrypted columns");
        byte[] file = numbers()
                .change(second(chunk -> chunk.getMeta_data().setCodec(CompressionCodec.BROTLI)))
                .bytes();
        RowGroupPlan plan = ParquetText.footer(file).plan(0, Set.of("a"));
        assertThat(ParquetText.open(file, plan).read(5, 100)).hasSize(2);
    }

    @Test
    @DisplayName("a footer that contradicts itself or the file is refused")
    void contradictionsAreRefused() {
        Class<CorruptDataException> corrupt = CorruptDataException.class;
        assertRefused(metadata -> metadata.setNum_rows(3), corrupt, "3 rows, but 2 in its row groups");
        assertRefused(second(chunk -> chunk.getMeta_data().setTotal_compressed_size(1 << 20)), corrupt, "bytes at");
        assertRefused(second(chunk -> chunk.getMeta_data().setTotal_compressed_size(-1)), corrupt, "bytes at");
        assertRefused(second(chunk -> chunk.getMeta_data().setData_page_offset(0)), corrupt, "bytes at 0");
        assertRefused(second(chunk -> chunk.getMeta_data().setData_page_offset(Long.MAX_VALUE)), corrupt, "bytes at");
        assertRefused(second(chunk -> chunk.getMeta_data().setNum_values(1)), corrupt, "1 values of 2 rows");
        assertRefused(second(chunk -> chunk.getMeta_data().setType(Type.INT64)), corrupt, "another type");
        assertRefused(second(chunk -> chunk.getMeta_data().setPath_in_schema(List.of("z"))), corrupt, "another column");
        assertRefused(metadata -> metadata.getRow_groups().get(0).setColumns(new ArrayList<>()), corrupt, "0 columns");
        assertRefused(metadata -> metadata.setSchema(metadata.getSchema().subList(0, 2)), corrupt, "cut off");
        assertRefused(metadata -> metadata.getSchema().get(0).setNum_children(1), corrupt, "of which 2 are used");
        assertRefused(
                metadata -> {
                    List<RowGroup> groups = metadata.getRow_groups();
                    groups.get(0).setNum_rows(Long.MAX_VALUE);
                    metadata.setRow_groups(List.of(groups.get(0), groups.get(0), groups.get(0)));
                    metadata.setNum_rows(Long.MAX_VALUE - 2);
                },
                corrupt,
                "more than 2^63 - 1 rows");
        assertRefused(
                metadata -> metadata.getSchema().get(2).setName("a"), UnsupportedDataException.class, "two columns");
    }
}
