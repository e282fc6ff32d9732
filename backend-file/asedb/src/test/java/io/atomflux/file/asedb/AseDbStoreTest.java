package io.atomflux.file.asedb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.testkit.Samples;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AseDbStoreTest {

    private static final AseDbOptions FAST = AseDbOptions.defaults().withSync(false);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void choose() {
        file = folder.resolve("s.db");
    }

    private static Write<Row> append(int from, int to) {
        return new Write.Append<>(
                IntStream.range(from, to).mapToObj(Samples::row).toList());
    }

    private static Write<Row> delete(long... positions) {
        return new Write.Delete<>(Selection.ALL.pick(positions), Optional.empty());
    }

    private static List<Row> all(AseDbStore store) throws Exception {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    @Test
    @DisplayName(
            "positions name the rows that are left, whatever was deleted, also for who opens the file later or beside")
    void positionsSkipDeletedIds() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        List<Integer> model = new ArrayList<>();
        try (AseDbStore store = Databases.open(file, FAST);
                AseDbStore beside = Databases.open(file, FAST)) {
            for (int round = 0; round < 15; round++) {
                int next = 10 * round;
                store.apply(append(next, next + 10));
                IntStream.range(next, next + 10).forEach(model::add);
                for (int i = random.nextInt(9); i > 0; i--) {
                    int position = random.nextInt(model.size());
                    store.apply(delete(position));
                    model.remove(position);
                }
                assertThat(beside.size()).isEqualTo(model.size());
                assertThat(beside.get(-3, Columns.ALL)).isEqualTo(Samples.row(model.get(model.size() - 3)));
            }
            for (AseDbStore seen : List.of(store, beside, Databases.open(file, FAST))) {
                assertThat(seen.size()).isEqualTo(model.size());
                for (int i = 0; i < model.size(); i++) {
                    assertThat(seen.get(i, Columns.of(List.of("info.count"))).get("info.count"))
                            .isEqualTo((long) model.get(i));
                }
                assertThat(seen.verify()).isEmpty();
                seen.close();
            }
        }
    }

    @Test
    @DisplayName("ids are never used again, also after clearing")
    void idsAreNotUsedAgain() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(append(0, 3));
            store.apply(delete(2));
            store.apply(append(3, 4));
            assertThat(store.apply(new Write.Clear<>())).isZero();
            store.apply(append(4, 5));
            assertThat(all(store)).containsExactly(Samples.row(4));
        }
        assertThat(Databases.query(file, "SELECT id FROM systems").toString()).isEqualTo("[{id=5}]");
        assertThat(Databases.query(file, "SELECT DISTINCT id FROM species").toString())
                .isEqualTo("[{id=5}]");
    }

    @Test
    @DisplayName("rows that another program deletes and puts elsewhere are found again")
    void seesForeignChanges() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(append(0, 6));
            store.apply(delete(1));
            assertThat(store.size()).isEqualTo(5);
            Databases.change(file, "UPDATE systems SET id = 2 WHERE id = 4");
            assertThat(all(store))
                    .containsExactly(Samples.row(0), Samples.row(3), Samples.row(2), Samples.row(4), Samples.row(5));
            Databases.change(file, "DELETE FROM systems WHERE id = 2");
            assertThat(store.get(1, Columns.ALL)).isEqualTo(Samples.row(2));
            assertThat(store.verify()).isNotEmpty(); // entries of other tables were left behind
        }
    }

    @Test
    @DisplayName("changes that wait together are committed together; one that is refused harms no other")
    void groupsChanges() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST)) {
            List<WriteResult> results = store.applyAll(List.of(
                    append(0, 2),
                    new Write.Append<>(List.of(Row.of("arrays.numbers", NdArray.of(new long[] {1}, 1)))),
                    delete(7),
                    new Write.Update<>(
                            Selection.ALL, List.of(Row.of("info.ok", 1L), Row.of("arrays.mine", 2L)), Optional.empty()),
                    append(2, 3),
                    delete(0)));
            assertThat(results.stream().map(result -> result.failure() == null))
                    .containsExactly(true, false, false, false, true, true);
            assertThat(all(store)).containsExactly(Samples.row(1), Samples.row(2));
            assertThat(store.verify()).isEmpty();
        }
    }

    @Test
    @DisplayName("what the format cannot hold is refused by name, and nothing of the call is written")
    void refusesByName() throws Exception {
        Row good = Samples.row(1);
        int atoms = ((NdArray) java.util.Objects.requireNonNull(good.get("arrays.numbers"))).size();
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(append(1, 2));
            for (Row bad : List.of(
                    Row.of("arrays.mine", NdArray.zeros(DType.INT64, 2)),
                    Row.of("calc.energies", NdArray.zeros(DType.FLOAT64, 2)),
                    Row.of("mine", 1.0),
                    Row.of("calc.energy", "low"),
                    Row.of("calc.energy", Double.NaN),
                    Row.of("calc.forces", List.of(1L)),
                    Row.of("calc.stress", NdArray.zeros(DType.FLOAT64, 3, 3)),
                    Row.of("constraints", List.of("FixAtoms")),
                    Row.of("arrays.tags", NdArray.zeros(DType.INT64, 77)),
                    Row.of("arrays.tags", NdArray.of(new long[atoms]).as(DType.FLOAT64)),
                    Row.of("arrays.initial_magmoms", NdArray.zeros(DType.FLOAT64, atoms, 3)),
                    Row.of("cell", NdArray.zeros(DType.FLOAT64, 3)),
                    Row.of("info.bytes", io.atomflux.value.Bytes.EMPTY),
                    Row.of("info.texts", NdArray.ofTexts(List.of("a"), 1)),
                    Row.of("info.__ndarray__", 1L))) {
                assertThat(catchThrowable(() -> store.apply(new Write.Append<>(List.of(good, good.merge(bad))))))
                        .as("%s", bad)
                        .isInstanceOf(UnsupportedDataException.class)
                        .hasMessageContaining("new row 1")
                        .hasMessageContaining(bad.keys().get(0));
                assertThat(catchThrowable(
                                () -> store.apply(new Write.Update<>(Selection.at(0), List.of(bad), Optional.empty()))))
                        .isInstanceOf(UnsupportedDataException.class)
                        .hasMessageContaining("row 0 (id 1)");
            }
            assertThat(catchThrowable(() -> store.apply(new Write.Drop<>(Selection.ALL, List.of("info.count", "pbc")))))
                    .isInstanceOf(UnsupportedStoreOperationException.class)
                    .hasMessageContaining("pbc");
            Row fewer = Row.of("arrays.numbers", NdArray.of(new long[] {1, 2, 3, 4, 5, 6, 7}));
            assertThat(catchThrowable(
                            () -> store.apply(new Write.Update<>(Selection.at(0), List.of(fewer), Optional.empty()))))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("arrays.positions");
            assertThat(all(store)).containsExactly(good);
        }
    }

    @Test
    @DisplayName("of a name in data and in key_value_pairs the one of data shows and is changed; dropping takes both")
    void dataCountsFirst() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(append(0, 1));
            Databases.change(file, "UPDATE systems SET key_value_pairs = '{\"count\": 77, \"p\": 1}'");
            assertThat(store.get(0, Columns.ALL)).isEqualTo(Samples.row(0).merge(Row.of("info.p", 1L)));
            store.apply(new Write.Update<>(
                    Selection.at(0), List.of(Row.of("info.count", 5L, "info.p", List.of())), Optional.empty()));
            assertThat(store.get(0, Columns.ALL).get("info.count")).isEqualTo(5L);
            assertThat(store.get(0, Columns.ALL).get("info.p")).isEqualTo(List.of());
            assertThat(Databases.query(file, "SELECT key_value_pairs AS p FROM systems")
                            .toString())
                    .isEqualTo("[{p={\"count\": 77}}]");
            assertThat(Databases.query(file, "SELECT key, value FROM number_key_values")
                            .toString())
                    .isEqualTo("[{key=count, value=77.0}]");
            store.apply(new Write.Drop<>(Selection.at(0), List.of("info.count")));
            assertThat(store.get(0, Columns.ALL).has("info.count")).isFalse();
            assertThat(Databases.query(file, "SELECT * FROM keys")).isEmpty();
        }
    }

    @Test
    @DisplayName("entries of external tables go with their row, as in ASE, and are not shown")
    void externalTables() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(append(0, 3));
            Databases.change(file, "CREATE TABLE \"more \"\" values\" (key TEXT, value REAL, id INTEGER)");
            for (String name : List.of("more \" values", "systems", "missing")) {
                Databases.change(file, "INSERT INTO information VALUES ('external_table_name', ?)", name);
            }
            Databases.change(file, "INSERT INTO \"more \"\" values\" SELECT 'x', 1.5, id FROM systems");
            assertThat(all(store)).containsExactly(Samples.row(0), Samples.row(1), Samples.row(2));
            store.apply(delete(1));
            assertThat(Databases.query(file, "SELECT id FROM \"more \"\" values\"")
                            .toString())
                    .isEqualTo("[{id=1}, {id=3}]");
        }
    }

    @Test
    @DisplayName("streams follow ids: rows deleted before them shift nothing, one that is gone ends the stream")
    void streamsFollowIds() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(append(0, 10));
            try (BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
                assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(Samples.row(0));
                store.apply(delete(0, 4));
                assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(Samples.row(1));
                assertThat(reader.next(1 << 20).orElseThrow().size()).isEqualTo(2);
                assertThat(catchThrowable(() -> reader.next(1))).isInstanceOf(StoreChangedException.class);
            }
        }
    }

    @Test
    @DisplayName("a file removed and made anew is read anew, by all who have it open")
    void seesReplacedFiles() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST);
                AseDbStore other = Databases.open(file, FAST)) {
            store.apply(append(0, 2));
            assertThat(other.size()).isEqualTo(2);
            store.remove();
            assertThat(folder).isEmptyDirectory();
            assertThat(catchThrowable(other::size)).isInstanceOf(StoreNotFoundException.class);
            other.apply(append(5, 6));
            assertThat(all(store)).containsExactly(Samples.row(5));
            store.remove();
            store.remove();
        }
    }

    @Test
    @DisplayName("a lock that another holds is waited for until the deadline; reading goes on")
    void waitsForLocks() throws Exception {
        AseDbOptions brief = FAST.withBusyTimeout(Duration.ofMillis(50));
        try (AseDbStore store = Databases.open(file, brief)) {
            store.apply(append(0, 1));
            Databases.with(file, connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("BEGIN IMMEDIATE");
                    assertThat(catchThrowable(() -> store.apply(append(1, 2)))).isInstanceOf(StoreBusyException.class);
                    assertThat(catchThrowable(store::size)).isNull();
                    statement.execute("COMMIT");
                    return null;
                }
            });
            assertThat(store.apply(append(1, 2))).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("a database with a write-ahead log stays one, and is read beside a writer")
    void keepsJournalMode() throws Exception {
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(append(0, 1));
        }
        Databases.query(file, "PRAGMA journal_mode = WAL");
        Databases.with(file, connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1 FROM systems"); // so that the log outlives those who open and close
                try (AseDbStore store = Databases.open(file, FAST);
                        AseDbStore other = Databases.open(file, FAST)) {
                    assertThat(catchThrowable(() -> {
                                store.apply(append(1, 3));
                                assertThat(other.size()).isEqualTo(3);
                                store.apply(delete(0));
                                assertThat(all(other)).containsExactly(Samples.row(1), Samples.row(2));
                            }))
                            .isNull();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                return null;
            }
        });
        assertThat(Databases.query(file, "PRAGMA journal_mode").toString()).contains("wal");
    }

    @Test
    @DisplayName("a file that is only read is not changed, nor anything put beside it")
    void readsOnly() throws Exception {
        Path golden = Databases.copy("rows.db", folder);
        byte[] before = Files.readAllBytes(golden);
        AtomsIO db = AtomsIO.open(golden + "?readonly=true");
        assertThat(db.rows().count().block()).isEqualTo(3);
        assertThat(db.capabilities()).containsExactly(Capability.VERSIONS);
        assertThat(catchThrowable(() -> db.delete(0).block())).isInstanceOf(AtomfluxException.class);
        db.close().block();
        assertThat(Files.readAllBytes(golden)).isEqualTo(before);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(golden);
        }
    }

    @Test
    @DisplayName("names that mean something to SQLite or its driver are names of files")
    void takesNamesLiterally() throws Exception {
        for (String name :
                List.of("a?mode=memory&journal_mode=off.db", "b #%41.db", "file:c.db", ":memory:.db", "ü'\".db")) {
            Path named = folder.resolve("n").resolve(name);
            try (AseDbStore store = Databases.open(named, FAST)) {
                store.apply(append(0, 1));
            }
            assertThat(Files.size(named)).as(name).isPositive();
            try (AseDbStore store = new AseDbStore(named, true, FAST)) {
                assertThat(store.size()).isEqualTo(1);
            }
        }
        try (var files = Files.list(folder.resolve("n"))) {
            assertThat(files).hasSize(5);
        }
    }

    @Test
    @DisplayName("a missing file is told, and not made by reading; groups and unknown options are refused")
    void refusesWhatIsNotThere() throws Exception {
        ObjectIO db = ObjectIO.open(file);
        assertThat(catchThrowable(() -> db.size().block()))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("ASE database");
        db.close().block();
        assertThat(Files.exists(file)).isFalse();
        Files.createFile(file);
        try (AseDbStore store = Databases.open(file, FAST)) {
            assertThat(catchThrowable(store::size)).isInstanceOf(StoreNotFoundException.class);
            assertThat(store.apply(append(0, 1))).isEqualTo(1);
        }
        for (String query :
                List.of("group=train", "snc=false", "max_row_bytes=2G", "busy_timeout_ms=-1", "key_value_pairs=Fe")) {
            assertThat(catchThrowable(() -> ObjectIO.open(file + "?" + query)))
                    .as(query)
                    .isInstanceOf(InvalidOptionException.class);
        }
    }

    @Test
    @DisplayName("what ASE computes to select by follows each change")
    void computes() throws Exception {
        Row row = Row.of(Map.of(
                "arrays.numbers",
                NdArray.of(new long[] {0, 1}),
                "arrays.positions",
                NdArray.zeros(DType.FLOAT64, 2, 3),
                "calc.forces",
                NdArray.of(new double[] {3, 4, 0, 1, 2, 2}, 2, 3),
                "calc.stress",
                NdArray.of(new double[] {1, -7, 0, 0, 0, 0})));
        Object fixed = List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of(0L))));
        Object plane = List.of(
                Map.of(
                        "name",
                        "FixedPlane",
                        "kwargs",
                        Map.of("indices", List.of(0L), "direction", List.of(0L, 2L, 0L))),
                Map.of("name", "FixCartesian", "kwargs", Map.of("a", List.of(1L), "mask", List.of(true, true, false))));
        Object other = List.of(Map.of("name", "FixCom", "kwargs", Map.of()));
        try (AseDbStore store = Databases.open(file, FAST)) {
            store.apply(new Write.Append<>(List.of(
                    row,
                    row.merge(Row.of("constraints", fixed)),
                    row.merge(Row.of("constraints", plane)),
                    row.merge(Row.of("constraints", other)))));
            assertThat(Databases.query(file, "SELECT fmax FROM systems").toString())
                    .isEqualTo("[{fmax=5.0}, {fmax=3.0}, {fmax=3.0}, {fmax=null}]");
            assertThat(Databases.query(file, "SELECT smax, volume, mass, charge, natoms FROM systems LIMIT 1")
                            .toString())
                    .isEqualTo("[{smax=7.0, volume=null, mass=2.008, charge=0.0, natoms=2}]");
        }
    }
}
