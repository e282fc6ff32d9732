package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Epochs of stores that are larger than the memory of the process that loads them. */
class LmdbLoaderTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("60 MB are written, and loaded in 48 MB of memory: shuffled, each structure once, with its own values")
    void loadsMoreThanMemory() throws Exception {
        load(10_000, 120, "48m");
    }

    @Test
    @Tag("proof")
    @DisplayName("a million structures are loaded in 128 MB of memory: shuffled, each once, with its own values")
    void loadsMillion() throws Exception {
        load(1_000_000, 27, "128m");
    }

    private void load(int rows, int atoms, String memory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + memory,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadingProcess.class.getName(),
                        folder.resolve("structures.lmdb").toString(),
                        "" + rows,
                        "" + atoms)
                .directory(folder.toFile()) // where a native library may be unpacked
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("loaded " + rows);
    }
}
