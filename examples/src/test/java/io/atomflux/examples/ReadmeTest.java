package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs in the README are those that {@link ExamplesTest} runs, but for white space. */
class ReadmeTest {

    private static final Path SOURCES = Path.of("src/main/java/io/atomflux/examples");

    @ParameterizedTest
    @DisplayName("the README shows the program as it is run")
    @CsvSource({
        "chemist, ForChemists.java",
        "backend-engineer, ForBackendEngineers.java",
        "ml-engineer, ForMlEngineers.java",
        "artifacts, KeepArtifacts.java",
        "recorder, RecordSimulation.java"
    })
    void showsWhatRuns(String region, String file) throws IOException {
        String source = Files.readString(SOURCES.resolve(file));
        int begin = source.indexOf("// README: begin " + region + "\n");
        int end = source.indexOf("// README: end " + region + "\n");
        assertThat(begin).as("begin of " + region).isNotNegative();
        assertThat(end).as("end of " + region).isGreaterThan(begin);
        String program = source.substring(source.indexOf('\n', begin), end);
        assertThat(squeezed(program)).hasSizeGreaterThan(300);
        assertThat(squeezed(Files.readString(Path.of("../README.md")))).contains(squeezed(program));
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", ""); // the README breaks lines elsewhere than the formatter
    }
}
