package io.atomflux.file.lmdb.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.file.lmdb.GuardedFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes killed where they hold what others need. 3 of them, 200 with {@code -Datomflux.proof=true}. */
@Timeout(900)
class LmdbKilledTest {

    private static final int KILLS = Boolean.getBoolean("atomflux.proof") ? 200 : 3;
    private static final List<String> WAYS = List.of("waiting", "reading", "committing");

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "a process killed inside a transaction, a commit or a read keeps nobody waiting, and nothing acknowledged is lost")
    void killedInside() throws Exception {
        Path place = folder.resolve("artifacts.mdb");
        GuardedFile file = new GuardedFile(place, "test", new GuardedFile.Access(1 << 20, true), false);
        Random random = new Random(5);
        long longest = 0;
        long acknowledged = file.write(KilledProcess::count).get();
        for (int kill = 0; kill < KILLS; kill++) {
            String way = WAYS.get(kill % WAYS.size());
            Process process = start(place, way, kill);
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                String line = out.readLine();
                while (line != null && !line.equals("inside")) {
                    assertThat(line).startsWith("done ");
                    acknowledged = Long.parseLong(line.substring("done ".length()));
                    line = out.readLine();
                }
                assertThat(line).as("what process %d said", kill).isEqualTo("inside");
                if (way.equals("committing")) { // somewhere between here and behind the commit
                    LockSupport.parkNanos(random.nextInt(60_000_000));
                }
                process.toHandle().destroyForcibly();
                process.waitFor();
            }
            long before = System.nanoTime();
            long counted = file.write(KilledProcess::count).get(30, TimeUnit.SECONDS);
            longest = Math.max(longest, System.nanoTime() - before);
            assertThat(counted).isBetween(acknowledged + 1, acknowledged + 2); // the one it died in may have counted
            acknowledged = counted;
            assertThat(file.read(entries -> {
                                entries.find(KilledProcess.COUNTER);
                                return ByteBuffer.wrap(entries.value()).getLong();
                            })
                            .get(30, TimeUnit.SECONDS))
                    .isEqualTo(counted);
        }
        assertThat(TimeUnit.NANOSECONDS.toSeconds(longest)).isLessThan(25);
        file.close().get(30, TimeUnit.SECONDS);
        GuardedFile again = new GuardedFile(place, "test", new GuardedFile.Access(1 << 20, true), false);
        long last = acknowledged;
        assertThat(again.read(
                                entries -> { // every page that is in use
                                    long found = 0;
                                    for (boolean more = entries.seek(new byte[] {0}); more; more = entries.next()) {
                                        found += entries.value().length;
                                    }
                                    return found;
                                })
                        .get())
                .isPositive();
        assertThat(again.write(KilledProcess::count).get()).isEqualTo(last + 1);
        again.close().get(30, TimeUnit.SECONDS);
    }

    private static Process start(Path place, String way, int seed) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledProcess.class.getName(),
                        place.toString(),
                        way,
                        "" + seed)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    @DisplayName("processes that count at once lose no number")
    void countsTogether() throws Exception {
        Path place = folder.resolve("counted.mdb");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(place, "counting", i));
        }
        for (Process process : processes) {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                assertThat(out.readLine()).isEqualTo("done");
            }
        }
        GuardedFile file = new GuardedFile(place, "test", new GuardedFile.Access(1 << 20, true), false);
        assertThat(file.write(KilledProcess::count).get()).isEqualTo(3L * KilledProcess.COUNTS + 1);
        file.close().get(30, TimeUnit.SECONDS);
    }
}
