package io.atomflux.artifact;

import static io.atomflux.artifact.ArtifactStoreTest.now;
import static io.atomflux.artifact.Simulations.RUNS;
import static io.atomflux.artifact.Simulations.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.Simulations.Run;
import io.atomflux.artifact.spi.Importer;
import io.atomflux.artifact.spi.SimpleStorage;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A store on three calls of one's own, and raw data imported into it. */
@Timeout(60)
class SimpleStorageTest {

    /** One file per name: all that a storage of one's own takes. */
    private record FilePerName(Path folder) implements SimpleStorage {

        @Override
        public Mono<Void> store(String name, Bytes content) {
            return io(() -> {
                Path part = java.nio.file.Files.write(folder.resolve(name + ".part"), content.toArray());
                java.nio.file.Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
                return null;
            });
        }

        @Override
        public Mono<Bytes> retrieve(String name) {
            return io(() -> java.nio.file.Files.exists(folder.resolve(name))
                    ? Bytes.wrap(java.nio.file.Files.readAllBytes(folder.resolve(name)))
                    : null);
        }

        @Override
        public Mono<Boolean> exists(String name) {
            return io(() -> java.nio.file.Files.exists(folder.resolve(name)));
        }

        private static <T> Mono<T> io(Callable<T> work) {
            return Mono.fromCallable(work).subscribeOn(Schedulers.boundedElastic());
        }
    }

    @TempDir
    private Path folder;

    private ArtifactStore open() {
        return ArtifactStore.of(
                new FilePerName(folder),
                "files",
                ArtifactOptions.none().types(RUNS).provenance(Provenance.none()).retention(Duration.ZERO));
    }

    @Test
    @DisplayName("a storage of three calls makes a whole store, which another reader sees at once")
    void makesAStore() {
        ArtifactStore store = open();
        ArtifactStore reader = open();
        assertThatThrownBy(() -> now(store.keys().then())).isInstanceOf(StoreNotFoundException.class);

        now(store.put("a/b", "value"));
        assertThat(now(reader.get("a/b", String.class))).isEqualTo("value");
        now(store.put(RUNS, Run.of("CO", 2), Files.none()));
        now(store.put(RUNS, Run.of("CO", 1), Files.none()));
        assertThat(now(reader.query(Query.all(RUNS).where("substance", Simulations::substance, "CO"))
                        .count()))
                .isEqualTo(1);
        now(store.rename("a/b", "c"));
        now(store.delete(now(reader.find(RUNS, Run.of("CO", 1))).key()));
        assertThat(now(reader.keys().map(Object::toString).collectList())).containsExactly("c");
        assertThat(now(open().get("c", String.class))).isEqualTo("value");
        assertThat(now(open().id())).isEqualTo(now(store.id()));
    }

    @Test
    @DisplayName("many changes are written together now and then, and readers that were behind catch up")
    void compacts() {
        ArtifactStore store = open();
        now(store.put("first", 0L));
        ArtifactStore behind = open();
        now(behind.exists("first"));
        for (int i = 0; i < 300; i++) {
            now(store.put("k" + i % 7, (long) i));
        }

        assertThat(folder.resolve("index")).exists();
        assertThat(folder.resolve("log-0")).isEmptyFile();
        assertThat(now(behind.get("k6", Long.class))).isEqualTo(now(open().get("k6", Long.class)));
        assertThat(now(behind.keys().count())).isEqualTo(8);
        now(behind.put("mine", 1L));
        assertThat(now(store.exists("mine"))).isTrue();
    }

    @Test
    @DisplayName("large files are cut into objects, read in part, and made empty when they are swept")
    void keepsLargeFiles() throws IOException {
        byte[] large = new byte[(5 << 19) + 17];
        new Random(1).nextBytes(large);
        ArtifactStore store = open();
        Run run = new Run("CO", 300, null, 1, null, "large");
        now(store.put(
                RUNS,
                run,
                Files.none().with("large", Flux.just(ByteBuffer.wrap(large))).with("small", Simulations.bytes("x"))));

        Artifact found = now(open().find(RUNS, run));
        ByteBuffer part = now(found.files()
                        .read("large", (1 << 20) - 5, 10)
                        .reduce(ByteBuffer.allocate(10), ByteBuffer::put))
                .flip();
        assertThat(part).isEqualTo(ByteBuffer.wrap(large, (1 << 20) - 5, 10));
        assertThat(now(store.verify().collectList())).isEmpty();
        assertThat(text(found.files().read("small"))).isEqualTo("x");

        now(store.delete(found.key()));
        assertThat(now(store.sweep()).sets()).isEqualTo(1);
        try (var files = java.nio.file.Files.list(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("data-")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(file).isEmptyFile());
        }
    }

    @Test
    @DisplayName("changes of many at once are all made, one after the other")
    void serialises() {
        ArtifactStore store = open();

        now(Flux.range(0, 50).flatMap(i -> store.put("k" + i, (long) i), 50).then());

        assertThat(now(open().keys().count())).isEqualTo(50);
    }

    @Test
    @DisplayName("an import puts one item before it asks for the next, and goes on where it failed")
    void imports() {
        ArtifactStore store = ArtifactStore.inMemory();
        AtomicInteger read = new AtomicInteger();
        Importer<Integer> importer = count -> Flux.range(0, count)
                .doOnNext(i -> {
                    assertThat(now(store.keys().count())).isGreaterThanOrEqualTo(i);
                    read.incrementAndGet();
                })
                .map(i -> {
                    if (i == 5 && read.get() == 6) {
                        throw new IllegalStateException("planted");
                    }
                    return new Importer.Item("raw/" + i, (long) i);
                });

        assertThatThrownBy(() -> now(ArtifactImports.into(store, importer, 10, PutMode.KEEP)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(now(store.keys().count())).isEqualTo(5);
        assertThat(now(ArtifactImports.into(store, importer, 10, PutMode.KEEP)))
                .isEqualTo(new ArtifactImports.Report(5, 5));
        assertThat(now(store.require("raw/3")).manifest().generation()).isEqualTo(1);
    }
}
