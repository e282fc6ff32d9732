package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed, and processes that write at the same time. */
class LmdbProcessesTest {

    @TempDir
    Path folder;

    /** What one process said. */
    private static final class Told {
        final Map<String, Integer> begun = new HashMap<>();
        final Set<String> done = new HashSet<>();
        final Set<String> refused = new HashSet<>();
        final List<String> other = new ArrayList<>();
        boolean finished;

        void hear(String line) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "begin" -> begun.put(words[1], Integer.parseInt(words[2]));
                case "done" -> done.add(words[1]);
                case "refused" -> refused.add(words[1]);
                case "finished" -> finished = true;
                default -> other.add(line);
            }
        }
    }

    @Test
    @DisplayName("a killed process loses nothing it acknowledged and leaves no half batch")
    void survivesKilling() throws Exception {
        killed(3);
    }

    @Test
    @Tag("proof")
    @DisplayName("a hundred killed processes lose nothing they acknowledged and leave no half batch")
    void survivesKillingOften() throws Exception {
        killed(100);
    }

    private void killed(int times) throws Exception {
        Random random = new Random(11);
        Told told = new Told();
        for (int i = 0; i < times; i++) {
            Process process = start("k" + i, 2, 1_000_000);
            int after = 1 + random.nextInt(60);
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    told.hear(line);
                    if (line.startsWith("done") && --after == 0) {
                        process.toHandle().destroyForcibly(); // the process itself would close the stream, too
                    }
                }
            }
            process.waitFor();
        }
        assertThat(told.done).hasSizeGreaterThanOrEqualTo(times);
        check(told);
    }

    @Test
    @DisplayName("two processes of several threads write at once and no batch is lost or torn")
    void writesTogether() throws Exception {
        together(2, 4, 50);
    }

    @Test
    @Tag("proof")
    @DisplayName("two processes of sixteen threads write at once and no batch is lost or torn")
    void writesTogetherLong() throws Exception {
        together(2, 16, 200);
    }

    private void together(int processes, int threads, int operations) throws Exception {
        List<Process> running = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            running.add(start("p" + i, threads, operations));
        }
        Told told = new Told();
        for (Process process : running) {
            told.finished = false;
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    told.hear(line);
                }
            }
            assertThat(process.waitFor()).isZero();
            assertThat(told.finished).isTrue();
        }
        assertThat(told.done).as("%s", told.other).hasSize(processes * threads * operations);
        check(told);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName(
            "a file that may not grow any more refuses the change, says it left nothing, and the store stays sound")
    void survivesFullDisk() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 4096; exec \"$@\"", "sh"));
        command.addAll(command("full", 2, 1000));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        Told told = new Told();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            out.lines().forEach(told::hear);
        }
        assertThat(process.waitFor()).isZero();
        assertThat(told.done).isNotEmpty();
        assertThat(told.refused).as("%s", told.other).hasSize(2);
        Set<String> found = check(told);
        assertThat(found).doesNotContainAnyElementsOf(told.refused);
    }

    private Process start(String name, int threads, int operations) throws IOException {
        return new ProcessBuilder(command(name, threads, operations))
                .directory(folder.toFile()) // where the native library may be unpacked
                .redirectErrorStream(true)
                .start();
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private List<String> command(String name, int threads, int operations) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData", // its file counts as growing, too
                "-cp",
                System.getProperty("java.class.path"),
                WriterProcess.class.getName(),
                folder.resolve("p.lmdb").toString(),
                name,
                "" + threads,
                "" + operations);
    }

    private Set<String> check(Told told) throws IOException {
        Map<String, List<String>> found = new HashMap<>();
        try (LmdbStore store = new LmdbStore(folder.resolve("p.lmdb"), "default", false, LmdbOptions.defaults())) {
            assertThat(store.verify()).isEmpty();
            for (BlobRow row : store.read(Positions.range(0, store.size()), Columns.of(List.of("batch", "number")))) {
                found.computeIfAbsent(text(row, "batch"), batch -> new ArrayList<>())
                        .add(text(row, "number"));
            }
        }
        assertThat(found.keySet()).containsAll(told.done);
        found.forEach((batch, numbers) -> {
            int size = Objects.requireNonNull(told.begun.get(batch), batch);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                expected.add(i + " of " + size);
            }
            assertThat(numbers).as(batch).isEqualTo(expected);
        });
        return found.keySet();
    }

    private static String text(BlobRow row, String key) {
        Bytes value = Objects.requireNonNull(row.get(key), key);
        return new String(value.toArray(), StandardCharsets.UTF_8);
    }
}
