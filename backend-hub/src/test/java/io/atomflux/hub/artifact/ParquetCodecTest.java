package io.atomflux.hub.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.codec.Codecs;
import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetCodecTest {

    private final ArtifactStore store = ArtifactStore.inMemory();

    @AfterEach
    void close() {
        store.close().block();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ParquetCodecTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private FileSource files(Path folder, byte[] content) throws IOException {
        Files.write(folder.resolve("pandas_to_parquet.parquet"), content);
        store.put("frame", folder).block();
        return store.require("frame").block().files();
    }

    private static Table read(FileSource files, Map<String, Object> options) {
        return (Table) Codecs.installed()
                .require("parquet")
                .read(files, Map.of("file", "pandas_to_parquet.parquet"), Table.class, options)
                .block();
    }

    @Test
    @DisplayName(
            "Loader options: a frame of pandas is read as a table, whole or some columns of it, over several row groups")
    void frameOfPandas(@TempDir Path folder) throws IOException {
        FileSource files = files(folder, resource("frame.parquet"));
        Table table = read(files, Map.of());
        assertThat(table.names()).containsExactly("energy", "steps", "name", "done", "when", "forces", "0", "id");
        assertThat(table.array("energy")).isEqualTo(NdArray.of(new double[] {1.5, -2, 3}));
        assertThat(table.array("steps")).isEqualTo(NdArray.of(new int[] {1, 2, 3}));
        assertThat(table.list("name")).containsExactly("a", null, "\u20ac");
        assertThat(table.array("done")).isEqualTo(NdArray.of(new boolean[] {true, false, true}));
        assertThat(table.list("when")).hasSize(3).last().isNull();
        assertThat(table.list("when").get(0)).asString().startsWith("2020-01-01");
        assertThat(table.list("forces").get(0)).isEqualTo(NdArray.of(new double[] {1, 2}));
        assertThat(table.array("0").at(1)).isEqualTo(new BigInteger("18446744073709551615"));
        assertThat(table.array("id").toLongArray()).containsExactly(10, 20, 30);
        assertThat(table.metadata().get("pandas")).contains("index_columns");
        Table some = read(files, Map.of("columns", List.of("done", "energy")));
        assertThat(some.names()).containsExactly("done", "energy");
        assertThat(some.column("energy")).isEqualTo(table.column("energy"));
        assertThatThrownBy(() -> read(files, Map.of("columns", List.of("none"))))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> read(files, Map.of("limit", 100))).isInstanceOf(LimitExceededException.class);
    }

    @Test
    @DisplayName("I16: columns that a table has no place for are refused by name, and damaged or cut files by theirs")
    void refused(@TempDir Path folder) throws IOException {
        FileSource structs = files(folder, resource("struct.parquet"));
        assertThatThrownBy(() -> read(structs, Map.of()))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("column \"a\"");
        assertThat(read(structs, Map.of("columns", List.of("b"))).array("b").toLongArray())
                .containsExactly(1);
        byte[] whole = resource("frame.parquet");
        for (int length : new int[] {0, 5, 100, whole.length - 1}) {
            FileSource cut = files(folder, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> read(cut, Map.of()))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("pandas_to_parquet.parquet");
        }
        assertThatThrownBy(() -> Codecs.installed()
                        .require("parquet")
                        .write(Table.of(Map.of()), null, Map.of())
                        .block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("arrow");
    }
}
