package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A trajectory of ASE")
class TrajGoldenTest {

    @TempDir
    Path folder;

    private static TrajStore open(Path file) {
        return new TrajStore(file, TrajOptions.defaults());
    }

    static List<Row> stream(TrajStore store, long maxBytes, Columns columns) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, columns))) {
            for (var batch = reader.next(maxBytes); batch.isPresent(); batch = reader.next(maxBytes)) {
                for (int i = 0; i < batch.get().size(); i++) {
                    assertThat(batch.get().position(i)).isEqualTo(rows.size());
                    rows.add(batch.get().row(i));
                }
            }
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource({
        "full, full",
        "changing, changing",
        "appended, appended",
        "empty, empty",
        "partial, changing",
        "old-v1, old-v1",
        "big-endian, big-endian"
    })
    @DisplayName("is read as ASE reads it")
    void isReadAsAseReadsIt(String name, String described) throws IOException {
        List<Row> expected = Golden.rows(described + ".traj");
        try (TrajStore store = open(Golden.copy(name + ".traj", folder))) {
            assertThat(store.size()).isEqualTo(expected.size());
            assertThat(stream(store, 1, Columns.ALL)).containsExactlyElementsOf(expected);
            assertThat(stream(store, 1 << 20, Columns.ALL)).containsExactlyElementsOf(expected);
            assertThat(store.read(Positions.progression(expected.size() - 1, -1, expected.size()), Columns.ALL))
                    .hasSameElementsAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(store.get(i, Columns.ALL)).isEqualTo(expected.get(i));
                for (String key : expected.get(i).keys()) {
                    Columns one = Columns.of(List.of(key, "info.no such key"));
                    assertThat(store.get(i - expected.size(), one))
                            .isEqualTo(expected.get(i).only(List.of(key)));
                }
            }
            assertThat(store.verify()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"appended", "written"})
    @DisplayName("is written byte for byte as ASE writes it, whatever the batches")
    void isWrittenAsAseWritesIt(String name) throws IOException {
        byte[] wanted = Golden.bytes(name + ".traj");
        List<Row> rows;
        try (TrajStore store = open(Golden.copy(name + ".traj", folder))) {
            rows = store.read(Positions.range(0, store.size()), Columns.ALL);
        }
        for (int batch : new int[] {1, 7, 42, 43, 100}) {
            Path file = folder.resolve("batches-of-" + batch + ".traj");
            try (TrajStore store = open(file)) {
                for (int i = 0; i < rows.size(); i += batch) {
                    store.apply(new Write.Append<>(rows.subList(i, Math.min(rows.size(), i + batch))));
                }
                assertThat(store.read(Positions.range(0, store.size()), Columns.ALL))
                        .isEqualTo(rows);
            }
            assertThat(Files.readAllBytes(file)).as("batches of %d", batch).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "changing", "partial", "old-v1", "big-endian", "appended", "empty", "written"})
    @DisplayName("keeps all frames through every kind of rewriting")
    void keepsFramesWhenRewritten(String name) throws IOException {
        Path file = Golden.copy(name + ".traj", folder);
        try (TrajStore store = open(file)) {
            List<Row> rows = new ArrayList<>(store.read(Positions.range(0, store.size()), Columns.ALL));
            Row other = TrajRows.row(1);
            Row another = TrajRows.row(2);
            store.apply(new Write.Append<>(List.of(other, another)));
            rows.addAll(List.of(other, another));
            assertThat(stream(store, 1 << 20, Columns.ALL)).isEqualTo(rows);

            store.apply(new Write.Insert<>(0, List.of(another)));
            rows.add(0, another);
            assertThat(stream(store, 1 << 20, Columns.ALL)).isEqualTo(rows);

            store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
            rows.remove(0);
            assertThat(stream(store, 1 << 20, Columns.ALL)).isEqualTo(rows);

            for (int round = 0; round < 6; round++) {
                store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
                rows.remove(0);
                store.apply(new Write.Append<>(List.of(other)));
                rows.add(other);
                store.apply(new Write.Delete<>(Selection.at(rows.size() / 2), Optional.empty()));
                rows.remove(rows.size() / 2);
                assertThat(store.read(Positions.range(0, store.size()), Columns.ALL))
                        .isEqualTo(rows);
                if (rows.isEmpty()) {
                    break;
                }
            }
            assertThat(store.verify()).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "keeps calculators and the description, which rows do not tell, through changes of other frames and keys")
    void keepsWhatRowsDoNotTell() throws IOException {
        Path file = Golden.copy("changing.traj", folder);
        try (TrajStore store = open(file)) {
            store.apply(new Write.Update<>(Selection.at(6), List.of(Row.of("calc.energy", -2.0)), Optional.empty()));
            store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
            store.apply(new Write.Insert<>(0, List.of(TrajRows.row(3))));
            assertThat(store.get(6, Columns.ALL).get("calc.energy")).isEqualTo(-2.0);
        }
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(bytes)
                .contains("\"description\": {\"type\": \"golden\", \"n\": 1}")
                .contains(
                        "\"calculator.\": {\"name\": \"unknown\", \"parameters\": {\"xc\": \"PBE\", \"kpts\": [1, 2, 3]}");
    }
}
