package io.atomflux.hub.parquet;

import static io.atomflux.hub.parquet.TinyParquet.dictionary;
import static io.atomflux.hub.parquet.TinyParquet.group;
import static io.atomflux.hub.parquet.TinyParquet.ints;
import static io.atomflux.hub.parquet.TinyParquet.joined;
import static io.atomflux.hub.parquet.TinyParquet.leaf;
import static io.atomflux.hub.parquet.TinyParquet.page;
import static io.atomflux.hub.parquet.TinyParquet.runs;
import static io.atomflux.hub.parquet.TinyParquet.sized;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xerial.snappy.Snappy;

/** Files that are cut off, damaged, or made to mislead. */
class HostileFilesTest {

    private static final int SEED = 11;

    /** Reads all rows; whatever the bytes are, only the three errors may come out. */
    private static void readAnyhow(byte[] file) {
        try {
            ParquetFooter footer = ParquetText.footer(file);
            for (int group = 0; group < footer.rowGroups(); group++) {
                RowGroupReader reader = ParquetText.open(file, footer, group);
                if (reader.remaining() % 3 == 1) {
                    reader.skip(reader.remaining() / 2);
                }
                // A row group of columns without pages may have any number of rows.
                for (int i = 0; reader.remaining() > 0 && i < 1000; i++) {
                    reader.read(100, 1 << 16);
                }
            }
        } catch (CorruptDataException | UnsupportedDataException | LimitExceededException e) {
            assertThat(e).hasMessageContaining("test.parquet");
        }
    }

    static byte[] damaged(byte[] file, Random random) {
        byte[] copy = file.clone();
        int footer = footerAt(copy);
        int kind = random.nextInt(10);
        if (kind == 0) {
            // Cut out a piece, and move the footer with it.
            int from = random.nextInt(copy.length);
            int to = Math.min(copy.length, from + 1 + random.nextInt(40));
            byte[] cut = new byte[copy.length - (to - from)];
            System.arraycopy(copy, 0, cut, 0, from);
            System.arraycopy(copy, to, cut, from, copy.length - to);
            return cut;
        }
        int changes = 1 + random.nextInt(kind < 5 ? 1 : 4);
        for (int i = 0; i < changes; i++) {
            int at = kind % 2 == 0 && footer > 4
                    ? 4 + random.nextInt(footer - 4)
                    : footer + random.nextInt(copy.length - footer);
            copy[at] = switch (random.nextInt(5)) {
                case 0 -> (byte) random.nextInt(256);
                case 1 -> (byte) (copy[at] + 1);
                case 2 -> (byte) 0xff;
                case 3 -> 0;
                default -> (byte) (copy[at] ^ 1 << random.nextInt(8));
            };
        }
        return copy;
    }

    private static int footerAt(byte[] file) {
        int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
        return Math.max(0, Math.min(file.length - 1, file.length - 8 - Math.max(0, length)));
    }

    private static void damage(int times) throws IOException {
        List<Path> files = GoldenFilesTest.files().toList();
        List<byte[]> contents = new ArrayList<>();
        for (Path file : files) {
            contents.add(Files.readAllBytes(file));
        }
        Random random = new Random(SEED);
        for (int i = 0; i < times; i++) {
            int chosen = random.nextInt(files.size());
            long seed = random.nextLong();
            byte[] damaged = damaged(contents.get(chosen), new Random(seed));
            try {
                readAnyhow(damaged);
            } catch (RuntimeException | Error e) {
                fail("%s damaged with seed %d: %s".formatted(files.get(chosen).getFileName(), seed, e), e);
            }
        }
    }

    @Test
    @DisplayName("damaged files end in one of three errors, or in rows, but never otherwise")
    void damageEndsInErrors() throws IOException {
        damage(2_000);
    }

    @Test
    @Tag("proof")
    @DisplayName("a hundred thousand damaged files end in one of three errors, or in rows")
    void muchDamageEndsInErrors() throws IOException {
        damage(100_000);
    }

