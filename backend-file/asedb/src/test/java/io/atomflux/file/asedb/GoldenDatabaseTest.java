package io.atomflux.file.asedb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Complex;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that ASE wrote, with a description of what ASE gives back. */
@SuppressWarnings("unchecked")
class GoldenDatabaseTest {

    private static final List<String> OURS =
            List.of("unique_id", "ctime", "mtime", "username", "calculator_parameters");

    @TempDir
    Path folder;

    private static @Nullable Object value(@Nullable Object described) {
        if (!(described instanceof Map<?, ?> map)) {
            return described;
        }
        return switch (String.valueOf(map.get("kind"))) {
            case "array" -> {
                int[] shape = ((List<Long>) map.get("shape"))
                        .stream().mapToInt(Long::intValue).toArray();
                List<Number> data = (List<Number>) map.get("data");
                yield String.valueOf(map.get("dtype")).startsWith("int")
                        ? NdArray.of(data.stream().mapToLong(Number::longValue).toArray(), shape)
                        : NdArray.of(
                                data.stream().mapToDouble(Number::doubleValue).toArray(), shape);
            }
            case "complex" -> {
                List<Double> parts = (List<Double>) map.get("value");
                yield new Complex(parts.get(0), parts.get(1));
            }
            case "list" ->
                ((List<Object>) map.get("items"))
                        .stream().map(GoldenDatabaseTest::value).toList();
            case "map" -> {
                Map<String, @Nullable Object> entries = new LinkedHashMap<>();
                for (List<Object> entry : (List<List<Object>>) map.get("entries")) {
                    entries.put((String) entry.get(0), value(entry.get(1)));
                }
                yield entries;
            }
            default -> map.get("value");
        };
    }

