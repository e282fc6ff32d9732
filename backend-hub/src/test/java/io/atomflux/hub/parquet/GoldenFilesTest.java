package io.atomflux.hub.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that pyarrow and DuckDB wrote: codecs, page versions, encodings, types, nesting. */
class GoldenFilesTest {

    static Path directory(String name) {
        try {
            return Path.of(Objects.requireNonNull(GoldenFilesTest.class.getResource("/parquet/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> found = Files.list(directory("golden"))) {
            return found.filter(file -> file.toString().endsWith(".parquet")).sorted().toList().stream();
        }
    }

    /** Returns what the rows of a file are: from the text of its name, or of the first words of its name. */
    static List<String> expected(Path file) throws IOException {
        String name = file.getFileName().toString().replace(".parquet", "");
        while (!Files.exists(file.resolveSibling(name + ".txt"))) {
            name = name.substring(0, name.lastIndexOf('-'));
        }
        return Files.readAllLines(file.resolveSibling(name + ".txt"), StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @MethodSource("files")
    @DisplayName("every value, null and list of a golden file is read as its writer put it in")
    void allRowsAreRead(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        assertThat(ParquetText.lines(bytes, 7)).isEqualTo(expected(file));
        assertThat(ParquetText.lines(bytes, 100_000)).isEqualTo(expected(file));
    }

    @ParameterizedTest
    @MethodSource("files")
    @DisplayName("rows behind skipped ones are those that would have come without skipping")
    void skippingKeepsRowsInPlace(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<String> expected = expected(file);
        ParquetFooter footer = ParquetText.footer(bytes);
        Random random = new Random(7);
        int first = 1;
        for (int group = 0; group < footer.rowGroups(); group++) {
            RowGroupReader reader = ParquetText.open(bytes, footer, group);
            int at = first;
            List<String> seen = new ArrayList<>();
            List<String> wanted = new ArrayList<>();
            while (reader.remaining() > 0) {
                int skip = random.nextInt((int) Math.min(reader.remaining(), 20) + 1);
                reader.skip(skip);
                at += skip;
                for (@org.jspecify.annotations.Nullable Object[] row : reader.read(2, 1 << 20)) {
                    seen.add(ParquetText.line(row));
                    wanted.add(expected.get(at++));
                }
            }
            assertThat(seen).as("row group %d", group).isEqualTo(wanted);
            first += (int) footer.rowsOf(group);
        }
        assertThat(first).isEqualTo(expected.size());
    }
}
