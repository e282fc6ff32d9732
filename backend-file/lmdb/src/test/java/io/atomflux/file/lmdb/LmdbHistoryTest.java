package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories of changes, against the reference in {@link Write#applyTo}. */
class LmdbHistoryTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    @DisplayName("any sequence of changes leaves the rows that the reference leaves, and a sound store")
    void followsTheReference(int seed) throws Exception {
        Random random = new Random(seed);
        Path place = folder.resolve("h" + seed + ".lmdb");
        LmdbOptions options = LmdbOptions.builder().mapSize(1 << 20).sync(false).build();
        List<BlobRow> expected = List.of();
        LmdbStore store = new LmdbStore(place, "default", false, options);
        try {
            for (int round = 0; round < 60; round++) {
                List<Write<BlobRow>> writes = new ArrayList<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    writes.add(randomWrite(random, expected.size()));
                }
                List<WriteResult> results = store.applyAll(writes);
                for (int i = 0; i < writes.size(); i++) {
                    List<BlobRow> after;
                    try {
                        after = writes.get(i).applyTo(expected, BlobRow.reserved(), store.name());
                    } catch (RuntimeException refused) {
                        assertThat(results.get(i).failure()).hasSameClassAs(refused);
                        continue;
                    }
                    if (holdsEmptyRow(after)) {
                        assertThat(results.get(i).failure())
                                .isInstanceOf(io.atomflux.error.UnsupportedStoreOperationException.class);
                        continue;
                    }
                    assertThat(results.get(i).failure()).as("%s", writes.get(i)).isNull();
                    expected = after;
                    assertThat(results.get(i).size()).isEqualTo(expected.size());
                }
                if (round % 5 == 0) {
                    assertThat(store.verify()).isEmpty();
                    assertThat(store.read(Positions.range(0, expected.size()), Columns.ALL))
                            .isEqualTo(expected);
                }
                if (round % 20 == 19) {
                    store.close();
                    store = new LmdbStore(place, "default", false, options);
                }
            }
            assertThat(store.read(Positions.range(0, expected.size()), Columns.ALL))
                    .isEqualTo(expected);
            assertThat(store.verify()).isEmpty();
        } finally {
            store.close();
        }
        assertThat(Environments.count()).isZero();
    }

    private static boolean holdsEmptyRow(List<BlobRow> rows) {
        return rows.stream().anyMatch(row -> !row.isReserved() && row.size() == 0);
    }

    private static Write<BlobRow> randomWrite(Random random, int size) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> new Write.Append<>(rows(random, random.nextInt(40)));
            case 3 -> new Write.Insert<>(random.nextInt(-size - 2, size + 3), rows(random, 1 + random.nextInt(3)));
            case 4 -> new Write.Insert<>(random.nextInt(size + 1), rows(random, random.nextInt(1500)));
            case 5 -> new Write.Reserve<>(random.nextInt(5) == 0 ? random.nextInt(3000) : random.nextInt(4));
            case 6 -> {
                Selection where = where(random, size);
                yield new Write.Put<>(where, rows(random, countOf(where, size, random)), Optional.empty());
            }
            case 7, 8 -> {
                Selection where = where(random, size);
                int count = random.nextBoolean() ? 1 : countOf(where, size, random);
                yield new Write.Update<>(where, rows(random, count), Optional.empty());
            }
            case 9 -> new Write.Delete<>(where(random, size), Optional.empty());
            case 10 -> new Write.Drop<>(where(random, size), List.of("a", "c".repeat(random.nextInt(1, 3))));
            default ->
                random.nextInt(8) == 0
                        ? new Write.Clear<>()
                        : new Write.Delete<>(Selection.at(random.nextInt(size + 1) - 1), Optional.empty());
        };
    }

    private static int countOf(Selection where, int size, Random random) {
        try {
            return random.nextInt(20) == 0 ? 3 : (int) where.resolve(size, "").count();
        } catch (RuntimeException refused) {
            return 1;
        }
    }

    private static Selection where(Random random, int size) {
        if (random.nextInt(3) == 0) {
            long from = random.nextInt(size + 1);
            return Selection.ALL.slice(Slice.of(from, from + random.nextInt(200), random.nextInt(1, 4)));
        }
        long[] list = new long[random.nextInt(6)];
        for (int i = 0; i < list.length; i++) {
            list[i] = random.nextInt(-size - (random.nextInt(20) == 0 ? 1 : 0), Math.max(-size + 1, size));
        }
        return Selection.ALL.pick(list);
    }

    private static List<BlobRow> rows(Random random, int count) {
        List<BlobRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row(random));
        }
        return rows;
    }

    private static BlobRow row(Random random) {
        if (random.nextInt(10) == 0) {
            return BlobRow.reserved();
        }
        Map<Bytes, Bytes> cells = new LinkedHashMap<>();
        for (String key : List.of("cc", "a", "b", "c", "arrays.positions", "é-1", "0-a")) {
            if (random.nextInt(3) > 0) {
                byte[] value = new byte[random.nextInt(50) == 0 ? random.nextInt(9000) : random.nextInt(30)];
                random.nextBytes(value);
                cells.put(Bytes.ofText(key), Bytes.wrap(value));
            }
        }
        return random.nextInt(400) == 0 || !cells.isEmpty() ? BlobRow.of(cells) : BlobRow.reserved();
    }
}
