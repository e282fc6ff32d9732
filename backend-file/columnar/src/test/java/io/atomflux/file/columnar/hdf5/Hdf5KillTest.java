package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Hdf5KillTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "a file whose writer is killed at any instant opens, has every change that was told, and no half of one")
    void killedWritersLeaveWholeChanges() throws Exception {
        kill(folder.resolve("x.h5"), 8, 1);
    }

    @Test
    @Tag("proof")
    @DisplayName("200 kills leave whole changes")
    void manyKillsLeaveWholeChanges() throws Exception {
        kill(folder.resolve("x.h5"), 200, 2);
    }

    static void kill(Path file, int rounds, long seed) throws IOException, InterruptedException {
        Random random = new Random(seed);
        int[] known = new int[1000];
        int size = 0;
        for (int round = 0; round < rounds; round++) {
            Process writer = KilledWriter.start(file, seed * 1000 + round);
            List<String> told = new ArrayList<>();
            try (BufferedReader out = KilledWriter.output(writer)) {
                String first = out.readLine();
                assertThat(first).isNotNull();
                told.add(first);
                int more = random.nextInt(30);
                for (int i = 0; i < more; i++) {
                    told.add(out.readLine());
                }
                long wait = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(random.nextInt(20_000));
                while (System.nanoTime() < wait) {
                    Thread.onSpinWait();
                }
                writer.toHandle().destroyForcibly(); // the process itself would close what it told
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    told.add(line);
                }
            }
            writer.waitFor();
            for (String line : told) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "size" -> {
                        int now = Integer.parseInt(words[1]);
                        for (int i = Math.min(size, now); i < Math.max(size, now); i++) {
                            known[i] = 0;
                        }
                        size = now;
                    }
                    case "version" -> known[Integer.parseInt(words[1])] = Integer.parseInt(words[2]);
                    case "rewritten" -> assertThat(Integer.parseInt(words[1])).isEqualTo(size);
                    default -> throw new AssertionError(String.join("\n", told));
                }
            }
            int[] found = new int[1000];
            int now = KilledWriter.check(file, found);
            int changes = 0;
            for (int i = 0; i < Math.min(size, now); i++) {
                assertThat(found[i]).isBetween(known[i], known[i] + 1);
                changes += found[i] - known[i];
            }
            // Only the change that was under way may be there without having been told.
            assertThat(changes + (now == size ? 0 : 1)).isLessThanOrEqualTo(1);
            size = now;
            known = found;
            assertThat(Files.exists(file.resolveSibling(file.getFileName() + ".journal")))
                    .isFalse();
        }
    }
}
