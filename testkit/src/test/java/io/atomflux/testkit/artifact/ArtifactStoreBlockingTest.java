package io.atomflux.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** No thread of Reactor waits for files, locks, hashes of large buffers or provenance. */
@Timeout(60)
class ArtifactStoreBlockingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path temp;

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @Test
    @DisplayName(
            "putting, reading, computing, copying, verifying and sweeping block no thread that must not be blocked")
    void blocksNothing() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("given"));
        Files.write(folder.resolve("large"), new byte[1 << 20]);
        ArtifactStore store =
                ArtifactStore.open(temp.resolve("store"), ArtifactOptions.none().retention(Duration.ZERO));

        Mono<Long> all = store.put("array", NdArray.of(new double[100_000]))
                .then(store.put("array", NdArray.of(new double[100_000])))
                .then(store.put("folder", folder, PutOptions.none().codec("folder")))
                .then(store.put("bytes", Bytes.wrap(new byte[3 << 20])))
                .then(store.get("array", NdArray.class))
                .then(store.get("bytes", Bytes.class))
                .then(Flux.range(0, 8)
                        .flatMap(i -> store.getOrCompute("computed", Long.class, Mono.just(7L)))
                        .then())
                .then(store.require("folder")
                        .flatMap(artifact -> artifact.files().local().flatMap(local -> local.close())))
                .then(store.rename("bytes", "moved/bytes"))
                .then(ArtifactStore.inMemory().copyFrom(store, artifact -> true))
                .then(store.delete("array"))
                .then(store.sweep())
                .thenMany(store.verify())
                .count();

        assertThat(all.subscribeOn(Schedulers.parallel()).block(PATIENCE)).isZero();
        store.close().block(PATIENCE);
    }
}
