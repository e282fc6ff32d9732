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

class ProcessesTest {

    private static final int BATCH = AppendingProcess.BATCH;

    @TempDir
    Path folder;

    private List<Row> content(Path file) throws IOException {
        try (ExtxyzStore store = new ExtxyzStore(file, ExtxyzOptions.defaults())) {
            return store.read(Positions.range(0, store.size()), Columns.ALL);
        }
    }

    /** Returns which batches are there, each of which must be whole. */
    private static List<Integer> batches(List<Row> rows) {
        assertThat(rows.size() % BATCH).isZero();
        List<Integer> batches = new ArrayList<>();
        for (int i = 0; i < rows.size(); i += BATCH) {
            int seed = ((Long) java.util.Objects.requireNonNull(rows.get(i).get("info.step"))).intValue();
            assertThat(rows.subList(i, i + BATCH))
                    .isEqualTo(IntStream.range(seed, seed + BATCH)
                            .mapToObj(Frames::row)
                            .toList());
            batches.add(seed / BATCH);
        }
        return batches;
    }

    private void appendTogether(int processes, int each) throws Exception {
        Path file = folder.resolve("together.xyz");
        List<Process> running = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            running.add(AppendingProcess.start(file, 1_000 * i, each));
        }
        for (Process process : running) {
            assertThat(AppendingProcess.output(process).lines().count()).isEqualTo(each);
            assertThat(process.waitFor()).isZero();
        }
        Set<Integer> expected = new TreeSet<>();
        for (int i = 0; i < processes; i++) {
            IntStream.range(1_000 * i, 1_000 * i + each).forEach(expected::add);
        }
        assertThat(batches(content(file))).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    @DisplayName("two processes that append at once lose nothing, and no batch is torn")
    void processesLoseNothing() throws Exception {
        appendTogether(2, 20);
    }

    @Test
    @Tag("proof")
    @DisplayName("four processes that append at once lose nothing of many batches")
    void manyProcessesLoseNothing() throws Exception {
        appendTogether(4, 900);
    }

    private void kill(int kills) throws Exception {
        SplittableRandom random = new SplittableRandom(9);
        Path file = folder.resolve("killed.xyz");
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
            assertThat(batches(content(file))).containsAll(known);
            if (kill % 3 == 2) {
                try (ExtxyzStore store = new ExtxyzStore(file, ExtxyzOptions.defaults())) {
                    int seed = BATCH * (900_000 + kill);
                    store.apply(new Write.Append<>(IntStream.range(seed, seed + BATCH)
                            .mapToObj(Frames::row)
                            .toList()));
                    known.add(900_000 + kill);
                }
            }
        }
        assertThat(batches(content(file))).containsAll(known);
    }

    @Test
    @DisplayName("a process killed while appending leaves whole batches only, those it told of among them")
    void killedProcessesLeaveWholeBatches() throws Exception {
        kill(4);
    }

    @Test
    @Tag("proof")
    @DisplayName("a hundred killed processes leave whole batches only")
    void manyKilledProcessesLeaveWholeBatches() throws Exception {
        kill(100);
    }
}
