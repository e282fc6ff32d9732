package io.atomflux.file.columnar;

import static io.atomflux.file.columnar.Backends.apply;
import static io.atomflux.file.columnar.Backends.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many rows lie in a chunk, and what reading a shuffled part of an epoch costs, whose blocks are as long as that. */
class BlockRowsTest {

    private static final int CHUNK = 32;
    private static final int ROWS = 320;

    private static Row row(int i) {
        int atoms = 3 + i % 3;
        return Row.builder()
                .put("arrays.numbers", IntStream.range(0, atoms).asLongStream().toArray())
                .put("arrays.positions", new double[atoms][3])
                .put("cell", new double[3][3])
                .put("calc.energy", i / 8.0)
                .build();
    }

    private static Write<Row> rows(int from, int to) {
        return new Write.Append<>(
                IntStream.range(from, to).mapToObj(BlockRowsTest::row).toList());
    }

    @Test
    @DisplayName("rows of a chunk are told, exactly where rows are of one length, else about")
    void tells(@TempDir Path folder) {
        for (String suffix : Backends.SUFFIXES) {
            for (int chunk : new int[] {40, 5000}) {
                OpenOptions options = OpenOptions.none().with("chunk_frames", String.valueOf(chunk));
                RowBackend<Row> store = Backends.open(folder.resolve("some" + chunk + suffix), options);
                apply(store, rows(0, 0));
                assertThat(blockRows(store)).as("none yet, in " + suffix).isEmpty();
                apply(store, rows(0, 60));
                boolean exact = suffix.endsWith("p") || suffix.equals(".h5md");
                int rows =
                        exact ? Math.min(chunk, RowBackend.MOST_BLOCK_ROWS) : chunk == 40 ? 16 : 2048; // of four atoms
                assertThat(blockRows(store)).as(suffix).hasValue(rows);
                apply(store, rows(60, 61));
                assertThat(blockRows(store)).as("after an append to " + suffix).hasValue(rows);
                get(store.close().thenReturn(true));
            }
        }
    }

    private static Optional<Integer> blockRows(RowBackend<Row> store) {
        return get(store.blockRows().map(Optional::of).defaultIfEmpty(Optional.empty()));
    }

    /** A window of a loader: some blocks of some hundred rows, of each nine rows of ten, in ascending order. */
    private static long[] window(SplittableRandom random, int block, int blocks) {
        Set<Long> rows = new TreeSet<>();
        for (int i = 0; i < blocks; i++) {
            long first = (long) random.nextInt(ROWS / block) * block;
            for (long row = first; row < first + block; row++) {
                if (random.nextInt(10) > 0) {
                    rows.add(row);
                }
            }
        }
        return rows.stream().mapToLong(Long::longValue).toArray();
    }

    @ParameterizedTest
    @EnumSource(KeyPlacement.class)
    @DisplayName(
            "ascending positions with gaps decode each chunk once, however small batches and cache are, and no other")
    void decodesEachChunkOnce(KeyPlacement placement) throws IOException {
        MemoryTree tree = new MemoryTree("memory " + UUID.randomUUID());
        Layout layout = new ColumnLayout(placement, new LayoutOptions(Compression.NONE, OptionalLong.of(CHUNK)));
        ColumnarStore store =
                new ColumnarStore(new ColumnarFile(tree, at -> layout, Optional.of("default"), "memory", 1));
        store.apply(rows(0, ROWS));
        int block = store.blockRows().orElseThrow();
        SplittableRandom random = new SplittableRandom(8);
        for (int maxBytes : new int[] {1 << 22, 1 << 22, 20_000, 1}) {
            int blocks = 4;
            long[] window = window(random, block, blocks);
            tree.reads().clear();
            List<Row> read = new ArrayList<>();
            try (BlockingReader<Row> reader = store.reader(
                    ReadRequest.of(Selection.ALL.pick(window), Columns.of(List.of("arrays.positions", "cell"))))) {
                for (Optional<Batch<Row>> batch = reader.next(maxBytes);
                        batch.isPresent();
                        batch = reader.next(maxBytes)) {
                    for (int i = 0; i < batch.get().size(); i++) {
                        read.add(batch.get().row(i));
                    }
                }
            }
            assertThat(read).hasSize(window.length);
            for (int i = 0; i < window.length; i++) {
                assertThat(read.get(i)).isEqualTo(row((int) window[i]).only(List.of("arrays.positions", "cell")));
            }
            List<ChunkKey> chunks = new ArrayList<>(tree.reads());
            chunks.removeIf(chunk -> chunk.path().contains("/_")); // of numbers of atoms, which are kept elsewhere
            assertThat(chunks).as("in batches of %d bytes", maxBytes).doesNotHaveDuplicates();
            Set<Long> cells = new HashSet<>();
            for (long position : window) {
                cells.add(position / CHUNK);
            }
            assertThat(chunks)
                    .filteredOn(chunk -> chunk.path().endsWith("cell"))
                    .hasSameSizeAs(cells);
            assertThat(chunks)
                    .filteredOn(chunk -> chunk.path().endsWith("positions"))
                    .hasSizeLessThanOrEqualTo(blocks * 2);
        }
        store.close();
    }
}
