package io.atomflux.artifact.evaluator;

import static io.atomflux.OpenDescriptors.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atomflux.OpenDescriptors;
import io.atomflux.artifact.spi.FileArea;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Files of a folder of Evaluator whose readers and writers give up. */
@Timeout(60)
class FolderFilesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    private static boolean isEmpty(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findAny().isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Gives work up before a thread of the readers has time for it; returns when it was done all the same. */
    private static void givenUpBeforeItBegins(Path root, Mono<?> work) throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        for (int i = 0; i < Disk.READERS; i++) {
            Disk.read("test", "wait", () -> busy.await(30, TimeUnit.SECONDS)).subscribe();
        }
        var running = work.subscribe();
        Disk.write(root, "test", "come after what it changes first", () -> true).block(PATIENCE);
        running.dispose();
        busy.countDown();
        CyclicBarrier all = new CyclicBarrier(Disk.READERS); // a thread at it has done what came before
        Flux.range(0, Disk.READERS)
                .flatMap(i -> Disk.read("test", "meet", () -> all.await(30, TimeUnit.SECONDS)), Disk.READERS)
                .blockLast(PATIENCE);
    }

    @Test
    @DisplayName("what is begun or opened only after who wanted it has gone is removed and closed")
    void begunLate() throws Exception {
        assumeTrue(OpenDescriptors.areShown(), "the system does not show which files are open");
        Path root = temporary.toRealPath().resolve("store");
        Places places = new Places(root);
        FileArea files = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false).files();
        String set = Objects.requireNonNull(files.begin().block(PATIENCE));
        files.write(set, "a", Flux.just(ByteBuffer.wrap(new byte[10]))).block(PATIENCE);
        assertThat(isEmpty(places.scratch())).isTrue();

        givenUpBeforeItBegins(places.root, files.write(set, "b", Flux.never()));
        await(() -> isEmpty(places.scratch()));

        givenUpBeforeItBegins(places.root, files.read(set, "a", 0, 10).then());
        await(() -> !OpenDescriptors.include(places.set(set).resolve("a")));
    }
}
