package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import io.atomflux.file.columnar.hdf5.ChunkFilters.Filter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("HDF5's filters in Java")
class ChunkFiltersTest {

    private static final Filter GZIP = new Filter(ChunkFilters.DEFLATE, 4);
    private static final Filter FLETCHER = new Filter(ChunkFilters.FLETCHER32);

    record Golden(String name, List<Filter> pipeline, int mask, byte[] stored, byte[] decoded) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Golden> goldens() throws IOException {
        try (InputStream in = Objects.requireNonNull(ChunkFiltersTest.class.getResourceAsStream("chunks.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(ChunkFiltersTest::golden);
        }
    }

    private static Golden golden(String line) {
        String[] parts = line.split("\\|", -1);
        List<Filter> pipeline = Stream.of(parts[1].split(";", -1))
                .map(text -> text.split(":", -1))
                .map(pair -> new Filter(
                        Integer.parseInt(pair[0]),
                        pair[1].isEmpty()
                                ? List.of()
                                : Stream.of(pair[1].split(",", -1))
                                        .map(Integer::valueOf)
                                        .toList()))
                .toList();
        Base64.Decoder base64 = Base64.getDecoder();
        return new Golden(
                parts[0], pipeline, Integer.parseInt(parts[2]), base64.decode(parts[3]), base64.decode(parts[4]));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    @DisplayName("decode what h5py and numcodecs wrote")
    void decodesWhatPythonWrote(Golden golden) {
        assertThat(ChunkFilters.decode(golden.pipeline(), golden.mask(), golden.stored(), golden.decoded().length))
                .isEqualTo(golden.decoded());
        assertThat(golden.pipeline()).allMatch(f -> ChunkFilters.knows(f.id()));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    @DisplayName("refuse a chunk that is longer or shorter than it says")
    void refusesWrongLengths(Golden golden) {
        for (int length : new int[] {0, golden.decoded().length - 1, golden.decoded().length + 1, 1 << 30}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ChunkFilters.decode(golden.pipeline(), golden.mask(), golden.stored(), length));
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    @DisplayName("refuse a chunk that ends early, wherever that is")
    void refusesTruncation(Golden golden) {
        for (int length = 0; length < golden.stored().length; length++) {
            byte[] cut = Arrays.copyOf(golden.stored(), length);
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> ChunkFilters.decode(golden.pipeline(), golden.mask(), cut, golden.decoded().length));
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    @DisplayName("give the right length or say what is wrong, whatever bytes come")
    void survivesAnyBytes(Golden golden) {
        Random random = new Random(golden.name().hashCode());
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = golden.stored().clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(ChunkFilters.decode(golden.pipeline(), golden.mask(), bytes, golden.decoded().length))
                        .hasSameSizeAs(golden.decoded());
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageMatching("(?s)(gzip|lzf|lz4|zstd|fletcher32|chunk of|shuffle).*");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 8, 16})
    @DisplayName("decode what they encoded, for elements of any size and chunks of any length")
    void decodesWhatItEncoded(int size) {
        Random random = new Random(size);
        for (int length : IntStream.concat(IntStream.range(1, 200), IntStream.of(4096, 65_537, 1 << 20))
                .toArray()) {
            byte[] chunk = new byte[length];
            random.nextBytes(chunk);
            for (List<Filter> pipeline : List.of(
                    List.<Filter>of(),
                    List.of(new Filter(ChunkFilters.SHUFFLE, size)),
                    List.of(new Filter(ChunkFilters.SHUFFLE, size), GZIP, FLETCHER),
                    List.of(FLETCHER, GZIP, GZIP))) {
                byte[] stored = ChunkFilters.encode(pipeline, chunk);
                assertThat(ChunkFilters.decode(pipeline, 0, stored, length)).isEqualTo(chunk);
            }
        }
    }

    @Test
    @DisplayName("order the bytes as HDF5 does, in whole squares of bytes and beside them")
    void ordersBytes() {
        for (int size : new int[] {4, 8}) {
            for (int count = 2; count < 40; count++) {
                byte[] plain = new byte[size * count + 3];
                new Random(count).nextBytes(plain);
                byte[] expected = plain.clone();
                for (int i = 0; i < count; i++) {
                    for (int k = 0; k < size; k++) {
                        expected[k * count + i] = plain[i * size + k];
                    }
                }
                assertThat(Shuffle.encode(plain, size)).isEqualTo(expected);
                assertThat(Shuffle.decode(expected, size)).isEqualTo(plain);
            }
        }
    }

    @Test
    @DisplayName("refuse any single changed byte under a checksum")
    void seesChangedBytes() {
        byte[] chunk = "a chunk under a checksum".getBytes(StandardCharsets.US_ASCII);
        byte[] stored = ChunkFilters.encode(List.of(FLETCHER), chunk);
        for (int i = 0; i < stored.length; i++) {
            byte[] changed = stored.clone();
            changed[i] ^= 0x10;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ChunkFilters.decode(List.of(FLETCHER), 0, changed, chunk.length))
                    .withMessageContaining("checksum");
        }
    }

    @Test
    @DisplayName("take the swapped checksums of versions before 1.6.3")
    void takesSwappedChecksums() {
        byte[] chunk = {1, 2, 3, 4, 5};
        byte[] stored = ChunkFilters.encode(List.of(FLETCHER), chunk);
        int sum = ByteBuffer.wrap(stored).getInt(5);
        ByteBuffer.wrap(stored).putInt(5, (sum & 0x00FF00FF) << 8 | (sum >>> 8 & 0x00FF00FF));
        assertThat(ChunkFilters.decode(List.of(FLETCHER), 0, stored, 5)).isEqualTo(chunk);
    }

    @Test
    @DisplayName("sum long chunks as HDF5 does, word by word")
    void sumsLongChunks() {
        byte[] data = new byte[1_000_001];
        new Random(3).nextBytes(data);
        Arrays.fill(data, 300_000, 700_000, (byte) -1);
        int low = 0;
        int high = 0;
        for (int i = 0; i < data.length; i += 2) {
            int word = (data[i] & 0xFF) << 8 | (i + 1 < data.length ? data[i + 1] & 0xFF : 0);
            low += word;
            low = (low & 0xFFFF) + (low >>> 16);
            high += low;
            high = (high & 0xFFFF) + (high >>> 16);
        }
        assertThat(Fletcher32.sum(data, data.length)).isEqualTo(high << 16 | low);
    }

    @Test
    @DisplayName("leave out the stages that the mask names")
    void leavesOutMaskedStages() {
        List<Filter> pipeline = List.of(new Filter(ChunkFilters.SHUFFLE, 8), GZIP, FLETCHER);
        byte[] chunk = new byte[64];
        Arrays.setAll(new Object[64], i -> chunk[i] = (byte) i);
        byte[] unzipped = ChunkFilters.encode(List.of(pipeline.get(0), FLETCHER), chunk);
        assertThat(ChunkFilters.decode(pipeline, 0b010, unzipped, 64)).isEqualTo(chunk);
        assertThat(ChunkFilters.decode(pipeline, 0b111, chunk, 64)).isEqualTo(chunk);
    }

    @Test
    @DisplayName("allocate no more for a bomb than a chunk is long")
    void boundsBombs() {
        byte[] bomb = ChunkFilters.encode(List.of(GZIP, GZIP), new byte[200_000_000]);
        assertThat(bomb).hasSizeLessThan(10_000);
        long before = allocated();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChunkFilters.decode(List.of(GZIP, GZIP), 0, bomb, 1_000))
                .withMessageContaining("more than");
        assertThat(allocated() - before).isLessThan(2_000_000);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    @Test
    @DisplayName("refuse by name what they do not know")
    void refusesUnknownFilters() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> ChunkFilters.decode(List.of(new Filter(32001)), 0, new byte[4], 4))
                .withMessageContaining("blosc");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> ChunkFilters.encode(List.of(new Filter(5)), new byte[4]))
                .withMessageContaining("nbit");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> ChunkFilters.encode(List.of(new Filter(ChunkFilters.LZF)), new byte[4]))
                .withMessageContaining("lzf is read only");
        assertThat(ChunkFilters.knows(4)).isFalse();
        assertThat(ChunkFilters.describe(List.of(new Filter(2, 8), GZIP, new Filter(77))))
                .containsExactly("shuffle", "gzip(4)", "filter 77");
    }

    @Test
    @DisplayName("work for many threads at once")
    void worksForManyThreads() {
        List<Filter> pipeline = List.of(new Filter(ChunkFilters.SHUFFLE, 8), GZIP, FLETCHER);
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            byte[] chunk = new byte[8_192];
            Arrays.fill(chunk, (byte) i);
            chunks.add(chunk);
        }
        boolean same = IntStream.range(0, 2_000).parallel().allMatch(i -> {
            byte[] chunk = chunks.get(i % 64);
            byte[] stored = ChunkFilters.encode(pipeline, chunk);
            if (i % 7 == 0) {
                byte[] damaged = stored.clone();
                Arrays.fill(damaged, 0, 4, (byte) 9);
                try {
                    ChunkFilters.decode(List.of(pipeline.get(0), GZIP), 0, damaged, chunk.length);
                    return fail("damage was not seen");
                } catch (IllegalArgumentException expected) {
                    assertThat(expected).hasMessageContaining("gzip");
                }
            }
            return Arrays.equals(ChunkFilters.decode(pipeline, 0, stored, chunk.length), chunk);
        });
        assertThat(same).isTrue();
    }
}
