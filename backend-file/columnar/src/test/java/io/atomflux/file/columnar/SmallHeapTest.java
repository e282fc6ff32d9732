package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores larger than the memory of the process that writes, streams and copies them. */
class SmallHeapTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("60 MB are written, streamed from Zarr to HDF5 and read by column in 48 MB of memory")
    void copies() throws Exception {
        copy(".zarr", ".h5", 5_000, "48m");
    }

    @Test
    @Tag("proof")
    @DisplayName("600 MB are written, streamed from HDF5 to padded Zarr and read by column in 64 MB of memory")
    void copiesMore() throws Exception {
        copy(".h5", ".zarrp", 50_000, "64m");
    }

    private void copy(String from, String to, int rows, String memory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + memory,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CopyingProcess.class.getName(),
                        folder.resolve("from" + from).toString(),
                        folder.resolve("to" + to).toString(),
                        "" + rows)
                .directory(folder.toFile()) // where a native library may be unpacked
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("copied " + rows);
    }
}