    private static Row expected(Map<String, Object> frame, Map<String, Object> stored) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        List<List<Double>> cell = (List<List<Double>>) frame.get("cell");
        row.put(
                "cell",
                NdArray.of(
                        cell.stream().flatMap(List::stream).mapToDouble(x -> x).toArray(), 3, 3));
        List<Boolean> pbc = (List<Boolean>) frame.get("pbc");
        row.put("pbc", NdArray.of(new boolean[] {pbc.get(0), pbc.get(1), pbc.get(2)}));
        ((Map<String, Object>) frame.get("arrays")).forEach((key, array) -> row.put("arrays." + key, value(array)));
        if (frame.get("calculator") instanceof Map<?, ?> calculator) {
            ((Map<String, Object>) calculator.get("results"))
                    .forEach((key, result) -> row.put("calc." + key, value(result)));
        }
        if (frame.get("constraints") != null) {
            row.put("constraints", frame.get("constraints"));
        }
        for (String map : List.of("key_value_pairs", "data")) {
            ((Map<String, Object>) Objects.requireNonNull(value(stored.get(map))))
                    .forEach((key, entry) -> row.put("info." + key, entry));
        }
        return Row.of(row);
    }

    private static List<Row> all(Path file) throws Exception {
        try (AseDbStore store = Databases.open(file)) {
            assertThat(store.verify()).isEmpty();
            return store.read(Positions.range(0, store.size()), Columns.ALL);
        }
    }

    @Test
    @DisplayName("the rows are the structures that ASE makes of them, with their pairs and data")
    void givesWhatAseGives() throws Exception {
        Map<String, Object> sidecar = Databases.sidecar("rows.db");
        List<Map<String, Object>> frames = (List<Map<String, Object>>) sidecar.get("frames");
        List<Map<String, Object>> stored = (List<Map<String, Object>>) sidecar.get("rows");
        List<Row> expected = new ArrayList<>();
        for (int i = 0; i < frames.size(); i++) {
            expected.add(expected(frames.get(i), stored.get(i)));
        }
        List<Row> rows = all(Databases.copy("rows.db", folder));
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i).toMap()).isEqualTo(expected.get(i).toMap());
        }
        assertThat(rows).hasSize(3);
    }

    @Test
    @DisplayName("each key is read by itself as it is in the whole row")
    void projects() throws Exception {
        Path file = Databases.copy("rows.db", folder);
        Row whole = all(file).get(0);
        try (AseDbStore store = Databases.open(file)) {
            for (String key : whole.keys()) {
                assertThat(store.get(0, Columns.of(List.of(key)))).isEqualTo(whole.only(List.of(key)));
            }
            assertThat(store.get(0, Columns.of(List.of())).size()).isZero();
            assertThat(store.get(1, Columns.of(List.of("calc.energy", "mine"))).size())
                    .isZero();
        }
    }

    @Test
    @DisplayName("the rows are written with the tables and the columns of ASE, byte for byte, and what it computes")
    void writesAsAse() throws Exception {
        Path golden = Databases.copy("rows.db", folder);
        Path file = folder.resolve("mine.db");
        AseDbOptions options = AseDbOptions.defaults().withKeyValuePairs(List.of("foo", "num", "flag", "i"));
        try (AseDbStore store = Databases.open(file, options)) {
            store.apply(new Write.Append<>(all(golden)));
            store.apply(new Write.Append<>(List.of(store.get(0, Columns.ALL)
                    .without(List.of("constraints", "calc.forces", "info.foo", "arrays.masses")))));
            store.apply(new Write.Delete<>(Selection.at(3), Optional.empty()));
        }
        List<Map<String, @Nullable Object>> mine = Databases.query(file, "SELECT * FROM systems");
        List<Map<String, @Nullable Object>> theirs = Databases.query(golden, "SELECT * FROM systems");
        theirs.get(0).put("fmax", null); // which with a Hookean constraint takes ASE
        for (int i = 0; i < theirs.size(); i++) {
            assertThat(mine.get(i).keySet())
                    .containsExactlyElementsOf(theirs.get(i).keySet());
            for (Map.Entry<String, @Nullable Object> cell : theirs.get(i).entrySet()) {
                Object found = mine.get(i).get(cell.getKey());
                if (cell.getKey().equals("volume") && cell.getValue() != null) {
                    assertThat((Double) found).isEqualTo(120.0);
                } else if (!OURS.contains(cell.getKey())) {
                    assertThat(found).as("row %d, %s", i, cell.getKey()).isEqualTo(cell.getValue());
                }
            }
        }
        for (String table : Layout.SIDE_TABLES) {
            String sql = "SELECT * FROM " + table;
            assertThat(Databases.query(file, sql)).as(table).containsExactlyElementsOf(Databases.query(golden, sql));
        }
        String names = "SELECT type, name, tbl_name FROM sqlite_master ORDER BY type, name";
        assertThat(Databases.query(file, names)).isEqualTo(Databases.query(golden, names));
    }

    @Test
    @DisplayName(
            "a changed row keeps identity, metadata and everything that was not touched, also in the tables to select by")
    void changesKeepTheRest() throws Exception {
        Path file = Databases.copy("rows.db", folder);
        String query = "SELECT * FROM systems WHERE id = 1";
        Map<String, @Nullable Object> before = Databases.query(file, query).get(0);
        Row changes = Row.of(Map.of(
                "info.foo",
                "baz",
                "info.i",
                "7",
                "info.more",
                5L,
                "calc.energy",
                -2.5,
                "arrays.numbers",
                NdArray.of(new long[] {9, 1, 1})));
        try (AseDbStore store = Databases.open(file)) {
            store.apply(new Write.Update<>(Selection.at(0), List.of(changes), Optional.empty()));
            store.apply(new Write.Delete<>(Selection.at(1), Optional.empty()));
            Row row = store.get(0, Columns.ALL);
            changes.forEach((key, value) -> assertThat(row.get(key)).isEqualTo(value));
            assertThat(store.verify()).isEmpty();
        }
        Map<String, @Nullable Object> after = Databases.query(file, query).get(0);
        assertThat((Double) after.get("mtime")).isGreaterThan((Double) before.get("mtime"));
        for (String key :
                List.of("unique_id", "ctime", "username", "calculator", "calculator_parameters", "forces", "tags")) {
            assertThat(after.get(key)).as(key).isEqualTo(before.get(key));
        }
        assertThat(after.get("key_value_pairs")).isEqualTo("{\"foo\": \"baz\", \"num\": 1.5, \"flag\": true}");
        assertThat(Databases.query(file, "SELECT value FROM information").toString())
                .contains("golden");
        assertThat(Databases.query(file, "SELECT key, id FROM keys").toString())
                .isEqualTo("[{key=foo, id=1}, {key=num, id=1}, {key=flag, id=1}]");
        assertThat(Databases.query(file, "SELECT value FROM text_key_values").toString())
                .isEqualTo("[{value=baz}]");
        assertThat(Databases.query(file, "SELECT * FROM species").toString())
                .isEqualTo("[{Z=9, n=1, id=1}, {Z=1, n=2, id=1}]");
    }
}