    static Stream<Path> corpus() throws IOException {
        try (Stream<Path> found = Files.list(GoldenFilesTest.directory("hostile"))) {
            return found.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    @DisplayName("kept damaged files, each named by what is wrong with it, end in one of the three errors, or in rows")
    void keptFilesEndInErrors(Path file) throws IOException {
        readAnyhow(Files.readAllBytes(file));
    }

    private static TinyParquet one(CompressionCodec codec, long values, byte[]... pages) {
        return new TinyParquet(values)
                .element(true, leaf("x", FieldRepetitionType.REQUIRED, Type.INT32))
                .chunk(Type.INT32, "x", codec, values, pages);
    }

    private static void assertRefused(TinyParquet file, Class<? extends RuntimeException> type, String message) {
        assertRefused(file.bytes(), type, message);
    }

    private static void assertRefused(byte[] bytes, Class<? extends RuntimeException> type, String message) {
        assertThatThrownBy(() -> ParquetText.rows(bytes, 10))
                .isExactlyInstanceOf(type)
                .hasMessageContaining("test.parquet")
                .hasMessageContaining(message);
    }

    /** Tells how many bytes this thread allocates. */
    private static long allocated(Runnable work) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        work.run();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    @Test
    @DisplayName("lengths of lists and texts in the footer allocate nothing before there are bytes for them")
    void footerLengthsAllocateNothing() {
        // Field 2 (schema): a list of 2^31 - 1 structs; field 6 (created_by): a text of 2^31 - 1 bytes.
        byte[] list = {0x15, 0x02, 0x19, (byte) 0xfc, -1, -1, -1, -1, 0x07};
        byte[] text = {0x15, 0x02, 0x58, -1, -1, -1, -1, 0x07};
        for (byte[] footer : List.of(list, text)) {
            byte[] file = joined(
                    new byte[] {'P', 'A', 'R', '1'}, footer, ints(footer.length), new byte[] {'P', 'A', 'R', '1'});
            long bytes =
                    allocated(() -> assertRefused(file, CorruptDataException.class, "metadata that do not decode"));
            assertThat(bytes).isLessThan(4 << 20);
        }
    }

    @Test
    @DisplayName("structs in the footer that nest deeper and deeper are refused")
    void deepFootersAreRefused() {
        byte[] footer = new byte[500_000];
        // Unknown fields, each a struct that begins with the next one.
        java.util.Arrays.fill(footer, (byte) 0xfc);
        byte[] file =
                joined(new byte[] {'P', 'A', 'R', '1'}, footer, ints(footer.length), new byte[] {'P', 'A', 'R', '1'});
        assertRefused(file, CorruptDataException.class, "nested deeper than 64");
    }

    @Test
    @DisplayName("columns nested deeper than 60 are refused")
    void deepSchemasAreRefused() {
        TinyParquet file = new TinyParquet(0);
        for (int i = 0; i < 1000; i++) {
            file.element(i == 0, group("g", FieldRepetitionType.REPEATED, 1));
        }
        file.element(false, leaf("x", FieldRepetitionType.REQUIRED, Type.INT32));
        assertRefused(file, UnsupportedDataException.class, "nested deeper than 60");
    }

    @Test
    @DisplayName("a page that claims to be larger than 256 MiB is refused before anything is allocated")
    void hugePagesAreRefused() {
        byte[] page = page(1, Encoding.PLAIN, Encoding.RLE, Integer.MAX_VALUE, new byte[10]);
        long bytes = allocated(() ->
                assertRefused(one(CompressionCodec.ZSTD, 1, page), LimitExceededException.class, "bytes of a page"));
        assertThat(bytes).isLessThan(4 << 20);
    }

    @Test
    @DisplayName("many columns whose pages are large together are refused by the limit on all of them")
    void manyLargePagesAreRefused() {
        TinyParquet file = new TinyParquet(1);
        int size = 200 << 20;
        byte[] zeros = com.github.luben.zstd.Zstd.compress(new byte[size]);
        int columns = (int) (Math.min(1L << 30, Runtime.getRuntime().maxMemory() / 2) / size) + 1;
        for (int i = 0; i < columns; i++) {
            file.element(true, leaf("x" + i, FieldRepetitionType.REQUIRED, Type.INT32));
            file.chunk(
                    Type.INT32, "x" + i, CompressionCodec.ZSTD, 1, page(1, Encoding.PLAIN, Encoding.RLE, size, zeros));
        }
        assertRefused(file, LimitExceededException.class, "decoded bytes of one page of each column");
    }

    @Test
    @DisplayName("compressed pages that hold more or less than their header says are refused")
    void wrongSizesAreRefused() throws IOException {
        byte[] content = ints(1, 2, 3, 4);
        byte[] gzip = gzip(content);
        byte[] snappy = Snappy.compress(content);
        byte[] zstd = com.github.luben.zstd.Zstd.compress(content);
        for (int size : new int[] {15, 17, 0, 1000}) {
            assertRefused(
                    one(CompressionCodec.GZIP, 4, page(4, Encoding.PLAIN, Encoding.RLE, size, gzip)),
                    CorruptDataException.class,
                    "a page");
            assertRefused(
                    one(CompressionCodec.SNAPPY, 4, page(4, Encoding.PLAIN, Encoding.RLE, size, snappy)),
                    CorruptDataException.class,
                    "a page");
            assertRefused(
                    one(CompressionCodec.ZSTD, 4, page(4, Encoding.PLAIN, Encoding.RLE, size, zstd)),
                    CorruptDataException.class,
                    "a page");
        }
        assertThat(ParquetText.lines(
                        one(CompressionCodec.GZIP, 4, page(4, Encoding.PLAIN, Encoding.RLE, 16, gzip))
                                .bytes(),
                        9))
                .containsExactly("\"x\"", "i1", "i2", "i3", "i4");
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    @Test
    @DisplayName("prefixes that repeat a long text for ever are refused by the size they would have")
    void prefixBombsAreRefused() {
        int count = 1 << 20;
        // The first text has 1000 bytes, each other one shares all of them.
        long[] prefixes = new long[count];
        java.util.Arrays.fill(prefixes, 1, count, 1000);
        long[] suffixes = new long[count];
        suffixes[0] = 1000;
        byte[] content = joined(TinyParquet.deltas(prefixes), TinyParquet.deltas(suffixes), new byte[1000]);
        assertThat(content.length).isLessThan(200_000);
        TinyParquet file = new TinyParquet(count)
                .element(true, leaf("x", FieldRepetitionType.REQUIRED, Type.BYTE_ARRAY))
                .chunk(
                        Type.BYTE_ARRAY,
                        "x",
                        CompressionCodec.UNCOMPRESSED,
                        count,
                        page(count, Encoding.DELTA_BYTE_ARRAY, Encoding.RLE, content.length, content));
        assertRefused(file, LimitExceededException.class, "bytes of one page in");
    }

    @Test
    @DisplayName("a run of more values than the limit allows is refused before anything is allocated")
    void hugeCountsAreRefused() {
        int many = Integer.MAX_VALUE;
        TinyParquet file = new TinyParquet(many)
                .element(true, leaf("x", FieldRepetitionType.OPTIONAL, Type.INT32))
                .chunk(Type.INT32, "x", CompressionCodec.UNCOMPRESSED, many, page(many, sized(runs(many, 0))));
        assertRefused(file, LimitExceededException.class, "values of a page");
    }

    @Test
    @DisplayName("one row of as many absent structs as levels can say is refused by its size")
    void hugeRowsOfNothingAreRefused() {
        int many = 30_000_000;
        TinyParquet file = new TinyParquet(1)
                .element(true, group("x", FieldRepetitionType.REPEATED, 1))
                .element(false, group("y", FieldRepetitionType.OPTIONAL, 1))
                .element(false, leaf("z", FieldRepetitionType.OPTIONAL, Type.INT32))
                .chunk(
                        Type.INT32,
                        "x.y.z",
                        CompressionCodec.UNCOMPRESSED,
                        many,
                        page(many, sized(runs(1, 0, many - 1, 1)), sized(runs(many, 1))));
        assertRefused(file, LimitExceededException.class, "bytes");
    }

    @Test
    @DisplayName("columns of one struct that disagree about where its lists begin are refused")
    void disagreeingColumnsAreRefused() {
        TinyParquet file = new TinyParquet(2)
                .element(true, group("x", FieldRepetitionType.REPEATED, 2))
                .element(false, leaf("a", FieldRepetitionType.REQUIRED, Type.INT32))
                .element(false, leaf("b", FieldRepetitionType.REQUIRED, Type.INT32))
                .chunk(
                        Type.INT32,
                        "x.a",
                        CompressionCodec.UNCOMPRESSED,
                        3,
                        page(3, sized(runs(1, 0, 1, 1, 1, 0)), sized(runs(3, 1)), ints(1, 2, 3)))
                .chunk(
                        Type.INT32,
                        "x.b",
                        CompressionCodec.UNCOMPRESSED,
                        3,
                        page(3, sized(runs(2, 0, 1, 1)), sized(runs(3, 1)), ints(1, 2, 3)));
        assertRefused(file, CorruptDataException.class, "contradict");
    }

    @Test
    @DisplayName("chunks with more or fewer values than there are rows are refused")
    void wrongCountsAreRefused() {
        byte[] two = page(2, ints(1, 2));
        assertRefused(
                new TinyParquet(1)
                        .element(true, leaf("x", FieldRepetitionType.REQUIRED, Type.INT32))
                        .chunk(Type.INT32, "x", CompressionCodec.UNCOMPRESSED, 2, two),
                CorruptDataException.class,
                "more values than there are rows");
        assertRefused(
                one(CompressionCodec.UNCOMPRESSED, 3, two),
                CorruptDataException.class,
                "bytes of a page header that do not decode");
        assertRefused(
                new TinyParquet(3)
                        .element(true, leaf("x", FieldRepetitionType.REQUIRED, Type.INT32))
                        .chunk(Type.INT32, "x", CompressionCodec.UNCOMPRESSED, 2, two),
                CorruptDataException.class,
                "2 values of 3 rows");
    }

    @Test
    @DisplayName("numbers beyond the dictionary, negative ones too, and numbers without dictionary are refused")
    void wrongDictionaryNumbersAreRefused() {
        byte[] beyond = page(2, Encoding.RLE_DICTIONARY, Encoding.RLE, 3, new byte[] {2, 4, 3});
        assertRefused(
                one(CompressionCodec.UNCOMPRESSED, 2, dictionary(3, ints(1, 2, 3)), beyond),
                CorruptDataException.class,
                "beyond a dictionary of 3");
        byte[] negative = page(2, Encoding.RLE_DICTIONARY, Encoding.RLE, 6, new byte[] {32, 4, -1, -1, -1, -1});
        assertRefused(
                one(CompressionCodec.UNCOMPRESSED, 2, dictionary(3, ints(1, 2, 3)), negative),
                CorruptDataException.class,
                "beyond a dictionary of 3");
        assertRefused(one(CompressionCodec.UNCOMPRESSED, 2, beyond), CorruptDataException.class, "without dictionary");
        assertRefused(
                one(CompressionCodec.UNCOMPRESSED, 2, dictionary(1 << 30, ints(1)), beyond),
                CorruptDataException.class,
                "a dictionary of 1073741824 values");
    }

    @Test
    @DisplayName("a page whose checksum does not fit is refused, though its values would decode")
    void checksumsAreCompared() throws IOException {
        byte[] file = Files.readAllBytes(GoldenFilesTest.directory("golden/checksums.parquet"));
        int wrong = 0;
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] copy = file.clone();
            copy[4 + random.nextInt(footerAt(file) - 4)] ^= 1;
            try {
                assertThat(ParquetText.lines(copy, 10))
                        .isEqualTo(GoldenFilesTest.expected(GoldenFilesTest.directory("golden/checksums.parquet")));
            } catch (CorruptDataException e) {
                wrong += e.problem().contains("checksum") ? 1 : 0;
            } catch (UnsupportedDataException | LimitExceededException e) {
                // A bit of a page header.
            }
        }
        assertThat(wrong).isGreaterThan(100);
    }
}
