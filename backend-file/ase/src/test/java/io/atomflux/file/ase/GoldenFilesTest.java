package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenFilesTest {

    @TempDir
    Path folder;

    private static List<Row> stream(ExtxyzStore store, long maxBytes) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
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
    @ValueSource(
            strings = {
                "r-blank-ends", "r-cell-pbc", "r-columns", "r-comment", "r-crlf", "r-move-mask", "r-results", "r-vec",
                "w-arrays", "w-counts-calc", "w-info", "w-lossy-empty", "w-lossy-json", "w-move-mask", "w-plain",
                        "w-vec"
            })
    @DisplayName("every frame of a golden file is read as ASE reads it")
    void goldenFilesAreReadAsAseReadsThem(String name) throws IOException {
        List<Row> expected = Golden.rows(name + ".xyz");
        Path file = Golden.copy(name + ".xyz", folder);
        try (ExtxyzStore store = new ExtxyzStore(file, ExtxyzOptions.defaults())) {
            assertThat(stream(store, 1)).containsExactlyElementsOf(expected);
            assertThat(stream(store, 1 << 20)).containsExactlyElementsOf(expected);
            assertThat(store.size()).isEqualTo(expected.size());
            assertThat(store.read(Positions.progression(expected.size() - 1, -1, expected.size()), Columns.ALL))
                    .hasSameElementsAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(store.get(i, Columns.ALL)).isEqualTo(expected.get(i));
                assertThat(infoKeys(store.get(i, Columns.ALL))).isEqualTo(infoKeys(expected.get(i)));
            }
        }
    }

    private static List<String> infoKeys(Row row) {
        return row.keys().stream().filter(key -> key.startsWith("info.")).toList();
    }

    @Test
    @DisplayName("each malformed text is told as corrupt, with file, frame and line")
    @SuppressWarnings("unchecked")
    void malformedTextsAreCorrupt() throws IOException {
        List<Map<String, Object>> cases =
                (List<Map<String, Object>>) Golden.json("r-errors.json").get("cases");
        assertThat(cases).hasSize(34);
        for (Map<String, Object> malformed : cases) {
            Path file = Files.writeString(folder.resolve("bad.xyz"), (String) malformed.get("text"));
            try (ExtxyzStore store = new ExtxyzStore(file, ExtxyzOptions.defaults())) {
                assertThatThrownBy(() -> stream(store, 1 << 20))
                        .as("%s", malformed)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("bad.xyz")
                        .hasMessageContaining("frame ")
                        .hasMessageContaining("line ");
            }
        }
    }
}
