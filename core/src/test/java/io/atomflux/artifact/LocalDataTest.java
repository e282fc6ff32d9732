package io.atomflux.artifact;

import static io.atomflux.OpenDescriptors.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atomflux.OpenDescriptors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Files of this machine. */
@Timeout(60)
class LocalDataTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    /** Gives work up before a thread has time for it; returns when it was done all the same. */
    private static void givenUpBeforeItBegins(Mono<?> work) throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        for (int i = 0; i < Blocking.THREADS; i++) {
            Blocking.call(() -> busy.await(30, TimeUnit.SECONDS)).subscribe();
        }
        work.subscribe().dispose();
        busy.countDown();
        CyclicBarrier all = new CyclicBarrier(Blocking.THREADS); // a thread at it has done what came before
        Flux.range(0, Blocking.THREADS)
                .flatMap(i -> Blocking.call(() -> all.await(30, TimeUnit.SECONDS)), Blocking.THREADS)
                .blockLast(PATIENCE);
    }

    @Test
    @DisplayName("a file that is opened only after its reader or writer has gone is closed")
    void openedLate() throws Exception {
        assumeTrue(OpenDescriptors.areShown(), "the system does not show which files are open");
        Path read = Files.writeString(temporary.toRealPath().resolve("read"), "content");
        givenUpBeforeItBegins(LocalData.read(read).then());
        await(() -> !OpenDescriptors.include(read));

        Path written = temporary.toRealPath().resolve("written");
        givenUpBeforeItBegins(LocalData.write(written, Flux.never()));
        assertThat(written).exists();
        await(() -> !OpenDescriptors.include(written));
    }

    @Test
    @DisplayName("a temporary folder that is made only after who wanted it has gone is removed")
    void madeLate() throws Exception {
        AtomicReference<Path> made = new AtomicReference<>(temporary);
        givenUpBeforeItBegins(LocalData.temporary().doOnDiscard(Path.class, made::set));

        assertThat(made.get()).isNotEqualTo(temporary);
        await(() -> !Files.exists(made.get()));
    }
}
