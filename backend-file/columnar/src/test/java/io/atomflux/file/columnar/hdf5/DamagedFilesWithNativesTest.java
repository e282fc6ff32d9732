package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.AtomfluxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a process of its own, as the HDF Group's library 1.14.3 ends it where damage comes through to it. */
@DisplayName("Damaged HDF5 files, read with natives")
class DamagedFilesWithNativesTest {

    private static final int TRIES = Boolean.getBoolean("atomflux.proof") ? 5_000 : 150;
    private static final int SECONDS = Boolean.getBoolean("atomflux.proof") ? 1_800 : 90;

    @TempDir
    Path folder;

    /** Reads damaged files, one after the other; says which before it does. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            byte[] golden = Goldens.file(args[1]);
            int refused = 0;
            for (int seed = Integer.parseInt(args[2]); seed < Integer.parseInt(args[3]); seed++) {
                Files.writeString(folder.resolve("progress"), "seed " + seed);
                Path file = Files.write(
                        folder.resolve("damaged.h5"),
                        Mutations.damaged(golden, new Random(seed)),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                try (Hdf5Store store = Hdf5Store.of(file, true, Duration.ofSeconds(5), 1 << 20)) {
                    refused += store.read(Mutations::readAll);
                } catch (AtomfluxException e) {
                    refused++;
                } catch (Throwable e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
            assertThat(refused).isPositive();
            assertThat(Hdf5File.openFiles()).isZero();
            assertThat(Hdf5File.openIds()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "indexes"})
    @DisplayName("fail with typed errors, and neither end nor stop the process")
    void failsWithTypedErrors(String golden) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash"),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName()));
        command.addAll(List.of(folder.toString(), golden, "0", Integer.toString(TRIES)));
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = child.waitFor(SECONDS, TimeUnit.SECONDS);
            String reached = Files.readString(folder.resolve("progress"));
            assertThat(ended).as("ended; stopped at %s", reached).isTrue();
            assertThat(child.exitValue())
                    .as("%s: %s", reached, Files.readString(log))
                    .isZero();
        } finally {
            child.destroyForcibly();
        }
    }
}
