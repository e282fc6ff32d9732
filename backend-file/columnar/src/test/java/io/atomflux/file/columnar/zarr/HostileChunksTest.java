package io.atomflux.file.columnar.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.sun.management.ThreadMXBean;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.value.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class HostileChunksTest {

    private static final int ROUNDS = Boolean.getBoolean("atomflux.proof") ? 4000 : 150;
    private static final long SLACK = 16 << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Loads all codecs: damage makes one of another, and the native code of Zstandard alone takes more than the slack. */
    @BeforeAll
    static void load() {
        for (GoldenChunk golden : GoldenChunk.all()) {
            if (!golden.sharded()) {
                golden.codec().decode(golden.stored());
            }
        }
    }

    @Test
    @DisplayName("a damaged chunk is refused as damaged or decodes to its size, and takes no more memory than that")
    void survivesDamage() {
        int refused = 0;
        for (GoldenChunk golden : GoldenChunk.all()) {
            if (golden.sharded()) {
                continue;
            }
            ChunkCodec codec = golden.codec();
            Random random = new Random(golden.name().hashCode());
            for (int round = 0; round < ROUNDS; round++) {
                refused += refuses(golden, codec, damaged(golden.stored(), random)) ? 1 : 0;
            }
        }
        assertThat(refused).isGreaterThan(ROUNDS * 100);
    }

    @Test
    @DisplayName("a chunk that ends too early, at any place, is refused")
    void refusesCutChunks() {
        for (GoldenChunk golden : GoldenChunk.all()) {
            if (golden.sharded()) {
                continue;
            }
            ChunkCodec codec = golden.codec();
            int step = Math.max(1, golden.stored().length / 50);
            for (int length = 0; length < golden.stored().length; length += step) {
                byte[] cut = Arrays.copyOf(golden.stored(), length);
                assertThatThrownBy(() -> codec.decode(cut))
                        .as("%s cut at %d", golden, length)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private static byte[] damaged(byte[] stored, Random random) {
        byte[] bytes = stored.clone();
        int header = Math.min(bytes.length, 40);
        switch (random.nextInt(6)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
            case 2 -> bytes[random.nextInt(header)] = (byte) random.nextInt();
            case 3 -> {
                for (int i = 0; i < 5; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            case 4 -> {
                int[] numbers = {-1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, bytes.length, 1 << 20, 1 << 30};
                if (bytes.length >= 4) {
                    int at = random.nextInt(Math.min(bytes.length - 3, 60));
                    LittleEndian.putInt(bytes, at, numbers[random.nextInt(numbers.length)]);
                }
            }
            default -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static boolean refuses(GoldenChunk golden, ChunkCodec codec, byte[] bytes) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean refused = false;
        long decoded = -1;
        try {
            Chunk chunk = codec.decode(bytes);
            decoded = golden.element().isText() ? chunk.texts().length : chunk.bytes().length;
        } catch (IllegalArgumentException e) {
            refused = true;
        }
        long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
        int itemSize = golden.element().isText() ? 1 : golden.element().dtype().itemSize();
        long size = golden.shape().count() * itemSize;
        if (!refused) {
            assertThat(decoded).as("size of %s", golden).isEqualTo(size);
        }
        assertThat(taken).as("bytes taken by %s", golden).isLessThan(8 * size + SLACK);
        return refused;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zlib", "zstd", "blosc", "lz4", "zstd inside crc32c", "gzip of text"})
    @DisplayName("a few bytes that become very many are refused without making room for them")
    void refusesBombs(String kind) throws IOException {
        byte[] zeros = new byte[64 << 20];
        ElementType numbers = ElementType.of(DType.FLOAT64);
        Shape shape = Shape.of(10);
        ChunkCodec codec;
        byte[] stored;
        switch (kind) {
            case "gzip" -> {
                codec = v2("gzip", numbers, shape);
                stored = gzip(zeros);
            }
            case "zlib" -> {
                codec = v2("zlib", numbers, shape);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try (DeflaterOutputStream deflated = new DeflaterOutputStream(out)) {
                    deflated.write(zeros);
                }
                stored = out.toByteArray();
            }
            case "zstd" -> {
                codec = v2("zstd", numbers, shape);
                stored = Zstd.compress(zeros);
            }
            case "blosc" -> {
                codec = v2("blosc", numbers, shape);
                stored = ChunkCodec.v2(Map.of("id", "blosc"), null, numbers, Shape.of(8 << 20), false, 'C')
                        .encode(Chunk.of(zeros));
            }
            case "lz4" -> {
                codec = v2("lz4", numbers, shape);
                stored = Lz4Codec.INSTANCE.encode(Span.of(zeros)).toArray();
            }
            case "zstd inside crc32c" -> {
                codec = ChunkCodec.v3(
                        List.of("bytes", Map.of("name", "crc32c"), Map.of("name", "zstd")), numbers, shape);
                stored = Zstd.compress(zeros);
            }
            default -> {
                codec = ChunkCodec.v3(List.of("vlen-utf8", "gzip"), ElementType.TEXT, Shape.of(3));
                stored = gzip(Arrays.copyOf(zeros, 1000));
            }
        }
        byte[] bomb = stored;
        assertThatThrownBy(() -> codec.decode(bomb)).isInstanceOf(IllegalArgumentException.class);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> codec.decode(bomb)).isInstanceOf(IllegalArgumentException.class);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(SLACK);
    }

    @Test
    @DisplayName("a zstd frame of texts that claims to be large is not believed")
    void doesNotBelieveClaims() {
        byte[] frame = Zstd.compress(new byte[MOST_CLAIMED]);
        byte[] cut = Arrays.copyOf(frame, 12);
        ChunkCodec codec = ChunkCodec.v3(List.of("vlen-utf8", "zstd"), ElementType.TEXT, Shape.of(3));
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(SLACK);
    }

    private static final int MOST_CLAIMED = 100 << 20;

    @Test
    @DisplayName("an index that is damaged, or names places outside the file, is refused")
    void refusesDamagedIndexes() {
        Map<String, Object> config = Map.of(
                "chunk_shape", List.of(2L),
                "codecs", List.of("bytes"),
                "index_codecs", List.of(Map.of("name", "bytes", "configuration", Map.of("endian", "big"))));
        Sharding sharding = Sharding.find(
                        List.of(Map.of("name", "sharding_indexed", "configuration", config)),
                        ElementType.of(DType.INT32),
                        Shape.of(4))
                .orElseThrow();
        assertThat(sharding.indexLength()).isEqualTo(32);
        assertThat(sharding.indexFirst()).isFalse();
        Sharding.Index index = sharding.index(index(0, 8, -1, -1), 40);
        assertThat(index.has(0)).isTrue();
        assertThat(index.has(1)).isFalse();
        assertThat(index.length(0)).isEqualTo(8);
        for (long[] wrong : new long[][] {
            {0, 41, -1, -1},
            {41, 0, -1, -1},
            {1, 40, -1, -1},
            {-1, 8, -1, -1},
            {8, -1, -1, -1},
            {Long.MAX_VALUE, 8, 0, 0}
        }) {
            assertThatThrownBy(() -> sharding.index(index(wrong), 40))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("index entry 0");
        }
        assertThatThrownBy(() -> sharding.index(new byte[31], 40)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] index(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.BIG_ENDIAN);
        bytes.asLongBuffer().put(numbers);
        return bytes.array();
    }

    private static ChunkCodec v2(String id, ElementType element, Shape shape) {
        return ChunkCodec.v2(Map.of("id", id), null, element, shape, false, 'C');
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(out)) {
            zipped.write(plain);
        }
        return out.toByteArray();
    }
}
