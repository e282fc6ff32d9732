package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.atomflux.error.AtomfluxException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Where there are no natives")
class WithoutNativesTest {

    @TempDir
    Path folder;

    /** What a process does that has no natives on its class path. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) throws Exception {
            Path file = Path.of(args[0]);
            assertThat(Hdf5Natives.available()).isFalse();
            try (Hdf5Store store = Hdf5Store.of(file, false, Duration.ofSeconds(5), 1 << 24)) {
                store.read(tree -> {
                    for (String line : Goldens.lines("old")) {
                        assertThat(Goldens.asRead(tree, line)).isEqualTo(line);
                    }
                    return true;
                });
                assertThat(store.verify()).isNotNull();
                assertThat(store.stamp()).isEqualTo(store.stamp());
                assertThatExceptionOfType(AtomfluxException.class)
                        .isThrownBy(() -> store.edit(edit -> true))
                        .withMessageContaining("Zarr")
                        .withMessageContaining(System.getProperty("os.arch"));
            }
            assertThat(Files.readAllBytes(file)).isEqualTo(Goldens.file("old"));
            try (Hdf5Store store = Hdf5Store.of(file.resolveSibling("new.h5"), false, Duration.ofSeconds(5), 1 << 24)) {
                assertThatExceptionOfType(AtomfluxException.class).isThrownBy(() -> store.read(tree -> true));
                assertThatExceptionOfType(AtomfluxException.class).isThrownBy(() -> store.edit(edit -> true));
            }
            assertThat(file.resolveSibling("new.h5")).doesNotExist();
        }
    }

    @Test
    @DisplayName("files are read and verified, and writing is refused, naming the platform and Zarr")
    void readsAndRefusesToWrite() throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("x.h5"), Goldens.file("old"));
        Path log = folder.resolve("log");
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.matches(".*(hdf5|javacpp)-[^/\\\\]*-(linux|macosx|windows)-.*"))
                .collect(Collectors.joining(File.pathSeparator));
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
                        "-cp",
                        classPath,
                        Child.class.getName(),
                        file.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            child.destroyForcibly();
        }
    }
}
