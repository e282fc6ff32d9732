package io.atomflux.file.asedb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged is refused, naming file, id and position, and neither ends the process nor fills its memory. */
@Timeout(120)
class AseDbDamageTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = folder.resolve("d.db");
        try (AseDbStore store = Databases.open(file, AseDbOptions.defaults().withSync(false))) {
            store.apply(new Write.Append<>(
                    IntStream.range(0, 6).mapToObj(Samples::row).toList()));
            store.apply(new Write.Delete<>(Selection.at(1), Optional.empty()));
        }
    }

    private @Nullable Throwable reading() {
        return catchThrowable(() -> {
            try (AseDbStore store = Databases.open(file)) {
                store.read(Positions.range(0, store.size()), Columns.ALL);
            }
        });
    }

    private List<String> verified() throws Exception {
        try (AseDbStore store = Databases.open(file)) {
            return store.verify();
        }
    }

    private void refuses(String column, @Nullable Object value) throws Exception {
        byte[] before = Files.readAllBytes(file);
        Databases.change(file, "UPDATE systems SET %s = ? WHERE id = 4".formatted(column), value);
        assertThat(reading())
                .as("%s = %s", column, value)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("d.db")
                .hasMessageContaining("row 2 (id 4)")
                .hasMessageContaining(column);
        assertThat(verified()).singleElement().asString().contains("row 2 (id 4)");
        Files.write(file, before);
        assertThat(reading()).isNull();
    }

    @Test
    @DisplayName("a damaged row is told with its position and its id")
    void damagedRows() throws Exception {
        for (String column : List.of("numbers", "positions", "cell", "tags", "momenta", "forces", "masses")) {
            refuses(column, new byte[28]);
            refuses(column, "text");
        }
        refuses("pbc", 8L);
        refuses("pbc", null);
        refuses("energy", "low");
        refuses("constraints", "[1]");
        refuses("constraints", "[");
        refuses("key_value_pairs", "[1]");
        refuses("key_value_pairs", "{\"a\": ");
        refuses("data", new byte[] {1, 2});
        refuses("data", new byte[] {9, 0, 0, 0, 0, 0, 0, 0});
        refuses("data", new byte[] {8, 0, 0, 0, 0, 0, 0, 0, '[', ']'});
        byte[] name = "{\"\\ud800\": 1}".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] data = java.util.Arrays.copyOf(new byte[] {8}, 8 + name.length);
        System.arraycopy(name, 0, data, 8, name.length);
        refuses("data", data);
    }

    @Test
    @DisplayName("a row larger than may be is refused before it is in memory")
    void refusesLargeRows() throws Exception {
        Databases.change(file, "UPDATE systems SET data = zeroblob(4000000) WHERE id = 4");
        AseDbOptions small = AseDbOptions.defaults().withMaxRowBytes(1 << 20);
        try (AseDbStore store = Databases.open(file, small)) {
            assertThat(catchThrowable(() -> store.get(2, Columns.ALL)))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("row 2 (id 4)")
                    .hasMessageContaining("max_row_bytes");
            assertThat(store.get(2, Columns.of(List.of("calc.energy")))).isNotNull();
            String large = "x".repeat(2 << 20);
            assertThat(catchThrowable(() -> store.apply(
                            new Write.Append<>(List.of(Samples.row(1).merge(Row.of("info.large", large)))))))
                    .isInstanceOf(LimitExceededException.class);
            assertThat(store.size()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("other versions are refused with what to do; older ones are read, and not written")
    void versions() throws Exception {
        for (String version : List.of("10", "4", "x")) {
            Databases.change(file, "UPDATE information SET value = ? WHERE name = 'version'", version);
            assertThat(reading())
                    .isInstanceOfAny(UnsupportedDataException.class, CorruptDataException.class)
                    .hasMessageContaining(version);
        }
        assertThat(verified()).isNotEmpty();
        Databases.change(file, "UPDATE information SET value = '8' WHERE name = 'version'");
        Databases.change(
                file, "UPDATE systems SET data = '{\"a\": {\"__ndarray__\": [[1], \"int64\", [5]]}}' WHERE id = 1");
        Databases.change(file, "UPDATE systems SET data = 'null', key_value_pairs = '{}' WHERE id = 3");
        Databases.change(
                file, "UPDATE systems SET magmom = ? WHERE id = 3", new byte[] {0, 0, 0, 0, 0, 0, (byte) 0xf0, 0x3f});
        try (AseDbStore store = Databases.open(file)) {
            assertThat(store.get(0, Columns.ALL).get("info.a")).isEqualTo(io.atomflux.value.NdArray.of(new long[] {5}));
            assertThat(store.get(1, Columns.ALL).get("calc.magmom")).isEqualTo(1.0);
            assertThat(store.get(1, Columns.ALL).keys()).noneMatch(key -> key.startsWith("info."));
            assertThat(catchThrowable(() -> store.apply(new Write.Clear<>())))
                    .isInstanceOf(UnsupportedStoreOperationException.class)
                    .hasMessageContaining("version 8");
        }
        Databases.change(file, "DROP TABLE information");
        assertThat(reading()).isInstanceOf(UnsupportedDataException.class).hasMessageContaining("convert");
    }

    @Test
    @DisplayName("a database of another program is refused, and never written into; so is what is no database")
    void refusesForeignDatabases() throws Exception {
        Path noise = Files.write(folder.resolve("noise.db"), new byte[5000]);
        Path other = folder.resolve("other.db");
        Databases.change(other, "CREATE TABLE mine (x)");
        Path view = folder.resolve("view.db");
        Databases.change(view, "CREATE VIEW systems AS SELECT 1 AS id");
        Path columns = folder.resolve("columns.db");
        Databases.change(columns, "CREATE TABLE systems (id INTEGER PRIMARY KEY)");
        Databases.change(columns, "CREATE TABLE information (name, value)");
        Databases.change(columns, "INSERT INTO information VALUES ('version', '9')");
        Path empty = folder.resolve("empty.db");
        Databases.change(empty, "CREATE TABLE mine (x)");
        Databases.change(empty, "DROP TABLE mine");
        for (Path path : List.of(noise, other, view, columns, empty)) {
            file = path;
            byte[] before = Files.readAllBytes(file);
            Class<? extends AtomfluxException> type =
                    path == noise ? CorruptDataException.class : ForeignDataException.class;
            assertThat(reading()).as("%s", path).isInstanceOf(type);
            try (AseDbStore store = Databases.open(file)) {
                assertThat(catchThrowable(() -> store.apply(new Write.Append<>(List.of(Samples.row(1))))))
                        .as("%s", path)
                        .isInstanceOf(type);
                assertThat(catchThrowable(() -> store.apply(new Write.Clear<>())))
                        .isInstanceOf(type);
                assertThat(catchThrowable(store::remove)).isInstanceOf(type);
            }
            assertThat(Files.readAllBytes(file)).as("%s", path).isEqualTo(before);
        }
    }

    @Test
    @DisplayName("bytes changed anywhere give rows or a typed error, and never anything else")
    void survivesNoise() throws Exception {
        byte[] whole = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(3);
        int rounds = Boolean.getBoolean("atomflux.proof") ? 20_000 : 150;
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = whole.clone();
            int used = random.nextInt(4) == 0 ? 4096 : bytes.length;
            for (int i = random.nextInt(1, 40); i > 0; i--) {
                bytes[random.nextInt(used)] = (byte) random.nextInt();
            }
            if (random.nextInt(8) == 0) {
                bytes = java.util.Arrays.copyOf(bytes, random.nextInt(1, bytes.length));
            }
            Files.write(file, bytes);
            Throwable failure = catchThrowable(() -> {
                try (AseDbStore store =
                        Databases.open(file, AseDbOptions.defaults().withSync(false))) {
                    store.verify();
                    store.read(Positions.range(0, store.size()), Columns.ALL);
                }
            });
            if (failure != null) {
                assertThat(failure).as("round %d", round).isInstanceOf(AtomfluxException.class);
                refused++;
            }
        }
        assertThat(refused).isBetween(rounds / 10, rounds);
    }
}
