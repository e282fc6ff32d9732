package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Processes that are killed, and processes that write at the same time. */
class ProcessesTest {

    static final List<String> SUFFIXES = Backends.SUFFIXES;

    @TempDir
    Path folder;

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @DisplayName("a killed process loses nothing it acknowledged and leaves no half change")
    void survivesKilling(String suffix) throws Exception {
        killed(folder.resolve("killed" + suffix), 2, 12);
    }

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @Tag("proof")
    @DisplayName("two hundred killed processes lose nothing they acknowledged and leave no half change")
    void survivesKillingOften(String suffix) throws Exception {
        killed(folder.resolve("killed" + suffix), 200, 40);
    }

    /** Kills so many processes, each at some instant after some changes, which is most often within one. */
    private void killed(Path path, int times, int mostChanges) throws Exception {
        Random random = new Random(23);
        List<Row> model = new ArrayList<>();
        int next = 0;
        for (int time = 0; time < times; time++) {
            Process process = start(path, "history", next, 100_000);
            int after = 1 + random.nextInt(mostChanges);
            long nanos = random.nextInt(8_000_000);
            int begun = next - 1;
            int done = next - 1;
            StringBuilder other = new StringBuilder();
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    String[] words = line.split(" ");
                    switch (words[0]) {
                        case "begin" -> begun = Integer.parseInt(words[1]);
                        case "done" -> done = Integer.parseInt(words[1]);
                        default -> other.append(line).append('\n'); // warnings of the virtual machine, or why it failed
                    }
                    if (words[0].equals("done") && --after == 0) {
                        for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
                            Thread.onSpinWait(); // the instant within a change, not a wait for something
                        }
                        process.toHandle().destroyForcibly(); // the process itself would close the stream, too
                    }
                }
            }
            process.waitFor();
            for (int number = next; number <= done; number++) {
                model = changed(model, number);
            }
            RowBackend<Row> backend = Backends.open(path);
            List<Row> found = Backends.content(backend);
            if (begun > done && !found.equals(model)) {
                model = changed(model, begun);
            }
            assertThat(found)
                    .as("after the kill %d, change %d done, %d begun; %s", time, done, begun, other)
                    .isEqualTo(model);
            Backends.requireSound(backend);
            Backends.close(backend);
            assertThat(Path.of(path + ".journal")).doesNotExist();
            next = begun + 1;
        }
        assertThat(next).isGreaterThanOrEqualTo(times);
    }

    private static List<Row> changed(List<Row> model, int number) {
        Write<Row> write = WritingProcess.change(number, model.size());
        return write.applyTo(model, Row.reserved(), "model");
    }

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @DisplayName("processes that write at once lose no batch and tear none")
    void writesTogether(String suffix) throws Exception {
        together(folder.resolve("together" + suffix), 2, 15);
    }

    @ParameterizedTest
    @FieldSource("SUFFIXES")
    @Tag("proof")
    @DisplayName("four processes that write at once for long lose no batch and tear none")
    void writesTogetherLong(String suffix) throws Exception {
        together(folder.resolve("together" + suffix), 4, 300);
    }

    private void together(Path path, int processes, int batches) throws Exception {
        List<Process> running = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            running.add(start(path, "batches", 1000 * i, batches));
        }
        RowBackend<Row> backend = Backends.open(path);
        for (Process process : running) {
            String last = "";
            StringBuilder other = new StringBuilder();
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    last = line;
                    other.append(line).append('\n');
                    if (line.startsWith("done")) {
                        readMeanwhile(backend);
                    }
                }
            }
            assertThat(process.waitFor()).as("%s", other).isZero();
            assertThat(last).isEqualTo("finished");
        }
        Map<Long, List<Long>> found = whole(backend);
        assertThat(found).hasSize(processes * batches);
        Backends.requireSound(backend);
        Backends.close(backend);
    }

    private static void readMeanwhile(RowBackend<Row> backend) {
        try {
            whole(backend);
        } catch (StoreChangedException changed) {
            assertThat(changed.retryable()).isTrue(); // rows were inserted between two batches
        }
    }

    /** Returns the places of the rows of each batch, which must all be there and in order. */
    private static Map<Long, List<Long>> whole(RowBackend<Row> backend) {
        Map<Long, List<Long>> batches = new TreeMap<>();
        for (Row row : Backends.content(backend)) {
            batches.computeIfAbsent(row.get("info.batch", Long.class), none -> new ArrayList<>())
                    .add(row.get("info.place", Long.class));
        }
        batches.forEach((number, places) -> {
            List<Long> expected = new ArrayList<>();
            for (int i = 0; i < places.get(0) % 10; i++) {
                expected.add(10L * i + places.get(0) % 10);
            }
            assertThat(places).as("batch %d", number).isEqualTo(expected);
        });
        return batches;
    }

    private Process start(Path path, String what, int first, int count) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WritingProcess.class.getName(),
                        path.toString(),
                        what,
                        "" + first,
                        "" + count)
                .directory(folder.toFile()) // where a native library may be unpacked
                .redirectErrorStream(true)
                .start();
    }
}
