package io.atomflux.file.columnar.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdCompressCtx;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.value.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChunkCodecTest {

    private static final ElementType FLOAT64 = ElementType.of(DType.FLOAT64);

    @Test
    @DisplayName("what is written for a kind of elements is what asebytes writes for it")
    void writesWhatAsebytesWrites() {
        Compression usual = new Compression("lz4", 5, true);
        Object little = Map.of("name", "bytes", "configuration", Map.of("endian", "little"));
        Object bare = Map.of("name", "bytes");
        Object zstd = Map.of("name", "zstd", "configuration", Map.of("level", 0L, "checksum", false));
        assertThat(ChunkCodec.v3Json(usual, FLOAT64)).containsExactly(little, blosc(8, "lz4", 5, "shuffle"));
        assertThat(ChunkCodec.v3Json(usual, ElementType.of(DType.INT16)))
                .containsExactly(little, blosc(2, "lz4", 5, "shuffle"));
        assertThat(ChunkCodec.v3Json(usual, ElementType.of(DType.UINT8)))
                .containsExactly(bare, blosc(1, "lz4", 5, "shuffle"));
        assertThat(ChunkCodec.v3Json(usual, ElementType.of(DType.BOOL))).containsExactly(bare, zstd);
        assertThat(ChunkCodec.v3Json(usual, ElementType.of(DType.COMPLEX128))).containsExactly(little, zstd);
        assertThat(ChunkCodec.v3Json(usual, ElementType.of(DType.of("<U3")))).containsExactly(little, zstd);
        assertThat(ChunkCodec.v3Json(usual, ElementType.TEXT))
                .containsExactly(Map.of("name", "vlen-utf8", "configuration", Map.of()), zstd);
        assertThat(ChunkCodec.v3Json(new Compression("zstd", 3, false), FLOAT64))
                .containsExactly(little, blosc(8, "zstd", 3, "noshuffle"));
        assertThat(ChunkCodec.v3Json(new Compression("gzip", 6, true), FLOAT64))
                .containsExactly(little, Map.of("name", "gzip", "configuration", Map.of("level", 6L)));
        assertThat(ChunkCodec.v3Json(Compression.NONE, FLOAT64)).containsExactly(little);
        assertThatThrownBy(() -> ChunkCodec.v3Json(new Compression("bz2", 5, true), FLOAT64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bz2");
        assertThatThrownBy(() -> ChunkCodec.v3Json(new Compression("lz4", 10, true), FLOAT64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10");
    }

    private static Object blosc(long typeSize, String cname, long level, String shuffle) {
        return Map.of(
                "name",
                "blosc",
                "configuration",
                Map.of("typesize", typeSize, "cname", cname, "clevel", level, "shuffle", shuffle, "blocksize", 0L));
    }

    @ParameterizedTest
    @CsvSource({
        "none, 0",
        "gzip, 0",
        "gzip, 1",
        "gzip, 9",
        "lz4, 0",
        "lz4, 1",
        "lz4, 5",
        "lz4, 9",
        "lz4hc, 1",
        "lz4hc, 9",
        "zstd, 1",
        "zstd, 9",
        "zlib, 1",
        "zlib, 9"
    })
    @DisplayName("chunks of every type and many sizes come back, compressible or not, shuffled or not")
    void bringsChunksBack(String codec, int level) {
        Random random = new Random(level);
        for (String type : List.of("|b1", "|u1", "<i2", "<f4", "<f8", "<c16", "<U3", "|S5")) {
            ElementType element = ElementType.of(DType.of(type));
            // The strongest levels are slow, and take the same ways as others.
            int most = level == 9 && !codec.equals("lz4") ? 2001 : 40_001;
            for (int count : new int[] {0, 1, 15, 127, 1000, most - 1, most}) {
                for (boolean shuffle : new boolean[] {false, true}) {
                    byte[] bytes = bytes(count * element.dtype().itemSize(), random, count % 2 == 0);
                    if (type.equals("|b1")) {
                        IntStream.range(0, bytes.length).forEach(i -> bytes[i] &= 1);
                    }
                    ChunkCodec chunks = ChunkCodec.v3(
                            ChunkCodec.v3Json(new Compression(codec, level, shuffle), element),
                            element,
                            Shape.of(count));
                    byte[] stored = chunks.encode(Chunk.of(bytes.clone()));
                    assertThat(chunks.decode(stored).bytes())
                            .as("%d elements of %s", count, type)
                            .isEqualTo(bytes);
                }
            }
        }
    }

    private static byte[] bytes(int length, Random random, boolean smooth) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        for (int i = 0; smooth && i < length; i++) {
            bytes[i] = (byte) (i % 8 < 2 ? bytes[i] : i >> 10);
        }
        return bytes;
    }

    @Test
    @DisplayName("texts come back, also empty and outside the basic plane; half characters are refused")
    void bringsTextsBack() {
        String[] texts = {"", "a", "äöü€", "𝄞\u0000b", "x".repeat(100_000)};
        ChunkCodec codec = ChunkCodec.v3(
                ChunkCodec.v3Json(new Compression("lz4", 5, true), ElementType.TEXT), ElementType.TEXT, Shape.of(5));
        assertThat(codec.decode(codec.encode(Chunk.of(texts))).texts()).containsExactly(texts);
        for (String half : List.of("\ud800", "a\udc00", "\ud800x")) {
            assertThatThrownBy(() -> codec.encode(Chunk.of(new String[] {"", "", half, "", ""})))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("text 2");
        }
    }

    @Test
    @DisplayName("a chunk of another size than the array's is not encoded")
    void refusesChunksOfAnotherSize() {
        ChunkCodec codec = ChunkCodec.v3(List.of("bytes"), FLOAT64, Shape.of(2, 3));
        assertThatThrownBy(() -> codec.encode(Chunk.of(new byte[47])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("47 bytes (expected: 48");
        ChunkCodec texts = ChunkCodec.v3(List.of("vlen-utf8"), ElementType.TEXT, Shape.of(2));
        assertThatThrownBy(() -> texts.encode(Chunk.of(new String[1]))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("zstd frames that do not tell their size, and several behind each other, are read")
    void readsFramesWithoutSize() {
        Random random = new Random(3);
        byte[] plain = bytes(3 << 20, random, true);
        Arrays.fill(plain, 0, 2 << 20, (byte) 7);
        byte[] frames =
                concat(unsized(Arrays.copyOf(plain, 100)), unsized(Arrays.copyOfRange(plain, 100, plain.length)));
        ChunkCodec numbers = ChunkCodec.v3(List.of("bytes", "zstd"), FLOAT64, Shape.of(plain.length / 8));
        assertThat(numbers.decode(frames).bytes()).isEqualTo(plain);
        String[] texts = {"y".repeat(5 << 20), "z"};
        ChunkCodec bare = ChunkCodec.v3(List.of("vlen-utf8"), ElementType.TEXT, Shape.of(2));
        ChunkCodec codec = ChunkCodec.v3(List.of("vlen-utf8", "zstd"), ElementType.TEXT, Shape.of(2));
        assertThat(codec.decode(unsized(bare.encode(Chunk.of(texts)))).texts()).containsExactly(texts);
    }

    private static byte[] unsized(byte[] plain) {
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            return zstd.setContentSize(false).compress(plain);
        }
    }

    @Test
    @DisplayName("several members of gzip behind each other are one, and texts grow as they are inflated")
    void readsSeveralMembers() throws IOException {
        byte[] plain = bytes(80_000, new Random(5), true);
        byte[] members = concat(gzip(Arrays.copyOf(plain, 8)), gzip(Arrays.copyOfRange(plain, 8, plain.length)));
        ChunkCodec numbers = ChunkCodec.v3(List.of("bytes", "gzip"), FLOAT64, Shape.of(10_000));
        assertThat(numbers.decode(members).bytes()).isEqualTo(plain);
        String[] texts = {"y".repeat(5 << 20), "z"};
        ChunkCodec codec = ChunkCodec.v3(List.of("vlen-utf8", "gzip"), ElementType.TEXT, Shape.of(2));
        assertThat(codec.decode(codec.encode(Chunk.of(texts))).texts()).containsExactly(texts);
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(out)) {
            zipped.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    @DisplayName("a true that is stored as another number than 1 is 1 in the chunk")
    void readsAnyTrue() {
        ChunkCodec codec = ChunkCodec.v3(List.of("bytes"), ElementType.of(DType.BOOL), Shape.of(4));
        assertThat(codec.decode(new byte[] {0, 1, 2, -1}).bytes()).containsExactly(0, 1, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bz2", "lzma", "packbits", "cast_value"})
    @DisplayName("a codec that is not known is named")
    void namesUnknownCodecs(String name) {
        assertThatThrownBy(() -> ChunkCodec.v3(List.of("bytes", Map.of("name", name)), FLOAT64, Shape.of(1)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("codec " + name);
        assertThatThrownBy(() -> ChunkCodec.v3(List.of(name, "bytes"), FLOAT64, Shape.of(1)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("codec " + name);
        assertThatThrownBy(() -> ChunkCodec.v2(Map.of("id", name), null, FLOAT64, Shape.of(1), false, 'C'))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("codec " + name);
        assertThatThrownBy(() -> ChunkCodec.v2(null, List.of(Map.of("id", name)), FLOAT64, Shape.of(1), false, 'C'))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("codec " + name);
    }

    @Test
    @DisplayName("codecs used in a way that is not known are named, too")
    void namesUnknownUses() {
        assertThatThrownBy(() ->
                        ChunkCodec.v2(Map.of("id", "blosc", "cname", "snappy"), null, FLOAT64, Shape.of(1), false, 'C'))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("snappy");
        assertThatThrownBy(() -> ChunkCodec.v3(List.of("bytes"), ElementType.TEXT, Shape.of(1)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ChunkCodec.v3(List.of("vlen-utf8"), FLOAT64, Shape.of(1)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ChunkCodec.v2(null, null, ElementType.TEXT, Shape.of(1), false, 'C'))
                .isInstanceOf(UnsupportedOperationException.class);
        Map<String, Object> floats = Map.of("id", "delta", "dtype", "<f8");
        assertThatThrownBy(() -> ChunkCodec.v2(null, List.of(floats), FLOAT64, Shape.of(1), false, 'C'))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("delta");
        assertThatThrownBy(() -> ChunkCodec.v3(List.of("bytes"), FLOAT64, Shape.of(1 << 28)))
                .isInstanceOf(UnsupportedOperationException.class);
        Object sharding = Map.of("name", "sharding_indexed");
        assertThatThrownBy(() -> Sharding.find(List.of(sharding, "zstd"), FLOAT64, Shape.of(4)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(Sharding.find(List.of("bytes"), FLOAT64, Shape.of(4))).isEmpty();
    }

    @Test
    @DisplayName("descriptions that are wrong in themselves are refused, saying where")
    void refusesWrongDescriptions() {
        for (Object codecs : Arrays.asList(
                null,
                "bytes",
                List.of(),
                List.of(3L),
                List.of(codec("bytes", Map.of("endian", "middle"))),
                List.of(codec("transpose", Map.of("order", List.of(0L, 0L))), "bytes"),
                List.of(codec("transpose", Map.of("order", List.of(0L))), "bytes"),
                List.of(codec("transpose", Map.of("order", List.of(0L, 2L))), "bytes"),
                List.of(codec("transpose", Map.of()), "bytes"),
                List.of("bytes", codec("blosc", Map.of("clevel", 12L))),
                List.of("bytes", codec("blosc", Map.of("shuffle", "sideways"))),
                List.of("bytes", codec("zstd", Map.of("level", "high"))),
                List.of("bytes", codec("zstd", Map.of("checksum", 1L))),
                List.of("bytes", codec("gzip", List.of())))) {
            assertThatThrownBy(() -> ChunkCodec.v3(codecs, FLOAT64, Shape.of(2, 2)))
                    .as("%s", codecs)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected");
        }
        assertThatThrownBy(() -> ChunkCodec.v2(null, null, FLOAT64, Shape.of(1), false, 'A'))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ChunkCodec.v2("zstd", null, FLOAT64, Shape.of(1), false, 'C'))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Object codec(String name, Object configuration) {
        return Map.of("name", name, "configuration", configuration);
    }

    @Test
    @DisplayName("names tell what chunks go through, for people")
    void tellsNames() {
        Shape shape = Shape.of(2, 3);
        List<Object> usual = ChunkCodec.v3Json(new Compression("lz4", 5, true), FLOAT64);
        assertThat(ChunkCodec.v3(usual, FLOAT64, shape).names())
                .containsExactly("bytes(little)", "blosc(lz4, 5, shuffle)");
        assertThat(ChunkCodec.v2(Map.of("id", "zlib", "level", 3L), null, FLOAT64, shape, true, 'F')
                        .names())
                .containsExactly("order F", "bytes(big)", "zlib(3)");
        assertThat(ChunkCodec.v3(List.of("vlen-utf8", "crc32c"), ElementType.TEXT, shape)
                        .names())
                .containsExactly("vlen-utf8", "crc32c");
    }

    @Test
    @DisplayName("shuffling bytes and bits is what moving them one by one gives, for every size of element")
    void shufflesAsOneByOne() {
        Random random = new Random(11);
        for (int size = 1; size <= 33; size++) {
            for (int length : new int[] {0, 1, size, 8 * size, 64 * size, 64 * size + 1, 999, 72 * size + 3}) {
                byte[] plain = bytes(length + 3, random, false);
                byte[] bytes = new byte[length + 5];
                ByteShuffle.apply(plain, 3, bytes, 5, length, size);
                int count = length / size;
                for (int i = 0; i < length; i++) {
                    int to = i < count * size ? i % size * count + i / size : i;
                    assertThat(bytes[5 + to]).isEqualTo(plain[3 + i]);
                }
                byte[] back = new byte[length + 3];
                ByteShuffle.undo(bytes, 5, back, 3, length, size);
                assertThat(Arrays.copyOfRange(back, 3, length + 3)).isEqualTo(Arrays.copyOfRange(plain, 3, length + 3));
                byte[] bits = new byte[length + 5];
                byte[] scratch = new byte[length];
                BitShuffle.apply(plain, 3, bits, 5, length, size, scratch);
                for (int i = 0; count % 8 == 0 && i < 8 * count * size; i++) {
                    int to = i % (8 * size) * count + i / (8 * size);
                    assertThat(bit(bits, 5, to)).isEqualTo(bit(plain, 3, i));
                }
                Arrays.fill(back, (byte) 0);
                BitShuffle.undo(bits, 5, back, 3, length, size, scratch);
                assertThat(Arrays.copyOfRange(back, 3, length + 3)).isEqualTo(Arrays.copyOfRange(plain, 3, length + 3));
            }
        }
    }

    private static int bit(byte[] bytes, int from, int number) {
        return bytes[from + number / 8] >> number % 8 & 1;
    }
}
