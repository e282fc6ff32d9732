package io.atomflux.hub.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random Parquet files as the installed pyarrow and DuckDB write them, which may be newer than those of the golden ones. */
@Tag("live")
class ParquetInteropTest {

    @TempDir
    Path directory;

    private void make(String... arguments) throws IOException, InterruptedException {
        String python = Objects.requireNonNull(
                System.getProperty("atomflux.python"),
                "system property atomflux.python (expected by the live tests, see CONTRIBUTING.md)");
        String script = GoldenFilesTest.directory("make.py").toString();
        List<String> command =
                Stream.concat(Stream.of(python, script), Stream.of(arguments)).toList();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        assertThat(process.waitFor())
                .as("%s: %s", command, Files.readString(directory.resolve("output")))
                .isZero();
    }

    private int assertAllRead(Path made) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(made)) {
            files = found.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
        for (Path file : files) {
            assertThat(ParquetText.lines(Files.readAllBytes(file), 64))
                    .as("%s", file.getFileName())
                    .isEqualTo(GoldenFilesTest.expected(file));
        }
        return files.size();
    }

    @Test
    @DisplayName("files of random types, values and settings are read as pyarrow was given them")
    void randomFilesAreRead() throws Exception {
        int count = 200 * Integer.getInteger("atomflux.scale", 1);
        Path made = directory.resolve("random");
        make("random", made.toString(), "" + count, "" + System.nanoTime() % 100_000);
        assertThat(assertAllRead(made)).isGreaterThan(count * 9 / 10);
    }

    @Test
    @DisplayName("the golden files, written anew by the installed versions, are read")
    void goldenFilesAreMadeAgain() throws Exception {
        Path made = directory.resolve("golden");
        make("golden", made.toString());
        assertThat(assertAllRead(made)).isEqualTo((int) GoldenFilesTest.files().count());
    }
}
