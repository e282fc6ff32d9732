package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrajProcessesTest {

    private static final int BATCH = AppendingProcess.BATCH;

    @TempDir
    Path folder;

    private static List<Row> batch(int number) {
        int seed = BATCH * number;
        return IntStream.range(seed, seed + BATCH).mapToObj(TrajRows::row).toList();
    }

    /** Returns which batches are there, each of which must be whole. */
    private List<Integer> batches(Path file) throws IOException {
        List<Row> rows;
        try (TrajStore store = new TrajStore(file, TrajOptions.defaults())) {
            rows = store.read(Positions.range(0, store.size()), Columns.ALL);
            assertThat(store.verify()).isEmpty();
        }
        assertThat(rows.size() % BATCH).isZero();
        List<Integer> batches = new ArrayList<>();
        for (int i = 0; i < rows.size(); i += BATCH) {
            int seed = ((Long) java.util.Objects.requireNonNull(rows.get(i).get("info.step"))).intValue();
            assertThat(rows.subList(i, i + BATCH)).isEqualTo(batch(seed / BATCH));
            batches.add(seed / BATCH);
        }
        return batches;
    }

    @Test
    @DisplayName("two processes that append to a trajectory at once lose nothing, and no batch is torn")
    void processesLoseNothing() throws Exception {
        Path file = folder.resolve("together.traj");
        List<Process> running = List.of(AppendingProcess.start(file, 0, 15), AppendingProcess.start(file, 1_000, 15));
        Set<Integer> expected = new TreeSet<>();
        for (Process process : running) {
            assertThat(AppendingProcess.output(process).lines().count()).isEqualTo(15);
            assertThat(process.waitFor()).isZero();
        }
        IntStream.range(0, 15).forEach(i -> expected.addAll(List.of(i, 1_000 + i)));
        assertThat(batches(file)).containsExactlyInAnyOrderElementsOf(expected);
    }

    private void kill(int kills) throws Exception {
        SplittableRandom random = new SplittableRandom(9);
        Path file = folder.resolve("killed.traj");
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
            assertThat(batches(file)).containsAll(known);
            if (kill % 3 == 2) {
                try (TrajStore store = new TrajStore(file, TrajOptions.defaults())) {
                    store.apply(new Write.Append<>(batch(900_000 + kill)));
                    known.add(900_000 + kill);
                }
            }
        }
        assertThat(batches(file)).containsAll(known);
    }

    @Test
    @DisplayName(
            "a process killed while appending to a trajectory leaves whole batches only, those it told of among them")
    void killedProcessesLeaveWholeBatches() throws Exception {
        kill(2);
    }

    @Test
    @Tag("proof")
    @DisplayName("a hundred killed processes leave whole batches of a trajectory only")
    void manyKilledProcessesLeaveWholeBatches() throws Exception {
        kill(100);
    }
}
