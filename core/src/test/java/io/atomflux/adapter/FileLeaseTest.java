package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreIoException;
import io.atomflux.spi.LeaseLock.Lease;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Leases on files. */
class FileLeaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private Lease take(Path place) {
        return Objects.requireNonNull(
                FileLease.beside(place).acquire("recorder", Duration.ZERO).block(PATIENCE));
    }

    @Test
    @DisplayName("of many who want it one has it; when it is given back the next one has it, with a greater number")
    void one() {
        Path place = folder.resolve("not/there/yet.zarr");
        Lease first = take(place);

        assertThatThrownBy(() -> take(place))
                .isInstanceOf(StoreBusyException.class)
                .hasMessageContaining("yet.zarr");
        Mono<Lease> waiting = FileLease.beside(place).acquire("recorder", PATIENCE);
        Mono<Lease> second =
                Mono.delay(Duration.ofMillis(50)).then(first.release()).then(Mono.empty());
        Lease next = Objects.requireNonNull(Flux.merge(waiting, second).blockFirst(PATIENCE));

        assertThat(next.token()).isGreaterThan(first.token());
        next.release().block(PATIENCE);
        next.release().block(PATIENCE);
        take(place).release().block(PATIENCE);
    }

    @Test
    @DisplayName("a file where the folder should be is named, and what was expected")
    void fileForFolder() throws Exception {
        Files.writeString(folder.resolve("notes"), "mine");

        assertThatThrownBy(() -> take(folder.resolve("notes/run.zarr")))
                .isInstanceOf(StoreIoException.class)
                .hasMessageContaining(
                        "notes/run.zarr".replace("/", folder.getFileSystem().getSeparator()))
                .hasMessageContaining("notes is a file (expected: a folder, or nothing)");
        assertThat(folder.resolve("notes")).hasContent("mine");
    }

    @Test
    @DisplayName("a link to the folder does not lead to a second lease, another name does")
    void links() throws Exception {
        Files.createDirectory(folder.resolve("real"));
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
        Lease held = take(folder.resolve("real/run.h5"));

        assertThatThrownBy(() -> take(folder.resolve("link/run.h5"))).isInstanceOf(StoreBusyException.class);
        take(folder.resolve("real/other.h5")).release().block(PATIENCE);
        held.release().block(PATIENCE);
    }

    @Test
    @DisplayName("of threads that all want it at once one at a time has it, and those who give up leave it to others")
    void race() {
        Path place = folder.resolve("run.h5");
        int[] counter = {0, 0};
        List<Integer> most = Flux.range(0, 40)
                .flatMap(
                        i -> Mono.usingWhen(
                                        FileLease.beside(place).acquire("recorder", PATIENCE),
                                        lease -> Mono.fromCallable(() -> {
                                            counter[1] = Math.max(counter[1], ++counter[0]);
                                            return counter[0]--;
                                        }),
                                        Lease::release)
                                .takeUntilOther(i % 4 == 0 ? Mono.delay(Duration.ofMillis(i)) : Mono.never()),
                        40)
                .collectList()
                .block(PATIENCE);

        assertThat(most).isNotEmpty().allMatch(n -> n == 1);
        assertThat(counter[1]).isEqualTo(1);
        take(place).release().block(PATIENCE);
    }
}
