package io.atomflux.file.asedb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class AseDbProcessesTest {

    private static final int BATCH = AppendingProcess.BATCH;

    @TempDir
    Path folder;

    /** Returns which batches are there, each of which must be whole. */
    private static List<Integer> batches(List<Row> rows) {
        assertThat(rows.size() % BATCH).isZero();
        List<Integer> batches = new ArrayList<>();
        for (int i = 0; i < rows.size(); i += BATCH) {
            long count = Objects.requireNonNull(rows.get(i).get("info.count", Long.class));
            int seed = (int) count / BATCH;
            assertThat(rows.subList(i, i + BATCH)).isEqualTo(AppendingProcess.batch(seed));
            batches.add(seed);
        }
        return batches;
    }

    @Test
    @DisplayName("two processes that append and delete at once lose nothing, while a third reads")
    void processesLoseNothing() throws Exception {
        Path file = folder.resolve("together.db");
        int each = Boolean.getBoolean("atomflux.proof") ? 2_000 : 30;
        List<Process> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            running.add(AppendingProcess.start(file, 10_000 * i, each));
        }
        List<BufferedReader> outputs =
                running.stream().map(AppendingProcess::output).toList();
        for (BufferedReader output : outputs) {
            assertThat(output.readLine()).startsWith("done");
            batches(AppendingProcess.content(file));
        }
        for (int i = 0; i < 2; i++) {
            assertThat(outputs.get(i).lines().count()).isEqualTo(each - 1);
            assertThat(running.get(i).waitFor()).isZero();
        }
        Set<Integer> expected = new TreeSet<>();
        for (int i = 0; i < 2; i++) {
            IntStream.range(10_000 * i, 10_000 * i + each).forEach(expected::add);
        }
        assertThat(batches(AppendingProcess.content(file))).containsExactlyInAnyOrderElementsOf(expected);
        try (AseDbStore store = Databases.open(file)) {
            assertThat(store.verify()).isEmpty();
        }
    }

    private void kill(int kills) throws Exception {
        SplittableRandom random = new SplittableRandom(9);
        Path file = folder.resolve("killed.db");
        Set<Integer> known = new TreeSet<>();
        for (int kill = 0; kill < kills; kill++) {
            Process process = AppendingProcess.start(file, 1_000 * kill, 1_000);
            int stop = random.nextInt(1, 12);
            try (BufferedReader output = AppendingProcess.output(process)) {
                for (String line; (line = output.readLine()) != null; ) {
                    known.add(Integer.parseInt(line.substring(5)));
                    if (--stop == 0) {
                        for (int spin = random.nextInt(3_000_000); spin > 0; spin--) {
                            Thread.onSpinWait();
                        }
                        process.toHandle().destroyForcibly();
                    }
                }
            }
            process.waitFor();
            assertThat(batches(AppendingProcess.content(file))).containsAll(known);
            try (AseDbStore store = Databases.open(file)) {
                assertThat(store.verify()).isEmpty();
                store.apply(new Write.Append<>(AppendingProcess.batch(900_000 + kill)));
                known.add(900_000 + kill);
            }
        }
        assertThat(batches(AppendingProcess.content(file))).containsAll(known);
    }

    @Test
    @DisplayName("a process killed while it writes leaves whole changes only, those it told of among them")
    void killedProcessesLeaveWholeChanges() throws Exception {
        kill(2);
    }

    @Test
    @Tag("proof")
    @DisplayName("a hundred killed processes leave whole changes only")
    void manyKilledProcessesLeaveWholeChanges() throws Exception {
        kill(100);
    }
}
