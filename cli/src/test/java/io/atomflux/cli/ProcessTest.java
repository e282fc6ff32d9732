package io.atomflux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    @Test
    @DisplayName("a copy told to end leaves whole batches, says how many rows, and closes the store")
    void interruption() throws Exception {
        Path from = folder.resolve("many.xyz");
        Files.writeString(from, "1\n\nH 0.0 0.0 0.0\n".repeat(400_000));
        Path to = folder.resolve("to.lmdb");
        Process process = start("copy", from.toString(), to.toString());
        while (process.isAlive() && Ran.run("info", to).code() != 0) {
            Thread.onSpinWait(); // until the first batch is there
        }
        process.toHandle().destroy(); // the process itself would close the streams as well
        String told = text(process.getErrorStream());
        int code = process.waitFor();
        assertThat(code).as("exit code; standard error: " + told).isEqualTo(128 + 15);
        Matcher said =
                Pattern.compile("interrupted; ([\\d,]+) of 400,000 rows copied").matcher(told);
        assertThat(said.find()).as(told).isTrue();
        long rows = Long.parseLong(said.group(1).replace(",", ""));
        assertThat(Ran.run("info", to, "--json").well().object()).containsEntry("rows", rows);
        Ran.run("verify", to).well();
    }
}
