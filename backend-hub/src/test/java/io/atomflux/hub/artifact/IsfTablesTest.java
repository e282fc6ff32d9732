package io.atomflux.hub.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.isf.IsfDatabase;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Tables of the In Silico Framework; {@code make_isf.py} made the files with pandas. */
class IsfTablesTest {

    @TempDir
    Path temp;

    private Path base;
    private IsfDatabase db;

    @BeforeEach
    void copy() throws IOException, URISyntaxException {
        Path golden = Path.of(Objects.requireNonNull(IsfTablesTest.class.getResource("isf/database"))
                .toURI());
        base = temp.resolve("database");
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.toList()) {
                Files.copy(file, base.resolve(golden.relativize(file).toString()));
            }
        }
        db = IsfDatabase.open(base).block();
    }

    private static void isFrame(Table table, int from, int to) {
        assertThat(table.names()).containsExactly("0", "1", "done", "name", "small", "cell");
        assertThat(table.array("0")).isEqualTo(NdArray.of(Arrays.copyOfRange(new short[] {1, 2, 3}, from, to)));
        assertThat(table.array("1"))
                .isEqualTo(NdArray.of(Arrays.copyOfRange(new double[] {0.5, Double.NaN, -1}, from, to)));
        assertThat(table.array("done"))
                .isEqualTo(NdArray.of(
                        Arrays.equals(new int[] {from, to}, new int[] {0, 3})
                                ? new boolean[] {true, false, true}
                                : from == 0 ? new boolean[] {true, false} : new boolean[] {true}));
        assertThat(table.list("name"))
                .isEqualTo(Arrays.asList("a", null, "\u20ac").subList(from, to));
        assertThat(table.array("small").dtype()).isEqualTo(DType.FLOAT32);
        assertThat(table.array("small"))
                .isEqualTo(NdArray.of(Arrays.copyOfRange(new float[] {1, Float.NaN, 2}, from, to)));
        assertThat(table.array("cell")).isEqualTo(NdArray.of(Arrays.copyOfRange(new long[] {10, 20, 30}, from, to)));
        assertThat(table.metadata().get("object_meta")).contains("column_name_dtypes");
    }

    @Test
    @DisplayName(
            "Self-describing: a frame comes back with the types that Parquet loses, NaN in columns of floats included")
    void table() {
        isFrame(db.get(Table.class, "table").block(), 0, 3);
    }

    @Test
    @DisplayName("Out-of-memory data: a frame in parts is read one part after the other, each with its types")
    void parts() {
        List<?> parts = db.get(Flux.class, "parts")
                .flatMapMany(flux -> (Flux<?>) flux)
                .collectList()
                .block();
        assertThat(parts).hasSize(2);
        isFrame((Table) parts.get(0), 0, 2);
        isFrame((Table) parts.get(1), 2, 3);
    }

    @Test
    @DisplayName(
            "I16: descriptions of another table are damage that names the file; without one a table is as it is stored")
    void otherDescriptions() throws IOException {
        Path meta = base.resolve("table/object_meta.json");
        for (String text : List.of(
                "{",
                "[]",
                "{\"columns\": [\"0\"], \"dtypes\": []}",
                "{\"columns\": [\"0\", \"none\"], \"dtypes\": [\"int16\", \"int64\"]}",
                "{\"columns\": [\"cell\"], \"dtypes\": [\"int8\"], \"x\": 1}".replace("int8", "bool"))) {
            Files.writeString(meta, text);
            assertThatThrownBy(() -> db.get(Table.class, "table").block())
                    .as(text)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("object_meta.json");
        }
        Files.delete(meta);
        Table plain = db.get(Table.class, "table").block();
        assertThat(plain.list("1")).containsExactly(0.5, null, -1.0);
    }
}
