package io.atomflux.file.aselmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.codec.AseJson;
import io.atomflux.file.lmdb.OpenEnvironments;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.DType;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases made with ASE's own row and JSON encoders, each with a description of what ASE gives back. */
class GoldenDatabasesTest {

    @TempDir
    Path folder;

    private static List<Row> all(Path file) throws Exception {
        try (AseLmdbStore store = Documents.open(file)) {
            return store.read(Positions.range(0, store.size()), Columns.ALL);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Long> ids(Map<String, Object> sidecar) {
        List<Long> ids = new ArrayList<>();
        ((Map<String, Object>) sidecar.get("rows_json")).keySet().forEach(id -> ids.add(Long.parseLong(id)));
        return ids;
    }

    @SuppressWarnings("unchecked")
    private static Row frame(Map<String, Object> frame) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("cell", Numbers.cast(frame.get("cell"), DType.FLOAT64));
        List<Boolean> pbc = (List<Boolean>) frame.get("pbc");
        row.put("pbc", NdArray.of(new boolean[] {pbc.get(0), pbc.get(1), pbc.get(2)}));
        ((Map<String, Object>) frame.get("arrays")).forEach((key, value) -> row.put("arrays." + key, value(value)));
        Map<String, Object> calculator = (Map<String, Object>) frame.get("calculator");
        ((Map<String, Object>) calculator.get("results")).forEach((key, value) -> row.put("calc." + key, value(value)));
        if (frame.get("constraints") != null) {
            row.put("constraints", frame.get("constraints"));
        }
        return Row.of(row);
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Object value(Object described) {
        if (!(described instanceof Map<?, ?> map)) {
            return described;
        }
        if (!"array".equals(map.get("kind"))) {
            return map.get("value");
        }
        DType type = "int64".equals(map.get("dtype")) ? DType.INT64 : DType.FLOAT64;
        int[] shape = ((List<Long>) map.get("shape"))
                .stream().mapToInt(Long::intValue).toArray();
        return Numbers.cast(map.get("data"), type).reshape(shape);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows", "old-style"})
    @DisplayName("the structures are those that ASE makes of the rows, in either encoding")
    @SuppressWarnings("unchecked")
    void givesWhatAseGives(String name) throws Exception {
        Map<String, Object> sidecar = Documents.sidecar(name + ".aselmdb");
        List<Row> rows = all(Documents.copy(name + ".aselmdb", folder));
        List<Map<String, Object>> frames = (List<Map<String, Object>>) sidecar.get("frames_of_first_two_ids");
        assertThat(frames).hasSize(2);
        for (int i = 0; i < frames.size(); i++) {
            Row row = rows.get(i);
            List<String> info =
                    row.keys().stream().filter(key -> key.startsWith("info.")).toList();
            assertThat(row.without(info)).isEqualTo(frame(frames.get(i)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows", "old-style", "shards/data0000", "shards/data0001"})
    @DisplayName("there is a row for each id that was not deleted, in the order of the ids, with all its metadata")
    @SuppressWarnings("unchecked")
    void keepsIds(String name) throws Exception {
        Map<String, Object> sidecar = Documents.sidecar(name + ".aselmdb");
        Path file = Documents.copy(name + ".aselmdb", folder);
        List<Row> rows = all(file);
        List<Long> ids = ids(sidecar);
        assertThat(ids).isSorted();
        assertThat(rows).hasSameSizeAs(ids);
        for (int i = 0; i < ids.size(); i++) {
            Map<String, Object> stored =
                    (Map<String, Object>) ((Map<String, Object>) sidecar.get("rows_json")).get("" + ids.get(i));
            Map<String, @Nullable Object> info = new LinkedHashMap<>();
            for (String map : List.of("key_value_pairs", "data")) {
                ((Map<String, Object>) stored.getOrDefault(map, Map.of()))
                        .forEach((key, value) -> info.put("info." + key, value));
            }
            Row row = rows.get(i);
            assertThat(row.only(row.keys().stream()
                            .filter(key -> key.startsWith("info."))
                            .toList()))
                    .as("row %d, id %d", i, ids.get(i))
                    .isEqualTo(Row.of(info));
        }
        try (AseLmdbStore store = Documents.open(file)) {
            assertThat(store.verify()).isEmpty();
        }
    }

    @Test
    @DisplayName("shards are read one after the other as one store")
    void concatenatesShards() throws Exception {
        Path first = Documents.copy("shards/data0000.aselmdb", folder);
        Path second = Documents.copy("shards/data0001.aselmdb", folder);
        AtomsIO shards = AtomsIO.concat(AtomsIO.open(first), AtomsIO.open(second));
        List<Double> energies = shards.rows()
                .map(atoms -> Objects.requireNonNull(atoms.toRow().get("calc.energy", Double.class)))
                .collectList()
                .block();
        shards.close().block();
        assertThat(OpenEnvironments.count()).isZero();
        assertThat(energies).containsExactly(-2.0, -3.0, -4.0, -5.0, -6.0);
    }

    @Test
    @DisplayName("a changed row keeps identity, metadata and everything that was not touched")
    @SuppressWarnings("unchecked")
    void changesKeepTheRest() throws Exception {
        Path file = Documents.copy("rows.aselmdb", folder);
        String metadata = Documents.json(file, "metadata");
        Map<String, Object> before = (Map<String, Object>) AseJson.read(Documents.json(file, "1"));
        Row changes = Row.of(Map.of("info.foo", "baz", "info.num", "7", "info.more", 5L, "calc.energy", -2.5));
        try (AseLmdbStore store = Documents.open(file)) {
            store.apply(new Write.Update<>(Selection.at(0), List.of(changes), Optional.empty()));
            store.apply(new Write.Delete<>(Selection.at(1), Optional.empty()));
            store.apply(new Write.Append<>(List.of(store.get(0, Columns.ALL))));
            Row row = store.get(0, Columns.ALL);
            changes.forEach((key, value) -> assertThat(row.get(key)).isEqualTo(value));
            assertThat(store.verify()).isEmpty();
        }
        Map<String, Object> after = (Map<String, Object>) AseJson.read(Documents.json(file, "1"));
        assertThat(after.get("key_value_pairs")).isEqualTo(Map.of("foo", "baz")); // "7" looks like a number
        assertThat((Map<String, Object>) after.get("data"))
                .containsEntry("num", "7")
                .containsEntry("more", 5L);
        assertThat((Double) after.get("mtime")).isGreaterThan((Double) before.get("mtime"));
        for (String key : List.of("unique_id", "ctime", "user", "calculator", "calculator_parameters", "forces")) {
            assertThat(after.get(key)).as(key).isEqualTo(before.get(key));
        }
        assertThat(after.keySet()).containsExactlyElementsOf(before.keySet());
        assertThat(Documents.json(file, "metadata")).isEqualTo(metadata);
        assertThat(Documents.json(file, "nextid")).isEqualTo("14");
        assertThat(Documents.json(file, "deleted_ids")).isEqualTo("[2, 3, 7]");
        assertThat(Documents.bytes(file, "2")).isNull();
    }

    @Test
    @DisplayName("a row is written with the keys, the order and the numbers of ase-db-backends")
    @SuppressWarnings("unchecked")
    void writesAsAse() throws Exception {
        Path golden = Documents.copy("rows.aselmdb", folder);
        Path file = folder.resolve("mine.aselmdb");
        AseLmdbOptions options = AseLmdbOptions.defaults().withKeyValuePairs(List.of("foo", "num"));
        try (AseLmdbStore store = Documents.open(file, options)) {
            store.apply(new Write.Append<>(all(golden)));
        }
        for (int i = 0; i < 10; i++) {
            Map<String, Object> mine =
                    new LinkedHashMap<>((Map<String, Object>) AseJson.read(Documents.json(file, "" + (i + 1))));
            Map<String, Object> theirs = new LinkedHashMap<>((Map<String, Object>) AseJson.read(Documents.json(
                    golden,
                    List.of("1", "2", "4", "5", "6", "8", "9", "10", "11", "12").get(i))));
            assertThat(mine.keySet()).containsExactlyElementsOf(theirs.keySet());
            for (Map<String, Object> row : List.of(mine, theirs)) {
                List.of("unique_id", "ctime", "mtime", "user", "calculator_parameters")
                        .forEach(row::remove);
            }
            assertThat(AseJson.write(mine)).isEqualTo(AseJson.write(theirs));
        }
        byte[] stored = Objects.requireNonNull(Documents.bytes(file, "1"));
        assertThat(new byte[] {stored[0], stored[1]}).isEqualTo(new byte[] {0x78, (byte) 0x9c}); // zlib, level 6
    }
}
