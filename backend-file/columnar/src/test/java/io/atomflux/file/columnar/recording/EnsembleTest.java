package io.atomflux.file.columnar.recording;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ensembles larger than the memory of the process that records them. */
class EnsembleTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("Bounded memory: 61 MB of trajectories are recorded in 48 MB of memory")
    void small() throws Exception {
        record("48m", 10_000, 768, 32);
    }

    @Test
    @Tag("proof")
    @DisplayName("10^4 trajectories of 10^5 steps, 8 GB, are recorded in 256 MB of memory; it says how fast")
    void whole() throws Exception {
        System.out.println(record("256m", 10_000, 100_000, 125));
    }

    private String record(String memory, int trajectories, int samples, int chunk)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + memory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        RecordingProcess.class.getName(),
                        folder.toString(),
                        "" + trajectories,
                        "" + samples,
                        "" + chunk)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("recorded ");
        return said;
    }
}
