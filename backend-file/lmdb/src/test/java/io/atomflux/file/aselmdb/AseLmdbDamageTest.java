package io.atomflux.file.aselmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged is refused, naming file, id and position, and neither ends the process nor fills its memory. */
@Timeout(120)
class AseLmdbDamageTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = folder.resolve("d.aselmdb");
        try (AseLmdbStore store = Documents.open(file)) {
            store.apply(new Write.Append<>(
                    IntStream.range(0, 6).mapToObj(Samples::row).toList()));
            store.apply(new Write.Delete<>(io.atomflux.spi.Selection.at(1), java.util.Optional.empty()));
        }
    }

    private Throwable reading() {
        return catchThrowable(() -> {
            try (AseLmdbStore store = Documents.open(file)) {
                store.read(Positions.range(0, store.size()), Columns.ALL);
            }
        });
    }

    private List<String> verified() throws Exception {
        try (AseLmdbStore store = Documents.open(file)) {
            return store.verify();
        }
    }

    private void refuses(String key, byte[] value, Class<? extends AtomfluxException> type, String... told)
            throws Exception {
        byte[] before = Documents.bytes(file, key);
        Documents.put(file, key, value);
        Throwable failure = reading();
        assertThat(failure).isInstanceOf(type).hasMessageContaining("d.aselmdb");
        assertThat(failure.getMessage()).contains(told);
        assertThat(verified()).isNotEmpty();
        if (before == null) {
            Documents.delete(file, key);
        } else {
            Documents.put(file, key, before);
        }
        assertThat(reading()).isNull();
        assertThat(verified()).isEmpty();
    }

    private static byte[] json(String text) {
        return Zlib.deflate(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("a damaged row is told with its position and its id; the rows before it can be read")
    void damagedRows() throws Exception {
        byte[] good = Documents.bytes(file, "4");
        String[] place = {"row 2", "id 4"};
        refuses("4", new byte[0], CorruptDataException.class, place);
        refuses("4", "not zlib".getBytes(StandardCharsets.US_ASCII), CorruptDataException.class, place);
        refuses("4", Arrays.copyOf(good, good.length / 2), CorruptDataException.class, place);
        refuses("4", json("{\"numbers\": "), CorruptDataException.class, place);
        refuses("4", json("[1, 2]"), CorruptDataException.class, place);
        refuses("4", json("{}"), CorruptDataException.class, "row 2", "numbers");
        refuses("4", json("{\"numbers\": [1], \"positions\": [[0, 0]]}"), CorruptDataException.class, "positions");
        refuses("4", json("{\"numbers\": [1], \"positions\": [[0, 0], 1]}"), CorruptDataException.class, "positions");
        refuses("4", json("{\"numbers\": [1.5], \"positions\": [[0, 0, 0]]}"), CorruptDataException.class, "numbers");
        refuses(
                "4",
                json("{\"numbers\": [1], \"positions\": [[0, 0, 0]], \"tags\": [1, 2]}"),
                CorruptDataException.class,
                "tags");
        refuses("4", json("{\"numbers\": [], \"positions\": [], \"data\": 5}"), CorruptDataException.class, "data");
        refuses(
                "4",
                json("{\"numbers\": [], \"positions\": [], \"energy\": \"x\"}"),
                CorruptDataException.class,
                "energy");
        refuses("4", json("{\"numbers\": [], \"positions\": [], \"cell\": [1]}"), CorruptDataException.class, "cell");
        refuses(
                "4",
                json("{\"numbers\": [], \"positions\": [], \"constraints\": [1]}"),
                CorruptDataException.class,
                "constraints");
        refuses(
                "4",
                json("{\"numbers\": [], \"positions\": [], \"data\": {\"a\\ud800\": 1}}"),
                CorruptDataException.class,
                "data",
                "surrogate");
        refuses("4", new byte[] {(byte) 0x80, 4, '.'}, ForeignDataException.class, "pickled");
        Documents.put(file, "4", new byte[5]);
        try (AseLmdbStore store = Documents.open(file)) {
            assertThat(store.get(1, Columns.ALL)).isEqualTo(Samples.row(2));
        }
    }

    @Test
    @DisplayName("ids that contradict each other are refused")
    void contradictingIds() throws Exception {
        refuses("nextid", json("-3"), CorruptDataException.class, "nextid");
        refuses("nextid", json("0"), CorruptDataException.class, "nextid");
        refuses("nextid", json("1.5"), CorruptDataException.class, "nextid");
        refuses("nextid", json("99999999999999999999"), CorruptDataException.class, "nextid");
        refuses("nextid", json("9007199254740993"), CorruptDataException.class, "nextid");
        refuses("nextid", json("8"), CorruptDataException.class, "row 5", "id 7", "missing");
        refuses("deleted_ids", json("[7]"), CorruptDataException.class, "deleted_ids");
        refuses("deleted_ids", json("[0]"), CorruptDataException.class, "deleted_ids");
        refuses("deleted_ids", json("[1, 2"), CorruptDataException.class, "deleted_ids");
        refuses("deleted_ids", json("{}"), CorruptDataException.class, "deleted_ids");
        refuses("deleted_ids", json("[]"), CorruptDataException.class, "row 1", "id 2", "missing");
        byte[] row = Documents.bytes(file, "1");
        Documents.put(file, "2", row);
        assertThat(verified()).singleElement().asString().contains("key 2");
        Documents.delete(file, "2");
        Documents.put(file, "stranger", row);
        assertThat(verified()).singleElement().asString().contains("stranger");
    }

    @Test
    @DisplayName("deleted ids listed twice or without order are read as ASE reads them, as a set")
    void readsUnorderedDeletions() throws Exception {
        Documents.putJson(file, "deleted_ids", " [2,4 , 2]");
        try (AseLmdbStore store = Documents.open(file)) {
            assertThat(store.size()).isEqualTo(4);
            assertThat(store.read(Positions.range(0, 4), Columns.ALL))
                    .containsExactly(Samples.row(0), Samples.row(2), Samples.row(4), Samples.row(5));
        }
    }

    @Test
    @DisplayName("a database of pickled objects or of another program is refused, and never written into")
    void refusesForeignDatabases() throws Exception {
        for (byte[] value : List.of(new byte[] {(byte) 0x80, 4, '.'}, new byte[] {1})) {
            file = folder.resolve("foreign%d.aselmdb".formatted(value.length));
            Documents.delete(Files.createFile(file), "0");
            Documents.put(file, "0", value);
            byte[] before = Files.readAllBytes(file);
            assertThat(reading()).isInstanceOf(ForeignDataException.class);
            try (AseLmdbStore store = Documents.open(file)) {
                assertThat(catchThrowable(() -> store.apply(new Write.Append<>(List.of(Samples.row(1))))))
                        .isInstanceOf(ForeignDataException.class);
            }
            assertThat(Files.readAllBytes(file)).isEqualTo(before);
        }
    }

    @Test
    @DisplayName("a small value that decompresses to more than a row may have is refused before it does")
    void refusesBombs() throws Exception {
        byte[] bomb = Zlib.deflate(new byte[64 << 20]);
        assertThat(bomb.length).isLessThan(100_000);
        Documents.put(file, "4", bomb);
        try (AseLmdbStore store = Documents.open(file, AseLmdbOptions.defaults().withMaxRowBytes(1 << 20))) {
            assertThat(catchThrowable(() -> store.get(2, Columns.ALL)))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("id 4")
                    .hasMessageContaining("max_row_bytes");
        }
        int size = 100_000;
        byte[] exact = Zlib.deflate(new byte[size]);
        assertThat(new Zlib("s", size).inflate(exact, "p")).hasSize(size);
        assertThat(catchThrowable(() -> new Zlib("s", size - 1).inflate(exact, "p")))
                .isInstanceOf(LimitExceededException.class);
    }

    @Test
    @DisplayName("a file cut off, of noise, or a folder is refused")
    void refusesOtherFiles() throws Exception {
        byte[] whole = Files.readAllBytes(file);
        for (int part = 1; part < 8; part++) {
            Files.write(file, Arrays.copyOf(whole, whole.length * part / 8));
            assertThat(reading()).as("%d of 8", part).isInstanceOf(CorruptDataException.class);
        }
        Files.write(file, new byte[5000]);
        assertThat(reading()).isInstanceOf(CorruptDataException.class).hasMessageContaining("not a file of LMDB");
        file = Files.createDirectory(folder.resolve("shards.aselmdb"));
        assertThat(reading()).hasMessageContaining("there is a folder of this name");
    }

    @Test
    @DisplayName("mutated rows are refused by type or give rows, whatever the bytes")
    void survivesMutations() throws Exception {
        int rounds = Boolean.getBoolean("atomflux.proof") ? 100_000 : 1_500;
        SplittableRandom random = new SplittableRandom(31);
        Zlib zlib = new Zlib("mutated", 1 << 22);
        RowDecoder decoder = new RowDecoder(new RowSource("mutated", zlib), Columns.ALL);
        List<byte[]> seeds = List.of(
                zlib.inflate(Documents.bytes(file, "1"), "1"),
                zlib.inflate(Documents.bytes(Documents.copy("old-style.aselmdb", folder), "1"), "1"),
                zlib.inflate(Documents.bytes(Documents.copy("rows.aselmdb", folder), "1"), "1"));
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] seed = seeds.get(round % seeds.size());
            boolean compressed = round % 4 == 0;
            byte[] mutated = mutate(compressed ? Zlib.deflate(seed) : seed, random);
            byte[] stored = compressed ? mutated : Zlib.deflate(mutated);
            try {
                Row row = decoder.row(new RowDecoder.Stored(1, 0, stored));
                assertThat(row.byteSize()).isPositive();
            } catch (CorruptDataException | ForeignDataException | LimitExceededException failure) {
                refused++;
            }
        }
        assertThat(refused).isBetween(rounds / 4, rounds - 1);
    }

    private static byte[] mutate(byte[] bytes, SplittableRandom random) {
        byte[] mutated = bytes.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(4)) {
                case 0 -> mutated[at] = (byte) random.nextInt(256);
                case 1 -> mutated[at] = (byte) "0123456789[]{},:\"-.eN".charAt(random.nextInt(21));
                case 2 -> mutated = Arrays.copyOf(mutated, Math.max(1, at));
                default -> {
                    int length = Math.min(random.nextInt(1, 40), mutated.length - at);
                    System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), mutated, at, length);
                }
            }
        }
        return mutated;
    }

    @Test
    @DisplayName("pages overwritten by noise are refused or read as rows, and never end the process")
    void survivesNoiseInPages() throws Exception {
        byte[] whole = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(2);
        int refused = 0;
        for (int round = 0; round < (Boolean.getBoolean("atomflux.proof") ? 5_000 : 60); round++) {
            byte[] damaged = whole.clone();
            byte[] noise = new byte[1 + random.nextInt(64)];
            random.nextBytes(noise);
            int page = 4096 * random.nextInt(2, whole.length / 4096);
            System.arraycopy(noise, 0, damaged, page + random.nextInt(round % 2 == 0 ? 40 : 4000), noise.length);
            Files.write(file, damaged);
            Throwable failure = reading();
            if (failure != null) {
                assertThat(failure).isInstanceOf(AtomfluxException.class);
                refused++;
            }
            verified();
        }
        assertThat(refused).isPositive();
    }
}
