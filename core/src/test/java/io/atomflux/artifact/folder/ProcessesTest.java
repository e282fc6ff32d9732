package io.atomflux.artifact.folder;

import static io.atomflux.artifact.folder.StoringProcess.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.StoreBusyException;
import io.atomflux.spi.LeaseLock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes in one folder, some of them killed. */
@Timeout(900)
class ProcessesTest {

    @TempDir
    Path temporary;

    /** What a process told before it ended. */
    private record Told(String name, int own, int shared, boolean killed) {}

    /** Reads what a process tells, killing it after so many words and a moment, or never. */
    private static Told follow(String name, Process process, int killAfter, int spins) throws Exception {
        int own = 0;
        int shared = 0;
        int words = 0;
        try (BufferedReader output = StoringProcess.output(process)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("own ")) {
                    own = Integer.parseInt(line.substring(4));
                } else {
                    shared++;
                }
                if (++words == killAfter) {
                    for (int spin = spins; spin > 0; spin--) {
                        Thread.onSpinWait();
                    }
                    process.toHandle().destroyForcibly();
                }
            }
        }
        boolean killed = process.waitFor() != 0;
        if (killed && words < killAfter) {
            throw new IllegalStateException(name + " failed");
        }
        return new Told(name, own, shared, killed);
    }

    private void together(int processes, int kills, int rounds) throws Exception {
        Path place = temporary.resolve("store");
        SplittableRandom random = new SplittableRandom(1);
        ExecutorService followers = Executors.newCachedThreadPool();
        Map<String, Integer> own = new HashMap<>();
        int shared = 0;
        int killed = 0;
        List<Process> children = new ArrayList<>();
        try (AutoCloseable ending = () -> {
            followers.shutdownNow();
            for (Process child : children) {
                child.destroyForcibly().waitFor();
            }
        }) {
            List<Future<Told>> running = new ArrayList<>();
            for (int started = 0; started < kills || !running.isEmpty(); ) {
                while (running.size() < processes && started < kills) {
                    String name = "p" + started++;
                    int stop = random.nextInt(5) == 0 ? Integer.MAX_VALUE : random.nextInt(1, 2 * rounds);
                    int spins = random.nextInt(2_000_000);
                    Process process = StoringProcess.start(
                            place, "store", name, String.valueOf(random.nextLong()), String.valueOf(rounds));
                    children.add(process);
                    Callable<Told> following = () -> follow(name, process, stop, spins);
                    running.add(followers.submit(following));
                }
                Told told = running.remove(0).get();
                own.put(told.name(), told.own());
                shared += told.shared();
                killed += told.killed() ? 1 : 0;
            }
        }
        ArtifactStorage storage = StoringProcess.open(place);
        for (Map.Entry<String, Integer> told : own.entrySet()) {
            int found = storage.load("own/" + told.getKey())
                    .map(StoringProcess::number)
                    .defaultIfEmpty(0)
                    .block(PATIENCE);
            assertThat(found).as(told.getKey()).isBetween(told.getValue(), told.getValue() + 1);
        }
        int count =
                storage.load(StoringProcess.SHARED).map(StoringProcess::number).block(PATIENCE);
        assertThat(count).isBetween(shared, shared + killed);
        StoringProcess checker = new StoringProcess(storage, 1);
        List<StoredRecord> all = storage.list("", "").collectList().block(PATIENCE);
        all.forEach(record -> checker.check(record.key()));
        for (int round = 0; round < 20; round++) {
            storage.sweep(Duration.ZERO).block(PATIENCE);
        }
        all.forEach(record -> checker.check(record.key()));
        assertThat(folders(place.resolve("files"), 2)).isEqualTo(all.size());
        assertThat(place.resolve("staging")).isEmptyDirectory();
        assertThat(place.resolve("trash")).isEmptyDirectory();
        storage.close().block(PATIENCE);
    }

    private static long folders(Path folder, int depth) throws IOException {
        try (Stream<Path> paths = Files.walk(folder, depth)) {
            return paths.filter(path -> folder.relativize(path).getNameCount() == depth && Files.isDirectory(path))
                    .count();
        }
    }

    @Test
    @DisplayName(
            "H2 processes that put, replace, find, delete and sweep, some killed, lose no commit and mix nothing up")
    void killedProcesses() throws Exception {
        together(4, 8, 25);
    }

    @Test
    @Tag("proof")
    @DisplayName("sixteen processes at once, two hundred of them killed or done, lose no commit and mix nothing up")
    void manyKilledProcesses() throws Exception {
        together(16, 250, 60);
    }

    @Test
    @DisplayName("a name stays locked for other processes when the store is closed under another name")
    void locksUnderAnotherName() throws Exception {
        Path place = temporary.resolve("store");
        ArtifactStorage storage = StoringProcess.open(place);
        storage.id().block(PATIENCE);
        ArtifactStorage linked = StoringProcess.open(Files.createSymbolicLink(temporary.resolve("link"), place));
        LeaseLock.Lease lease = storage.locks().acquire("name", PATIENCE).block(PATIENCE);
        linked.locks()
                .acquire("other", PATIENCE)
                .flatMap(LeaseLock.Lease::release)
                .block(PATIENCE);
        linked.close().block(PATIENCE);
        Process process = StoringProcess.start(place, "try", "name");
        try (BufferedReader output = StoringProcess.output(process)) {
            assertThat(output.readLine()).isEqualTo("busy");
        }
        lease.release().block(PATIENCE);
        storage.close().block(PATIENCE);
    }

    @Test
    @DisplayName(
            "a name that another process has locked is free at once when it is killed, and the next token is greater")
    void locksOfTheKilled() throws Exception {
        Path place = temporary.resolve("store");
        ArtifactStorage storage = StoringProcess.open(place);
        storage.id().block(PATIENCE);
        Process process = StoringProcess.start(place, "hold", "name");
        try (BufferedReader output = StoringProcess.output(process)) {
            long token = Long.parseLong(output.readLine().substring(5));
            assertThatThrownBy(() -> storage.locks()
                            .acquire("name", Duration.ofMillis(50))
                            .block(PATIENCE))
                    .isInstanceOf(StoreBusyException.class)
                    .hasMessageContaining("another process");
            storage.locks()
                    .acquire("other", Duration.ZERO)
                    .flatMap(LeaseLock.Lease::release)
                    .block(PATIENCE);
            process.toHandle().destroyForcibly();
            LeaseLock.Lease lease = storage.locks().acquire("name", PATIENCE).block(PATIENCE);
            assertThat(lease.token()).isGreaterThan(token);
            lease.release().block(PATIENCE);
        }
        storage.close().block(PATIENCE);
    }
}
