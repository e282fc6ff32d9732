package io.atomflux.file.aselmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.file.lmdb.OpenEnvironments;
import io.atomflux.spi.Batch;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class AseLmdbStoreTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void choose() {
        file = folder.resolve("s.aselmdb");
    }

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OpenEnvironments.count()).isZero();
    }

    private static Write<Row> append(int from, int to) {
        return new Write.Append<>(
                IntStream.range(from, to).mapToObj(Samples::row).toList());
    }

    private static Write<Row> delete(long... positions) {
        return new Write.Delete<>(Selection.ALL.pick(positions), Optional.empty());
    }

    private static List<Row> all(AseLmdbStore store) throws Exception {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    @Test
    @DisplayName("positions name the rows that are left, whatever was deleted, also for who opens the file later")
    void positionsSkipDeletedIds() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        List<Integer> model = new ArrayList<>();
        AseLmdbOptions fast = AseLmdbOptions.defaults().withSync(false);
        try (AseLmdbStore store = Documents.open(file, fast)) {
            for (int round = 0; round < 25; round++) {
                int next = 10 * round;
                store.apply(append(next, next + 10));
                IntStream.range(next, next + 10).forEach(model::add);
                for (int i = random.nextInt(9); i > 0; i--) {
                    int position = random.nextInt(model.size());
                    store.apply(delete(position));
                    model.remove(position);
                }
            }
            for (AseLmdbStore seen : List.of(store, Documents.open(file, fast))) {
                assertThat(seen.size()).isEqualTo(model.size());
                for (int i = 0; i < model.size(); i++) {
                    assertThat(seen.get(i, Columns.of(List.of("info.count"))).get("info.count"))
                            .isEqualTo((long) model.get(i));
                }
                assertThat(seen.verify()).isEmpty();
                if (seen != store) {
                    seen.close();
                }
            }
        }
    }

    @Test
    @DisplayName("ids are never used again, also after clearing")
    void idsAreNotUsedAgain() throws Exception {
        try (AseLmdbStore store = Documents.open(file)) {
            store.apply(append(0, 3));
            store.apply(delete(2));
            store.apply(append(3, 4));
            assertThat(store.apply(new Write.Clear<>())).isZero();
            store.apply(append(4, 5));
            assertThat(all(store)).containsExactly(Samples.row(4));
        }
        assertThat(Documents.json(file, "nextid")).isEqualTo("6");
        assertThat(Documents.json(file, "deleted_ids")).isEqualTo("[1, 2, 3, 4]");
        assertThat(Documents.bytes(file, "4")).isNull();
    }

    @Test
    @DisplayName("changes that wait together are committed together; one that is refused harms no other")
    void groupsChanges() throws Exception {
        try (AseLmdbStore store = Documents.open(file)) {
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
        }
    }

    @Test
    @DisplayName("what the format cannot hold is refused by name, and nothing of the call is written")
    void refusesByName() throws Exception {
        Row good = Samples.row(1);
        try (AseLmdbStore store = Documents.open(file)) {
            store.apply(append(0, 1));
            for (Row bad : List.of(
                    Row.of("arrays.mine", NdArray.zeros(DType.INT64, 2)),
                    Row.of("calc.mine", 1.0),
                    Row.of("mine", 1.0),
                    Row.of("calc.energy", "low"),
                    Row.of("calc.forces", List.of(1L)),
                    Row.of("constraints", List.of("FixAtoms")),
                    Row.of("arrays.tags", NdArray.zeros(DType.INT64, 77)),
                    Row.of("arrays.tags", NdArray.zeros(DType.FLOAT64, 2)),
                    Row.of("cell", NdArray.zeros(DType.FLOAT64, 3)),
                    Row.of("info.bytes", io.atomflux.value.Bytes.EMPTY),
                    Row.of("info.__ndarray__", 1L))) {
                Throwable failure =
                        catchThrowable(() -> store.apply(new Write.Append<>(List.of(good, good.merge(bad)))));
                assertThat(failure)
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
            assertThat(all(store)).containsExactly(Samples.row(0));
        }
    }

    @Test
    @DisplayName("names listed go to key_value_pairs, where ASE finds them; what ASE refuses there is refused")
    void writesKeyValuePairs() throws Exception {
        AseLmdbOptions options = AseLmdbOptions.defaults().withKeyValuePairs(List.of("count", "label"));
        Row row = Samples.row(3).merge(Row.of("info.label", "x y", "info.free", "12"));
        try (AseLmdbStore store = Documents.open(file, options)) {
            store.apply(new Write.Append<>(List.of(row)));
            for (Object bad : List.of("12", " 1e-5 ", "1_0", ".5", "True", "-inf", "NaN", List.of(1L))) {
                assertThat(catchThrowable(
                                () -> store.apply(new Write.Append<>(List.of(row.merge(Row.of("info.label", bad)))))))
                        .as("%s", bad)
                        .isInstanceOf(UnsupportedDataException.class)
                        .hasMessageContaining("info.label");
            }
            for (Object good : List.of("12 x", "", "true", "e5", "1e", "_1", ".", 5L, 2.5, false)) {
                store.apply(new Write.Update<>(Selection.at(0), List.of(Row.of("info.label", good)), Optional.empty()));
                assertThat(store.get(0, Columns.ALL).get("info.label")).isEqualTo(good);
            }
            assertThat(Documents.json(file, "1")).contains("\"key_value_pairs\": {\"count\": 3, \"label\": false}");
            assertThat(Documents.json(file, "1")).contains("\"free\": \"12\"");
            store.apply(new Write.Drop<>(Selection.ALL, List.of("info.label")));
            assertThat(store.get(0, Columns.ALL)).isEqualTo(row.without(List.of("info.label")));
        }
        for (String bad : List.of("energy", "Fe", "1a", "a.b", "data", "id", "")) {
            assertThat(catchThrowable(() -> AseLmdbOptions.defaults().withKeyValuePairs(List.of(bad))))
                    .as(bad)
                    .isInstanceOf(InvalidOptionException.class);
        }
    }

    @Test
    @DisplayName("of a name in data and in key_value_pairs the one of data shows and is changed; dropping takes both")
    void dataCountsFirst() throws Exception {
        try (AseLmdbStore store = Documents.open(file)) {
            store.apply(append(0, 1));
            String json = Documents.json(file, "1");
            Documents.putJson(
                    file,
                    "1",
                    json.replace("\"data\": {", "\"key_value_pairs\": {\"count\": 77, \"p\": 1}, \"data\": {"));
            assertThat(store.get(0, Columns.ALL)).isEqualTo(Samples.row(0).merge(Row.of("info.p", 1L)));
            store.apply(new Write.Update<>(
                    Selection.at(0), List.of(Row.of("info.count", 5L, "info.p", List.of())), Optional.empty()));
            assertThat(store.get(0, Columns.ALL).get("info.count")).isEqualTo(5L);
            assertThat(store.get(0, Columns.ALL).get("info.p")).isEqualTo(List.of());
            assertThat(Documents.json(file, "1")).contains("\"key_value_pairs\": {\"count\": 77}");
            store.apply(new Write.Drop<>(Selection.at(0), List.of("info.count")));
            assertThat(store.get(0, Columns.ALL).has("info.count")).isFalse();
        }
    }

    @Test
    @DisplayName("streams follow ids: rows deleted before them shift nothing, one that is gone ends the stream")
    void streamsFollowIds() throws Exception {
        try (AseLmdbStore store = Documents.open(file)) {
            store.apply(append(0, 10));
            try (BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
                    BlockingReader<Row> snapshot = store.reader(new ReadRequest(Selection.ALL, Columns.ALL, true))) {
                assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(Samples.row(0));
                assertThat(snapshot.next(1).orElseThrow().row(0)).isEqualTo(Samples.row(0));
                store.apply(delete(0, 4));
                assertThat(reader.next(1).orElseThrow().row(0)).isEqualTo(Samples.row(1));
                Batch<Row> until = reader.next(1 << 20).orElseThrow();
                assertThat(until.size()).isEqualTo(2);
                assertThat(catchThrowable(() -> reader.next(1))).isInstanceOf(StoreChangedException.class);
                Batch<Row> rest = snapshot.next(1 << 20).orElseThrow();
                assertThat(rest.size()).isEqualTo(9);
                assertThat(rest.row(8)).isEqualTo(Samples.row(9));
                assertThat(snapshot.next(1)).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("a file removed and made anew is read anew, though its transactions count from the start again")
    void seesReplacedFiles() throws Exception {
        try (AseLmdbStore store = Documents.open(file);
                AseLmdbStore other = Documents.open(file)) {
            store.apply(append(0, 2));
            assertThat(other.size()).isEqualTo(2);
            store.remove();
            assertThat(Files.exists(file)).isFalse();
            assertThat(Files.exists(folder.resolve("s.aselmdb-lock"))).isFalse();
            assertThat(catchThrowable(other::size)).isInstanceOf(StoreNotFoundException.class);
            other.apply(append(5, 6));
            assertThat(all(store)).containsExactly(Samples.row(5));
            store.remove();
            store.remove();
        }
    }

    @Test
    @DisplayName("the map grows from the least while rows are added")
    void mapGrows() throws Exception {
        AseLmdbOptions small = AseLmdbOptions.defaults().withMapSize(64 << 10).withSync(false);
        try (AseLmdbStore store = Documents.open(file, small)) {
            for (int i = 0; i < 10; i++) {
                store.apply(append(100 * i, 100 * i + 100));
            }
            assertThat(store.size()).isEqualTo(1000);
            assertThat(store.get(-1, Columns.ALL)).isEqualTo(Samples.row(999));
            assertThat(Files.size(file)).isGreaterThan(512 << 10);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("a file that is only read, with or without locks, is read by many and changed by none")
    void readsOnly(boolean lock) throws Exception {
        Path golden = Documents.copy("rows.aselmdb", folder);
        byte[] before = Files.readAllBytes(golden);
        AtomsIO db = AtomsIO.open(golden + (lock ? "?readonly=true" : "?lock=false"));
        assertThat(db.rows().count().block()).isEqualTo(10);
        assertThat(db.capabilities()).containsExactlyInAnyOrder(Capability.VERSIONS, Capability.SNAPSHOT);
        assertThat(catchThrowable(() -> db.delete(0).block())).isInstanceOf(AtomfluxException.class);
        db.close().block();
        assertThat(Files.readAllBytes(golden)).isEqualTo(before);
        assertThat(Files.exists(folder.resolve("rows.aselmdb-lock"))).isEqualTo(lock);
    }

    @Test
    @DisplayName("a missing file is told, and not made by reading; groups and unknown options are refused")
    void refusesWhatIsNotThere() {
        ObjectIO db = ObjectIO.open(file);
        assertThat(catchThrowable(() -> db.size().block()))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("ASE database");
        assertThat(catchThrowable(() -> db.repair().collectList().block())).isNull();
        db.close().block();
        assertThat(Files.exists(file)).isFalse();
        for (String query : List.of("group=train", "lok=false", "max_row_bytes=2G", "map_size=1", "lock=perhaps")) {
            assertThat(catchThrowable(() -> ObjectIO.open(file + "?" + query)))
                    .as(query)
                    .isInstanceOf(InvalidOptionException.class);
        }
    }
}
