package io.atomflux.file.columnar.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class GoldenChunksTest {

    static List<GoldenChunk> plain() {
        return GoldenChunk.all().stream().filter(chunk -> !chunk.sharded()).toList();
    }

    static List<GoldenChunk> sharded() {
        return GoldenChunk.all().stream().filter(GoldenChunk::sharded).toList();
    }

    @ParameterizedTest
    @MethodSource("plain")
    @DisplayName("a chunk Python wrote decodes to what Python wrote, and what stands in the file is left alone")
    void decodesWhatPythonWrote(GoldenChunk golden) {
        byte[] before = golden.stored().clone();
        Chunk chunk = golden.codec().decode(golden.stored());
        assertThat(GoldenChunk.digest(chunk, golden.element())).isEqualTo(golden.digest());
        assertThat(golden.stored()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("plain")
    @DisplayName("a chunk encoded again decodes to the same, and is hardly larger than Python's")
    void encodesWhatItDecoded(GoldenChunk golden) {
        ChunkCodec codec = golden.codec();
        Chunk chunk = codec.decode(golden.stored());
        assertThat(codec.writable()).isTrue();
        byte[] again = codec.encode(chunk);
        assertThat(GoldenChunk.digest(chunk, golden.element())).isEqualTo(golden.digest());
        assertThat(GoldenChunk.digest(codec.decode(again), golden.element())).isEqualTo(golden.digest());
        if (codec.names().stream().noneMatch(name -> name.matches("(blosc|zstd|gzip|zlib|lz4).*"))) {
            assertThat(again).isEqualTo(golden.stored());
        }
        if (!golden.name().contains("blosclz")) {
            assertThat(again.length).isLessThanOrEqualTo((int) (golden.stored().length * 1.05) + 20);
        }
    }

    @ParameterizedTest
    @MethodSource("sharded")
    @DisplayName("small chunks of a sharded one are found by its index and decoded by themselves")
    void findsSmallChunks(GoldenChunk golden) {
        byte[] file = golden.stored();
        Shape shape = golden.shape();
        Sharding sharding =
                Sharding.find(golden.codecs(), golden.element(), shape).orElseThrow();
        int at = sharding.indexFirst() ? 0 : file.length - sharding.indexLength();
        Sharding.Index index = sharding.index(Arrays.copyOfRange(file, at, at + sharding.indexLength()), file.length);
        byte[] all = new byte[(int) shape.count() * 8];
        int columns = (int) sharding.perShard().at(1);
        int present = 0;
        for (int i = 0; i < sharding.perShard().count(); i++) {
            if (!index.has(i)) {
                continue;
            }
            present++;
            int from = (int) index.offset(i);
            byte[] small = sharding.codec()
                    .decode(Arrays.copyOfRange(file, from, from + (int) index.length(i)))
                    .bytes();
            int rows = (int) sharding.inner().at(0);
            int width = (int) sharding.inner().at(1) * 8;
            for (int row = 0; row < rows; row++) {
                int to = (i / columns * rows + row) * (int) shape.at(1) * 8 + i % columns * width;
                System.arraycopy(small, row * width, all, to, width);
            }
        }
        assertThat(present).isBetween(1, (int) sharding.perShard().count() - 1);
        assertThat(GoldenChunk.digest(all)).isEqualTo(golden.digest());
    }

    @Test
    @DisplayName("many threads decode and encode at once, each its own chunks")
    void worksForManyThreads() {
        assertThat(IntStream.range(0, 2)
                        .parallel()
                        .boxed()
                        .flatMap(round -> plain().stream())
                        .parallel()
                        .filter(golden -> {
                            ChunkCodec codec = golden.codec();
                            Chunk chunk = codec.decode(codec.encode(codec.decode(golden.stored())));
                            return !GoldenChunk.digest(chunk, golden.element()).equals(golden.digest());
                        })
                        .map(GoldenChunk::name)
                        .toList())
                .isEmpty();
    }

    @Test
    @DisplayName("there are chunks of every inner compression, shuffle and way of splitting")
    void coversTheCodecs() {
        assertThat(plain()).hasSizeGreaterThan(250);
        assertThat(sharded()).hasSize(2);
    }
}
