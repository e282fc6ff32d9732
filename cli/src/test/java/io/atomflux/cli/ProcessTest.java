package io.atomflux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process. */
class ProcessTest {

    @TempDir
    Path folder;

    private Process start(String... args) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.atomflux.cli.Main"));
        line.addAll(List.of(args));
        return new ProcessBuilder(line).start();
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("a failure ends the process with 2, one line on standard error, and nothing on standard output")
    void failureOfTheProcess() throws Exception {
        Process process = start("info", folder.resolve("no.xyz").toString());
        assertThat(text(process.getInputStream())).isEmpty();
        assertThat(text(process.getErrorStream()).lines())
                .filteredOn(
                        line -> !line.startsWith("WARNING:")) // of the JDK, about natives; bin/atomflux turns it off
                .singleElement()
                .asString()
                .matches("atomflux: .*no\\.xyz does not exist .*");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    @DisplayName("a result goes to standard output and the process ends with 0")
    void success() throws Exception {
        Process process = start("--version");
        assertThat(text(process.getInputStream())).startsWith("atomflux ");
        assertThat(process.waitFor()).isZero();
    }
}
