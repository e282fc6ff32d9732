package io.atomflux.artifact.mltraq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Archives of folders that are given up while they are made. */
@Timeout(60)
class ArchiveStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    private static Set<Path> archives() {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> String.valueOf(path.getFileName()).startsWith("atomflux-archive-"))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("an archive that is given up at any instant leaves no temporary file behind")
    void givenUp() throws IOException {
        Files.writeString(temporary.resolve("a"), "content");
        ArchiveStore archive = ArchiveStore.of(temporary);
        Set<Path> before = archives();
        assertThat(archive.pack().count().block(PATIENCE)).isPositive();
        SplittableRandom random = new SplittableRandom(3);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        while (System.nanoTime() < end) {
            Disposable running = archive.pack().subscribe();
            for (int spins = random.nextInt(20_000); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }

        Flux.interval(Duration.ofMillis(5))
                .filter(tick -> before.containsAll(archives()))
                .blockFirst(PATIENCE);
    }
}
