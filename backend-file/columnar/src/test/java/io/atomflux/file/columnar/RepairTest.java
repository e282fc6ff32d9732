package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.ForeignDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.StoredColumn;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.DType;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a writer that was killed in the middle left, as Python's does: columns longer than the rows. */
class RepairTest {

    static final List<String> SUFFIXES = Backends.SUFFIXES;

    @TempDir
    Path folder;

    private static List<Row> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(Samples::row).toList();
    }

    /** Makes a column longer, as if the number of rows had been going to follow. */
    private static void lengthen(Path path, String column) throws IOException {
        try (TreeStore tree = Container.of(path, OpenOptions.none()).tree().open(path, false)) {
            tree.<Boolean>edit(edit -> {
                ArrayInfo array = edit.array(column).orElseThrow();
                edit.resize(array, array.shape().with(0, array.shape().at(0) + 5));
                edit.commit("half of an append", column.contains("particles") ? "asebytes/atoms" : "default");
                return true;
            });
        }
    }

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @DisplayName("columns longer than the rows are found and cut, and nothing else changes")
    void cutsWhatIsTooLong(String suffix) throws IOException {
        Path path = folder.resolve("longer" + suffix);
        RowBackend<Row> backend = Backends.open(path);
        Backends.apply(backend, new Write.Append<>(rows(0, 7)));
        assertThat(Backends.get(backend.repair().collectList())).isEmpty();
        lengthen(path, suffix.equals(".h5md") ? "particles/atoms/position/value" : "default/arrays.positions");
        assertThat(Backends.content(backend)).isEqualTo(rows(0, 7));
        assertThat(Backends.get(backend.verify().collectList())).hasSize(1);
        assertThat(Backends.get(backend.repair().collectList()))
                .singleElement()
                .asString()
                .contains("arrays.positions");
        Backends.requireSound(backend);
        Backends.apply(backend, new Write.Append<>(rows(7, 9)));
        assertThat(Backends.content(backend)).isEqualTo(rows(0, 9));
        Backends.close(backend);
    }

    /** Makes arrays as asebytes does before it first tells how many rows there are; gives them to a group of some name. */
    private static void begin(Path path, List<String> names) throws IOException {
        try (TreeStore tree = Container.of(path, OpenOptions.none()).tree().open(path, false)) {
            tree.<Boolean>edit(edit -> {
                edit.createGroup("default");
                for (String name : names) {
                    edit.createArray(
                            "default/" + name,
                            new ArraySpec(
                                    ElementType.of(name.startsWith("_") ? DType.INT32 : DType.FLOAT64),
                                    name.equals("arrays.positions") ? Shape.of(5, 4, 3) : Shape.of(5),
                                    name.equals("arrays.positions") ? Shape.of(5, 4, 3) : Shape.of(5),
                                    Compression.NONE));
                }
                edit.commit("half of the first append", "default");
                return true;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".zarr", ".zarrp", ".h5", ".h5p"})
    @DisplayName("what a writer left that was killed while it wrote the first rows is an empty store, and is cut")
    void killedWithTheFirstRows(String suffix) throws IOException {
        for (boolean repaired : new boolean[] {true, false}) {
            Path path = folder.resolve("first-" + repaired + suffix);
            begin(
                    path,
                    suffix.endsWith("p")
                            ? List.of("arrays.positions", "calc.energy", "_n_atoms")
                            : List.of("arrays.positions", "calc.energy", "_offsets"));
            RowBackend<Row> backend = Backends.open(path);
            assertThat(Backends.content(backend)).isEmpty();
            assertThat(Backends.get(backend.verify().collectList())).hasSize(2);
            if (repaired) {
                assertThat(Backends.get(backend.repair().collectList())).hasSize(2);
                Backends.requireSound(backend);
            }
            Backends.apply(backend, new Write.Append<>(rows(0, 3)));
            assertThat(Backends.content(backend)).isEqualTo(rows(0, 3));
            Backends.requireSound(backend);
            Backends.close(backend);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".zarr", ".h5"})
    @DisplayName("a group of arrays of other names is not taken for an unfinished one")
    void othersStay(String suffix) throws IOException {
        Path path = folder.resolve("other" + suffix);
        begin(path, List.of("positions", "energy"));
        RowBackend<Row> backend = Backends.open(path);
        assertThatThrownBy(() -> Backends.content(backend)).isInstanceOf(ForeignDataException.class);
        Backends.close(backend);
    }

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @DisplayName("booleans are such that Python can add its own, and come back as booleans")
    void flags(String suffix) {
        List<Row> rows = List.of(Row.of("info.flag", true), Row.of("info.flag", false));
        RowBackend<Row> backend = Backends.open(folder.resolve("flags" + suffix));
        Backends.apply(backend, new Write.Append<>(rows));
        assertThat(Backends.get(backend.storage().collectList()))
                .filteredOn(column -> column.name().equals("info.flag"))
                .singleElement()
                .extracting(StoredColumn::type)
                .isEqualTo(suffix.startsWith(".zarr") ? "bool" : "float64");
        assertThat(Backends.content(backend)).isEqualTo(rows);
        Backends.close(backend);
    }

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @DisplayName("the columns are told with type, shape, chunk and codecs")
    void tellsStorage(String suffix) {
        RowBackend<Row> backend = Backends.open(folder.resolve("told" + suffix));
        Backends.apply(backend, new Write.Append<>(rows(0, 7)));
        List<StoredColumn> columns = Backends.get(backend.storage().collectList());
        StoredColumn energy = columns.stream()
                .filter(column -> column.name().equals("calc.energy"))
                .findFirst()
                .orElseThrow();
        assertThat(energy.type()).isEqualTo("float64");
        assertThat(energy.shape()).isEqualTo("[7]");
        assertThat(energy.bytes()).isEqualTo(56);
        assertThat(energy.storedBytes()).isPositive();
        assertThat(energy.codecs()).contains(suffix.startsWith(".zarr") ? "lz4" : "gzip");
        Backends.close(backend);
    }
}
