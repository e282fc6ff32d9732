package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.codec.Json;
import io.atomflux.file.columnar.hdf5.Hdf5Store;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of other programs, made by {@code golden/h5md/make.py}. */
class H5mdGoldenTest {

    private static final Path FOLDER = Path.of("src/test/resources/golden/h5md");

    static final H5mdLayout LAYOUT = new H5mdLayout(
            new LayoutOptions(new Compression("gzip", 4, false), OptionalLong.empty()), H5mdOptions.NONE);

    static TreeStore open(Path file, boolean readOnly) {
        return Hdf5Store.of(file, readOnly, Duration.ofSeconds(5), 1 << 26);
    }

    /** Reads all rows of a group. */
    static List<Row> rows(TreeStore store, String group) throws IOException {
        return store.read(tree -> {
            Frames frames = LAYOUT.open(tree, group, store.name()).orElseThrow();
            return frames.read(new TreeChunks(tree), Positions.range(0, frames.size()), Columns.ALL);
        });
    }

    static List<Row> expected(String name) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(FOLDER.resolve(name + ".jsonl"))) {
            rows.add(Json.readRow(line));
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource({
        "asebytes, atoms, asebytes",
        "znh5md, atoms, znh5md",
        "znh5md-time, system, znh5md-time",
        "simulation-trajectory, trajectory, simulation-trajectory",
        "simulation-dump, all, simulation-dump",
        "simulation-groups, protein, simulation-groups-protein",
        "simulation-groups, solvent, simulation-groups-solvent",
        "simulation-bare, beads, simulation-bare",
        "asebytes-grown, atoms, asebytes-grown",
        "znh5md-grown, atoms, znh5md-grown",
        "znh5md-six, atoms, znh5md-six"
    })
    @DisplayName("rows of other programs are read with every value in its type")
    void rowsOfOthers(String file, String group, String expected) throws IOException {
        try (TreeStore store = open(FOLDER.resolve(file + ".h5md"), true)) {
            List<Row> rows = rows(store, group);
            List<Row> wanted = expected(expected);
            for (int i = 0; i < wanted.size(); i++) {
                Row row = rows.get(i);
                assertThat(new TreeSet<>(row.keys()))
                        .as("keys of row %d", i)
                        .isEqualTo(new TreeSet<>(wanted.get(i).keys()));
                for (String key : row.keys()) {
                    assertThat(row.get(key))
                            .as("row %d, %s", i, key)
                            .isEqualTo(wanted.get(i).get(key));
                }
            }
            assertThat(rows).hasSameSizeAs(wanted);
        }
    }

    @Test
    @DisplayName("the first of several particles groups is meant where none is named")
    void groups() throws IOException {
        try (TreeStore store = open(FOLDER.resolve("simulation-groups.h5md"), true)) {
            List<String> groups = store.read(LAYOUT::groups);
            assertThat(groups).containsExactly("protein", "solvent");
            String meant = store.read(LAYOUT::defaultGroup);
            assertThat(meant).isEqualTo("protein");
            boolean lipids =
                    store.read(tree -> LAYOUT.open(tree, "lipids", store.name()).isPresent());
            assertThat(lipids).isFalse();
        }
    }
}
