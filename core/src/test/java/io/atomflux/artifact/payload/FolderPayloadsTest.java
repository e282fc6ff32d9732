package io.atomflux.artifact.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Payloads in a folder whose writers give up. */
@Timeout(60)
class FolderPayloadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    private long writing() {
        try (Stream<Path> staged = Files.list(temporary.resolve(Scope.RESERVED).resolve("writing"))) {
            return staged.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("a write that is given up at any instant leaves nothing behind")
    void givenUp() {
        FolderPayloads payloads = new FolderPayloads(temporary);
        assertThat(payloads.write("scope", "whole", Flux.just(ByteBuffer.wrap(new byte[10])))
                        .block(PATIENCE))
                .isEqualTo(10);
        SplittableRandom random = new SplittableRandom(3);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        for (int i = 0; System.nanoTime() < end; i++) {
            Disposable running = payloads.write("scope", "p" + i, Flux.never()).subscribe();
            for (int spins = random.nextInt(20_000); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            running.dispose();
        }

        Flux.interval(Duration.ofMillis(5)).filter(tick -> writing() == 0).blockFirst(PATIENCE);

        assertThat(payloads.list("scope").count().block(PATIENCE)).isEqualTo(1);
    }
}
