package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Reference;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing H5MD: into new files, and into those of other programs. */
class H5mdStoreTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/h5md");

    @TempDir
    Path folder;

    private Path copy(String name) throws IOException {
        return Files.copy(GOLDEN.resolve(name + ".h5md"), folder.resolve(name + ".h5md"));
    }

    private static ColumnarStore store(Path file, String group) {
        TreeStore tree = H5mdGoldenTest.open(file, false);
        return new ColumnarStore(
                new ColumnarFile(tree, at -> H5mdGoldenTest.LAYOUT, Optional.of(group), file.toString(), 1 << 20));
    }

    private static List<Row> content(ColumnarStore store) throws IOException {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    /** Reads all rows at once, one by one, and once more by a store that was opened for it. */
    private void holds(Path file, String group, List<Row> expected) throws IOException {
        try (ColumnarStore store = store(file, group)) {
            List<Row> all = content(store);
            for (int i = 0; i < Math.min(all.size(), expected.size()); i++) {
                assertThat(all.get(i)).as("row %d", i).isEqualTo(expected.get(i));
                assertThat(store.get(i, Columns.ALL)).as("row %d alone", i).isEqualTo(expected.get(i));
            }
            assertThat(all).hasSameSizeAs(expected);
        }
    }

    private static <T> T look(Path file, TreeStore.Reading<T> looking) throws IOException {
        try (TreeStore tree = H5mdGoldenTest.open(file, true)) {
            return tree.read(looking);
        }
    }

    private static Write<Row> append(Row... rows) {
        return new Write.Append<>(List.of(rows));
    }

    private static Row.Builder frame(int seed, int atoms, boolean periodic) {
        SplittableRandom random = new SplittableRandom(seed);
        return Row.builder()
                .put("cell", NdArray.of(random.doubles(9).toArray(), 3, 3))
                .put("pbc", NdArray.of(new boolean[] {periodic, false, periodic}))
                .put("arrays.numbers", NdArray.of(random.longs(atoms, 1, 90).toArray()))
                .put("arrays.positions", NdArray.of(random.doubles(atoms * 3L).toArray(), atoms, 3))
                .put("calc.energy", random.nextDouble());
    }

    private static List<Row> concat(List<Row> one, Row... more) {
        List<Row> all = new ArrayList<>(one);
        all.addAll(List.of(more));
        return all;
    }

    @Test
    @DisplayName(
            "rows of differing atom counts, periodicity, bonds and keys come back equal, also row by row and reopened")
    void roundTrip() throws IOException {
        Path file = folder.resolve("x.h5md");
        List<?> constraint = List.of(Map.of("name", "FixAtoms", "kwargs", Map.of("indices", List.of(0L))));
        List<Row> rows = List.of(
                frame(1, 3, true)
                        .put("info.connectivity", List.of(List.of(0L, 1L), List.of(0L, 2L, 1.5)))
                        .put("constraints", constraint)
                        .put("info.tag", "first")
                        .build(),
                frame(2, 5, false)
                        .put("calc.forces", NdArray.of(new double[15], 5, 3))
                        .put("calc.magmoms", NdArray.of(new double[] {1, 2, 3, 4, 5}))
                        .build(),
                frame(3, 1, true)
                        .put("arrays.tags", NdArray.of(new long[] {7}))
                        .put("info.count", 3L)
                        .put("info.flag", true)
                        .put("info.nested", Map.of("a", List.of(1L, 2.5, "x")))
                        .build(),
                frame(4, 6, false)
                        .put("info.connectivity", List.of(List.of(4L, 5L)))
                        .put("constraints", List.of())
                        .build(),
                Row.reserved(),
                Row.of("info.tag", "alone"),
                frame(5, 2, true)
                        .put("info.connectivity", "not a list of bonds")
                        .build());
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(append(rows.get(0), rows.get(1)));
            assertThat(store.get(0, Columns.ALL)).isEqualTo(rows.get(0));
            for (Row row : rows.subList(2, rows.size())) {
                store.apply(append(row));
            }
            assertThat(content(store)).isEqualTo(rows);
        }
        holds(file, "atoms", rows);
    }

    @Test
    @DisplayName(
            "a new file says what H5MD asks for: author, creator, dimension, honest boundary, units, steps, origins")
    void skeleton() throws IOException {
        Path file = folder.resolve("x.h5md");
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(append(
                    frame(1, 3, true)
                            .put("info.connectivity", List.of(List.of(0L, 1L)))
                            .build(),
                    frame(2, 4, false).build()));
        }
        look(file, tree -> {
            assertThat(tree.attributes("h5md/author")).containsEntry("name", "unknown");
            assertThat(tree.attributes("h5md/creator"))
                    .containsEntry("name", "atomflux")
                    .containsKey("version");
            assertThat(tree.attributes("particles/atoms/box"))
                    .containsEntry("dimension", 3L)
                    .containsEntry("boundary", List.of("periodic", "none", "periodic"));
            assertThat(tree.attributes("particles/atoms/position/value")).containsEntry("unit", "Angstrom");
            assertThat(tree.attributes("particles/atoms/position")).containsEntry("ASE_ENTRY_ORIGIN", "atoms");
            assertThat(tree.attributes("connectivity/atoms/bonds"))
                    .containsEntry("particles_group", new Reference("particles/atoms"));
            ArrayInfo species = tree.array("particles/atoms/species/value").orElseThrow();
            assertThat(species.element()).isEqualTo(ElementType.of(DType.FLOAT64));
            assertThat(species.shape()).isEqualTo(Shape.of(2, 4));
            assertThat(tree.array("particles/atoms/species/step").orElseThrow().shape())
                    .isEqualTo(Shape.of());
            assertThat(one(tree, "particles/atoms/species/step")).isEqualTo(1);
            assertThat(one(tree, "particles/atoms/species/time")).isEqualTo(1);
            return null;
        });
    }

    private static double one(Tree tree, String path) throws IOException {
        ArrayInfo array = tree.array(path).orElseThrow();
        return NdArray.wrap(
                        array.element().dtype(),
                        new int[0],
                        tree.chunk(array, Shape.of()).bytes(),
                        0)
                .doubleAt(0);
    }

    private static double[] many(Tree tree, String path) throws IOException {
        ArrayInfo array = tree.array(path).orElseThrow();
        byte[] bytes = new ArrayReading(tree, array).all();
        return NdArray.wrap(
                        array.element().dtype(), new int[] {(int) array.shape().at(0)}, bytes, 0)
                .toDoubleArray();
    }

    private record ArrayReading(Tree tree, ArrayInfo array) {
        byte[] all() throws IOException {
            Entries.Span span = new Entries.Span();
            int count = (int) array.shape().at(0);
            new Entries(array).bytes(new TreeChunks(tree), 0, count, span);
            byte[] copy = new byte[count * array.element().dtype().itemSize()];
            System.arraycopy(span.bytes, span.at, copy, 0, copy.length);
            return copy;
        }
    }

    @Test
    @DisplayName("every array is as long as there are rows after every change, whatever a batch lacks")
    void everythingIsExtended() throws IOException {
        Path file = folder.resolve("x.h5md");
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(append(frame(1, 3, true)
                    .put("info.connectivity", List.of(List.of(0L, 1L, 2.0)))
                    .put("constraints", List.of(Map.of("name", "FixCom", "kwargs", Map.of())))
                    .put("info.tag", "x")
                    .build()));
            store.apply(append(frame(2, 5, true).build()));
            store.apply(append(frame(3, 2, true)
                    .put("info.connectivity", List.of(List.of(0L, 1L)))
                    .build()));
        }
        look(file, tree -> {
            for (String path : List.of(
                    "particles/atoms/position",
                    "observables/atoms/tag",
                    "observables/atoms/constraints_json",
                    "connectivity/atoms/bonds",
                    "connectivity/atoms/bond_orders")) {
                assertThat(tree.array(path + "/value").orElseThrow().shape().at(0))
                        .as(path)
                        .isEqualTo(3);
            }
            assertThat(tree.array("asebytes/atoms/_n_atoms").orElseThrow().shape())
                    .isEqualTo(Shape.of(3));
            return null;
        });
    }

    @Test
    @DisplayName("what stands for bonds and is none stays when the first bonds come later")
    void oddBondsFirst() throws IOException {
        Path file = folder.resolve("x.h5md");
        Row odd = frame(1, 3, true).put("info.connectivity", "not a list").build();
        Row bonds = frame(2, 3, true)
                .put("info.connectivity", List.of(List.of(0L, 1L)))
                .build();
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(append(odd));
            store.apply(append(bonds));
        }
        holds(file, "atoms", List.of(odd, bonds));
    }

    @Test
    @DisplayName("two keys of one place are refused, naming both, and nothing is written")
    void collisions() throws IOException {
        Path file = folder.resolve("x.h5md");
        NdArray forces = NdArray.of(new double[9], 3, 3);
        try (ColumnarStore store = store(file, "atoms")) {
            Row both = frame(1, 3, true)
                    .put("arrays.forces", forces)
                    .put("calc.forces", forces)
                    .build();
            assertThatThrownBy(() -> store.apply(append(both)))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("calc.forces")
                    .hasMessageContaining("arrays.forces");
            assertThat(file).doesNotExist();
            store.apply(append(frame(1, 3, true).put("info.x", 1.0).build()));
            assertThatThrownBy(() -> store.apply(
                            append(frame(1, 3, true).put("calc.x", 2.0).build())))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("calc.x")
                    .hasMessageContaining("info.x");
            assertThat(store.size()).isEqualTo(1);
        }
        holds(file, "atoms", List.of(frame(1, 3, true).put("info.x", 1.0).build()));
    }

    @Test
    @DisplayName("a file of asebytes goes on, bonds it left short among it")
    void asebytes() throws IOException {
        Path file = copy("asebytes");
        Row more = frame(9, 7, true)
                .put("arrays.tags", NdArray.of(new long[] {1, 2, 3, 4, 5, 6, 7}))
                .put("info.connectivity", List.of(List.of(0L, 6L, 1.0)))
                .put("info.tag", "more")
                .build();
        List<Row> old = H5mdGoldenTest.expected("asebytes");
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(append(more));
        }
        holds(file, "atoms", concat(old, more));
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(new Write.Delete<>(Selection.at(1), Optional.empty()));
        }
        holds(file, "atoms", List.of(old.get(0), old.get(2), more));
        look(file, tree -> {
            assertThat(tree.attributes("h5md/author")).containsEntry("name", "A. Author");
            return null;
        });
    }

    @Test
    @DisplayName("a file of znh5md goes on and can be written anew, with atom counts for all rows")
    void znh5md() throws IOException {
        Path file = copy("znh5md");
        Row more = frame(9, 7, true)
                .put("calc.forces", NdArray.of(new double[21], 7, 3))
                .put("info.tag", "more")
                .build();
        List<Row> old = H5mdGoldenTest.expected("znh5md");
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(append(more));
        }
        holds(file, "atoms", concat(old, more));
        look(file, tree -> {
            assertThat(many(tree, "asebytes/atoms/_n_atoms")).containsExactly(3, 5, 2, 7);
            return null;
        });
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(new Write.Insert<>(0, List.of(more)));
        }
        holds(file, "atoms", concat(concat(List.of(more), old.toArray(Row[]::new)), more));
        look(file, tree -> {
            assertThat(tree.attributes("particles/atoms/position/time")).containsEntry("unit", "fs");
            return null;
        });
    }

    @Test
    @DisplayName("what znh5md has among the particles for its length alone stays whole when rows are added")
    void asLongAsTheFirstFrame() throws IOException {
        Path file = copy("znh5md-six");
        List<Row> old = H5mdGoldenTest.expected("znh5md-six");
        holds(file, "atoms", old);
        try (ColumnarStore store = store(file, "atoms")) {
            store.apply(append(old.get(1)));
        }
        holds(file, "atoms", concat(old, old.get(1)));
    }

    @Test
    @DisplayName("a dump with its own steps goes on with them, edges stay lengths")
    void dump() throws IOException {
        Path file = copy("simulation-dump");
        List<Row> old = H5mdGoldenTest.expected("simulation-dump");
        Row like = old.get(4).without(List.of("info.step", "info.time"));
        Row later = old.get(4).merge(Row.of("info.step", 100L, "info.time", 0.5));
        try (ColumnarStore store = store(file, "all")) {
            store.apply(append(like, later, like));
        }
        holds(
                file,
                "all",
                concat(
                        old,
                        like.merge(Row.of("info.step", 60L, "info.time", 0.045 + (0.045 - 0.03))),
                        later,
                        like.merge(Row.of("info.step", 140L, "info.time", 0.5 + (0.5 - (0.045 + (0.045 - 0.03)))))));
        look(file, tree -> {
            for (String path :
                    List.of("particles/all/position/step", "particles/all/id/step", "particles/all/box/edges/step")) {
                assertThat(many(tree, path)).as(path).containsExactly(0, 10, 20, 30, 45, 60, 100, 140);
            }
            assertThat(tree.array("particles/all/box/edges/value").orElseThrow().shape())
                    .isEqualTo(Shape.of(8, 3));
            return null;
        });
        try (ColumnarStore store = store(file, "all")) {
            assertThatThrownBy(() -> store.apply(new Write.Delete<>(Selection.at(0), Optional.empty())))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("/particles/all/position (steps of its own)");
        }
        try (ColumnarStore store = store(file, "all")) {
            store.apply(new Write.Delete<>(Selection.at(-1), Optional.empty()));
            assertThat(store.size()).isEqualTo(7);
        }
    }

    @Test
    @DisplayName("what a file has once for all rows must be the same in new rows, and nothing else in it is lost")
    void fixedElements() throws IOException {
        Path file = copy("simulation-trajectory");
        List<Row> old = H5mdGoldenTest.expected("simulation-trajectory");
        Row like = old.get(4).merge(Row.of("info.step", 125L, "info.time", 0.25));
        try (ColumnarStore store = store(file, "trajectory")) {
            Row heavier = like.merge(Row.of("arrays.masses", NdArray.of(new double[] {1, 2, 3, 4})));
            assertThatThrownBy(() -> store.apply(append(heavier)))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("arrays.masses");
            assertThatThrownBy(() -> store.apply(append(like.without(List.of("arrays.masses")))))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("arrays.masses");
            assertThatThrownBy(() -> store.apply(new Write.Reserve<>(1))).isInstanceOf(UnsupportedDataException.class);
            assertThat(store.size()).isEqualTo(5);
            store.apply(append(like));
        }
        holds(file, "trajectory", concat(old, like));
        look(file, tree -> {
            assertThat(tree.array("parameters/cutoff_scheme")).isPresent();
            assertThat(tree.array("particles/trajectory/mass").orElseThrow().shape())
                    .isEqualTo(Shape.of(4));
            assertThat(tree.attributes("particles/trajectory/position/value")).containsEntry("unit", "nm");
            return null;
        });
    }

    @Test
    @DisplayName(
            "a file whose arrays cannot grow, or that has values at other steps, is refused, naming what stands in the way")
    void cannotGoOn() throws IOException {
        Path file = copy("simulation-groups");
        byte[] before = Files.readAllBytes(file);
        Row protein = H5mdGoldenTest.expected("simulation-groups-protein").get(0);
        try (ColumnarStore store = store(file, "protein")) {
            assertThatThrownBy(() -> store.apply(append(protein)))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("particles/protein/");
        }
        Row solvent = H5mdGoldenTest.expected("simulation-groups-solvent").get(0);
        try (ColumnarStore store = store(file, "solvent")) {
            assertThatThrownBy(() -> store.apply(append(solvent)))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("/observables/solvent/pressure (taken at other steps");
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    @DisplayName("groups of one file change on their own")
    void groups() throws IOException {
        Path file = folder.resolve("x.h5md");
        Row one = frame(1, 2, true).build();
        Row other = frame(2, 3, false).build();
        try (ColumnarStore a = store(file, "a");
                ColumnarStore b = store(file, "b")) {
            a.apply(append(one, one));
            b.apply(append(other, other, other));
            a.apply(new Write.Insert<>(1, List.of(other)));
            b.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
        }
        holds(file, "a", List.of(one, other, one));
        holds(file, "b", List.of(other, other));
        List<String> groups = look(file, H5mdGoldenTest.LAYOUT::groups);
        assertThat(groups).containsExactly("a", "b");
    }
}
