package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.catalog.CatalogStorage;
import io.atomflux.artifact.catalog.FileStore;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.value.Bytes;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Those who hear of results on the threads of a store, and take their time, or have gone. */
@Timeout(60)
class ListenersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MANY = 12; // more than a store does at once
    private static final int FEW = 5; // with as many more, all that fit into Reactor's pool on one processor

    @TempDir
    Path folder;

    private ArtifactStore store;

    @BeforeEach
    void open() {
        store = ArtifactStore.open(
                folder.resolve("store"), ArtifactOptions.none().with("synced", "false"));
        store.put("a", Bytes.ofText("content")).block(PATIENCE);
    }

    @AfterEach
    void close() {
        store.close().block(PATIENCE);
    }

    private static <T> T met(CyclicBarrier barrier, T value) {
        try {
            barrier.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return value;
        } catch (Exception e) {
            throw new IllegalStateException("the others did not come", e);
        }
    }

    @Test
    @DisplayName("some who wait for each other, and use the store, where they hear of what they read hold up nobody")
    void reading() {
        CyclicBarrier all = new CyclicBarrier(FEW);
        List<String> heard = Flux.range(0, FEW)
                .flatMap(
                        i -> store.get("a", Bytes.class)
                                .map(value ->
                                        met(all, store.get("a", Bytes.class).block(PATIENCE)))
                                .map(Bytes::keyText),
                        FEW)
                .collectList()
                .block(PATIENCE);
        assertThat(heard).hasSize(FEW).containsOnly("content");
    }

    @Test
    @DisplayName("many who wait for each other where they get the first bytes of a file hold up nobody")
    void streaming() {
        CyclicBarrier all = new CyclicBarrier(MANY);
        Long files = store.require("a")
                .flatMap(artifact -> Flux.range(0, MANY)
                        .flatMap(
                                i -> artifact.files()
                                        .read(artifact.files().entries().get(0).name())
                                        .map(buffer -> met(all, buffer.remaining())),
                                MANY)
                        .count())
                .block(PATIENCE);
        assertThat(files).isEqualTo(MANY);
    }

    @Test
    @DisplayName("many who wait for each other where they hear of their commits hold up nobody")
    void committing() {
        CyclicBarrier all = new CyclicBarrier(MANY);
        Long done = Flux.range(0, MANY)
                .flatMap(
                        i -> store.delete("none " + i)
                                .then(store.put("p" + i, Bytes.ofText("x")))
                                .map(result -> met(all, result)),
                        MANY)
                .count()
                .block(PATIENCE);
        assertThat(done).isEqualTo(MANY);
    }

    @Test
    @DisplayName("computations that block, and ask for other computations, hold up no other ones")
    void computing() {
        CyclicBarrier all = new CyclicBarrier(MANY);
        Long done = Flux.range(0, MANY)
                .flatMap(
                        i -> store.getOrCompute(
                                "c" + i,
                                Long.class,
                                Mono.fromCallable(() -> met(
                                        all,
                                        store.getOrCompute("inner" + i, Long.class, Mono.just(7L))
                                                .block(PATIENCE)))),
                        MANY)
                .count()
                .block(PATIENCE);
        assertThat(done).isEqualTo(MANY);
    }

    @Test
    @DisplayName("a file that was begun when its writer had gone is closed and removed")
    void begunTooLate() throws Exception {
        CountDownLatch creating = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<Path> closed = new CompletableFuture<>();
        LocalDisk real = new LocalDisk(false);
        Disk disk = (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(real, arguments);
                    if (!method.getName().equals("create")) {
                        return result;
                    }
                    creating.countDown();
                    cancelled.await();
                    return Proxy.newProxyInstance(
                            Disk.class.getClassLoader(), new Class<?>[] {Disk.Handle.class}, (p, call, values) -> {
                                if (call.getName().equals("close")) {
                                    closed.complete((Path) arguments[0]);
                                }
                                return call.invoke(result, values);
                            });
                });
        FileStore files = new FolderFiles(new FolderPlace(disk, folder.resolve("store"), true));
        Disposable writing = files.write("0123456789abcdef".repeat(2), "x", Mono.just(ByteBuffer.allocate(9)))
                .subscribe();
        creating.await();
        writing.dispose();
        cancelled.countDown();
        Path file = closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(file.getParent()).hasParent(folder.resolve("store/staging"));
    }

    @Test
    @DisplayName(
            "whoever may read the store and not write it gets files as a folder, and is told that he may not change it")
    void mayNotWrite() {
        LocalDisk real = new LocalDisk(false);
        Disk disk = (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("lock")) {
                        throw new FileSystemException("index/lock", null, "Read-only file system");
                    }
                    return method.invoke(real, arguments);
                });
        FolderPlace place = new FolderPlace(disk, folder.resolve("store"), true);
        ArtifactStore mounted =
                ArtifactStore.of(CatalogStorage.of(FolderCatalog.of(place, 1 << 20, false), new FolderFiles(place)));
        String size = mounted.require("a")
                .flatMap(artifact -> artifact.files().local())
                .map(files -> files.path().toFile().list().length + " files")
                .block(PATIENCE);
        assertThat(size).isEqualTo("1 files");
        assertThatThrownBy(() -> mounted.delete("a").block(PATIENCE))
                .isInstanceOf(ReadOnlyStoreException.class)
                .hasMessageContaining("mounted for reading only");
        mounted.close().block(PATIENCE);
    }
}
