package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that write through the facade and are killed, run out of space, or write at the same time. */
class WritersTest {

    @TempDir
    Path directory;

    /** What writers said, and what must hold of it. */
    private static final class Said {
        final Map<String, Integer> begun = new HashMap<>();
        final Set<String> streams = new HashSet<>();
        final Set<String> done = new HashSet<>();
        final Map<String, String> failed = new LinkedHashMap<>();
        final List<String> others = new ArrayList<>();

        void hear(String line) {
            String[] words = line.split(" ", 4);
            switch (words[0]) {
                case "begin" -> {
                    begun.put(words[1], Integer.parseInt(words[2]));
                    if (words[3].equals("stream")) {
                        streams.add(words[1]);
                    }
                }
                case "done" -> done.add(words[1]);
                case "failed" -> failed.put(words[1], words[2] + " " + words[3]);
                default -> others.add(line);
            }
        }

        /** A call that was acknowledged is there; a list is there whole or not at all, a stream up to somewhere. */
        void check(Path store) {
            AtomsIO db = AtomsIO.open(store);
            Map<String, Integer> found = new LinkedHashMap<>();
            for (Atoms atoms : db.rows().toIterable()) {
                String call = String.valueOf(atoms.info("call").orElseThrow());
                long number = (Long) atoms.info("number").orElseThrow();
                assertThat(number).as("next row of call %s", call).isEqualTo(found.merge(call, 1, Integer::sum) - 1L);
                assertThat(atoms.size()).isEqualTo(1 + (int) number % 4);
            }
            assertThat(db.verify().collectList().block()).isEmpty();
            db.close().block();
            assertThat(found.keySet()).containsAll(done);
            found.forEach((call, rows) -> {
                if (done.contains(call) || !streams.contains(call)) {
                    assertThat(rows).as("rows of call %s", call).isEqualTo(begun.get(call));
                }
            });
        }
    }

    private void kill(Path store, int times, int mostMillis, AfterKill afterwards) throws Exception {
        Random random = new Random(5);
        Said said = new Said();
        int after = 0;
        for (int i = 0; i < times; i++) {
            Process process = new ChildJvm("-Xmx96m", "-XX:TieredStopAtLevel=1")
                    .start(WriterChild.class, "append", store.toString(), "k" + i);
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                String line = out.readLine(); // from now on it writes
                while (i % 3 != 2 && line != null && !line.startsWith("done")) {
                    said.hear(line); // most have written something, however slow the machine is
                    line = out.readLine();
                }
                CompletableFuture<Void> killing = CompletableFuture.runAsync(
                        () -> process.toHandle().destroyForcibly(), // the process itself would close the stream, too
                        CompletableFuture.delayedExecutor(1 + random.nextInt(mostMillis), TimeUnit.MILLISECONDS));
                for (; line != null; line = out.readLine()) {
                    said.hear(line);
                }
                killing.join();
            }
            assertThat(process.waitFor()).isEqualTo(128 + 9);
            assertThat(said.failed).isEmpty();
            if (Files.exists(store) || !said.done.isEmpty()) { // the first may be killed before it has made the store
                said.check(store);
                after += afterwards.look(store);
            }
        }
        assertThat(said.done).hasSizeGreaterThan(times / 2);
        assertThat(after).isNotNegative();
    }

    /** Looks at the store after a kill. */
    private interface AfterKill {
        int look(Path store) throws Exception;
    }

    @Test
    @DisplayName("a writer killed at any instant loses nothing it acknowledged and leaves no half batch")
    void killsLoseNothing() throws Exception {
        kill(directory.resolve("killed.lmdb"), 3, 1500, store -> 0);
    }

    @Test
    @Tag("proof")
    @DisplayName("a hundred writers killed at random instants lose nothing they acknowledged and leave no half batch")
    void aHundredKillsLoseNothing() throws Exception {
        kill(directory.resolve("killed.lmdb"), 100, 1500, store -> 0);
    }

    @Test
    @Tag("live")
    @DisplayName("Python opens the store after each kill of a writer and reads what we read")
    void pythonReadsAfterKills() throws Exception {
        try (PythonSteps python = new PythonSteps(directory)) {
            kill(directory.resolve("killed.lmdb"), 3 * Live.scale(), 1500, store -> {
                List<String> theirs = python.digest(store);
                Live.assertSame("after a kill", Live.digest(store), theirs);
                return theirs.size();
            });
        }
    }

    private void crowd(int threads, int steps) throws Exception {
        Path store = directory.resolve("crowd.lmdb");
        List<Process> processes = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            processes.add(new ChildJvm("-Xmx128m", "-XX:TieredStopAtLevel=1")
                    .start(WriterChild.class, "crowd", store.toString(), name, "" + threads, "" + steps));
        }
        List<String> added = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        int missed = 0;
        int finished = 0;
        for (Process process : processes) {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line : out.lines().toList()) {
                    String[] words = line.split(" ");
                    switch (words[0]) {
                        case "added" -> added.add(words[1]);
                        case "deleted" -> deleted.add(words[1]);
                        case "missed" -> missed++;
                        default -> finished++;
                    }
                }
            }
            assertThat(process.waitFor()).isZero();
        }
        assertThat(finished).isEqualTo(2);
        assertThat(added.size() + deleted.size() + missed).isEqualTo(2 * threads * steps);
        assertThat(deleted).doesNotHaveDuplicates().isNotEmpty();
        AtomsIO db = AtomsIO.open(store);
        List<String> present = db.rows()
                .map(atoms -> String.valueOf(atoms.info("call").orElseThrow()))
                .collectList()
                .block();
        assertThat(db.verify().collectList().block()).isEmpty();
        db.close().block();
        List<String> expected = new ArrayList<>(added);
        expected.removeAll(deleted);
        assertThat(present).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    @DisplayName("two processes of several threads append, insert and delete at once and lose nothing")
    void aCrowdLosesNothing() throws Exception {
        crowd(4, 15);
    }

    @Test
    @Tag("proof")
    @DisplayName("two processes of sixteen threads append, insert and delete at once and lose nothing")
    void aLargeCrowdLosesNothing() throws Exception {
        crowd(16, 150);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full.lmdb", "full.extxyz"})
    @EnabledOnOs(OS.LINUX)
    @DisplayName("a full disk is told as such, and what was stored before is there, whole and readable")
    void aFullDiskLosesNothing(String name) throws Exception {
        Path store = directory.resolve(name);
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "ulimit -f " + (Tier.isProof() ? 65_536 : 4096) + "; exec \"$@\"", "sh"));
        // The performance data of a virtual machine is a file that grows, too.
        command.addAll(new ChildJvm("-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
                .command(WriterChild.class, "append", store.toString(), "f"));
        ChildJvm.Ended ended = ChildJvm.run(command);
        Said said = new Said();
        ended.lines().forEach(said::hear);
        assertThat(said.done).as("%s %s", ended.out(), ended.error()).isNotEmpty();
        assertThat(said.failed).hasSize(1);
        said.failed.forEach((call, told) -> {
            // A limit of the size of a file is told as "file too large" or, by LMDB, as an input/output error.
            assertThat(told)
                    .containsAnyOf("StoreFullException", "StoreIoException", "WriteFailedException")
                    .contains(name);
            long committed = Long.parseLong(told.substring(0, told.indexOf(' ')));
            assertThat(committed).isBetween(0L, (long) said.begun.get(call));
        });
        assertThat(said.others).hasSize(2).last().isEqualTo("finished");
        said.check(store);
    }
}
