package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that znh5md and others add to files that have /asebytes, of which they do not know. */
class H5mdAddedTest {

    private static final String ATOMS = "particles/atoms/";

    @TempDir
    Path folder;

    private Path copy(String name) throws IOException {
        return Files.copy(
                Path.of("src/test/resources/golden/h5md").resolve(name + ".h5md"), folder.resolve(name + ".h5md"));
    }

    private static ColumnarStore store(Path file) {
        TreeStore tree = H5mdGoldenTest.open(file, false);
        return new ColumnarStore(
                new ColumnarFile(tree, at -> H5mdGoldenTest.LAYOUT, Optional.of("atoms"), file.toString(), 1 << 20));
    }

    private static void holds(Path file, List<Row> expected) throws IOException {
        try (ColumnarStore store = store(file)) {
            assertThat(store.read(Positions.range(0, store.size()), Columns.ALL))
                    .isEqualTo(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(store.get(i, Columns.ALL)).as("row %d alone", i).isEqualTo(expected.get(i));
            }
            assertThat(store.verify()).isEmpty();
        }
    }

    private static List<Row> joined(List<Row> one, List<Row> other) {
        List<Row> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    private static Row more(String name) throws IOException {
        List<Row> old = H5mdGoldenTest.expected(name);
        return old.get(0)
                .merge(Row.of("arrays.numbers", NdArray.of(new long[] {1, 2, 3, 4, 5, 6, 7})))
                .merge(Row.of("arrays.positions", NdArray.of(new double[21], 7, 3)))
                .without(List.of("arrays.tags", "calc.forces"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"asebytes-grown", "znh5md-grown"})
    @DisplayName("the rows are there at once, stay when rows are added and changed, and lack what they were not given")
    void goesOn(String name) throws IOException {
        Path file = copy(name);
        List<Row> old = H5mdGoldenTest.expected(name);
        holds(file, old);
        Row more = more(name);
        try (ColumnarStore store = store(file)) {
            store.apply(new Write.Append<>(List.of(more)));
        }
        holds(file, joined(old, List.of(more)));
        try (ColumnarStore store = store(file)) {
            store.apply(new Write.Put<>(Selection.at(1), List.of(more), Optional.empty()));
        }
        List<Row> changed = new ArrayList<>(joined(old, List.of(more)));
        changed.set(1, more);
        holds(file, changed);
        try (TreeStore tree = H5mdGoldenTest.open(file, true)) {
            tree.<Boolean>read(at -> {
                assertThat(at.attributes("asebytes/atoms")).containsEntry("n_frames", (long) changed.size());
                assertThat(at.array("asebytes/atoms/_n_atoms")
                                .orElseThrow()
                                .shape()
                                .at(0))
                        .isEqualTo(changed.size());
                assertThat(at.array(ATOMS + "tags/value").orElseThrow().shape().at(0))
                        .isEqualTo(changed.size());
                return true;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"asebytes-grown", "znh5md-grown"})
    @DisplayName("writing all rows anew, reserving and taking the last away know the added rows")
    void otherChanges(String name) throws IOException {
        Path file = copy(name);
        List<Row> old = H5mdGoldenTest.expected(name);
        try (ColumnarStore store = store(file)) {
            store.apply(new Write.Insert<>(0, List.of(more(name))));
        }
        holds(file, joined(List.of(more(name)), old));
        Files.delete(file);
        copy(name);
        try (ColumnarStore store = store(file)) {
            store.apply(new Write.Reserve<>(2));
        }
        holds(file, joined(old, List.of(Row.reserved(), Row.reserved())));
        Files.delete(file);
        copy(name);
        try (ColumnarStore store = store(file)) {
            store.apply(new Write.Delete<>(Selection.at(-1), Optional.empty()));
        }
        holds(file, old.subList(0, old.size() - 1));
    }

    private static void resize(Path file, Map<String, Long> lengths) throws IOException {
        try (TreeStore tree = H5mdGoldenTest.open(file, false)) {
            tree.<Boolean>edit(edit -> {
                for (Map.Entry<String, Long> one : lengths.entrySet()) {
                    ArrayInfo array = edit.array(one.getKey()).orElseThrow();
                    edit.resize(array, array.shape().with(0, one.getValue()));
                }
                edit.commit("other lengths", "asebytes/atoms");
                return true;
            });
        }
    }

    private void cut(Path file, int rows) throws IOException {
        List<Row> old = H5mdGoldenTest.expected("asebytes-grown");
        try (ColumnarStore store = store(file)) {
            assertThat(store.size()).isEqualTo(rows);
            assertThat(store.verify()).isNotEmpty();
            store.apply(new Write.Append<>(List.of(old.get(2))));
        }
        holds(file, joined(old.subList(0, rows), List.of(old.get(2))));
    }

    @Test
    @DisplayName("what asebytes left that was killed between two elements is cut as before")
    void killedBetweenElements() throws IOException {
        Path file = copy("asebytes-grown");
        resize(file, Map.of(ATOMS + "box/pbc/value", 1L));
        cut(file, 1);
        Files.delete(file);
        copy("asebytes-grown");
        resize(file, Map.of(ATOMS + "box/edges/value", 1L)); // as znh5md leaves it when it fails at pbc
        cut(file, 1);
    }

    @Test
    @DisplayName("what asebytes left that was killed before it wrote the number of rows is cut as before")
    void killedBeforeTheNumber() throws IOException {
        Path file = copy("asebytes-grown");
        resize(file, Map.of("asebytes/atoms/_n_atoms", 3L));
        cut(file, 1);
    }

    @Test
    @DisplayName("elements that were made longer and not filled are no rows")
    void lengthsWithoutContent() throws IOException {
        Path file = copy("asebytes-grown");
        resize(
                file,
                Map.of(
                        ATOMS + "species/value", 4L,
                        ATOMS + "position/value", 4L,
                        ATOMS + "box/edges/value", 4L,
                        ATOMS + "box/pbc/value", 4L));
        cut(file, 1);
    }
}
