package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.testkit.BlockHoundGuard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

@Timeout(60)
class CacheTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LARGE = "co/ä b/co_0.parquet";
    private static final String SMALL = "co/co_1.parquet";

    @TempDir
    Path cache;

    private final HubDouble hub = new HubDouble();
    private Path folder;
    private Catalog online;
    private Catalog offline;

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @BeforeEach
    void open() {
        hub.with(LARGE, SMALL).withText("README.md", "---\nconfigs:\n- config_name: c\n  data_files: co/**\n---\n");
        hub.large = Set.of(LARGE);
        folder = cache.resolve("datasets--lab--toy");
        online = Catalog.of(hub, CatalogOptions.cachedIn(cache));
        offline = Catalog.of(hub, CatalogOptions.cachedIn(cache).offline(true));
    }

    private Dataset found() {
        return online.find(DatasetRequest.of(HubDouble.ID)).block(PATIENCE);
    }

    private static DataFile file(Dataset dataset, String path) {
        return dataset.files().stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private ByteSource download(Dataset dataset, String path) {
        return online.open(dataset, file(dataset, path), true).block(PATIENCE);
    }

    private static String all(ByteSource source) {
        return source.stream(0)
                .map(bytes -> StandardCharsets.UTF_8.decode(bytes).toString())
                .collectList()
                .map(parts -> String.join("", parts))
                .block(PATIENCE);
    }

    private List<String> names(String below) throws IOException {
        Path start = folder.resolve(below);
        if (!Files.exists(start)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(start)) {
            return paths.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> start.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    @DisplayName("a download lies where Python looks for it, under the name of its hash, beside list, card and branch")
    void writesPythonsLayout() throws IOException {
        Dataset dataset = found();
        ByteSource source = download(dataset, LARGE);
        download(dataset, SMALL);
        byte[] content = hub.files.get(LARGE);
        String sha256 = HubDouble.hash("SHA-256", content);
        assertThat(source).isInstanceOf(LocalFile.class);
        assertThat(source.name()).isEqualTo("hf://lab/toy@" + HubDouble.COMMIT + "/" + LARGE);
        assertThat(source.size()).isEqualTo(content.length);
        assertThat(all(source)).isEqualTo("content of " + LARGE);
        assertThat(source.read(new ByteRange(3, 4))
                        .map(bytes -> StandardCharsets.UTF_8.decode(bytes).toString())
                        .block(PATIENCE))
                .isEqualTo("tent");
        Path pointer = folder.resolve("snapshots").resolve(HubDouble.COMMIT).resolve(LARGE);
        assertThat(Files.readSymbolicLink(pointer)).hasToString("../../../../blobs/" + sha256);
        assertThat(names("blobs"))
                .containsExactlyInAnyOrder(
                        sha256,
                        HubDouble.blobHash(hub.files.get(SMALL)),
                        HubDouble.blobHash(hub.files.get("README.md")));
        assertThat(folder.resolve("refs/main")).hasContent(HubDouble.COMMIT);
        assertThat(names("refs")).containsExactly("main");
        assertThat(names("trees")).containsExactly(HubDouble.COMMIT + ".json");
        assertThat(cache.resolve(".locks/datasets--lab--toy/" + sha256 + ".lock"))
                .exists();
        assertThat(names("snapshots"))
                .containsExactly(
                        HubDouble.COMMIT + "/README.md",
                        HubDouble.COMMIT + "/" + SMALL,
                        HubDouble.COMMIT + "/" + LARGE);
    }

    @Test
    @DisplayName("what was downloaded is read again without a request, also by who streams")
    void readsAgain() {
        Dataset dataset = found();
        download(dataset, LARGE);
        hub.asked.clear();
        download(dataset, LARGE);
        assertThat(all(online.open(dataset, file(dataset, LARGE), false).block(PATIENCE)))
                .isEqualTo("content of " + LARGE);
        assertThat(hub.asked).isEmpty();
        assertThat(all(online.open(dataset, file(dataset, SMALL), false).block(PATIENCE)))
                .isEqualTo("content of " + SMALL);
        assertThat(hub.asked).hasSize(1);
    }

    @Test
    @DisplayName("streaming writes nothing into the cache folder")
    void streamingLeavesNoTrace() throws IOException {
        Dataset dataset = found();
        all(online.open(dataset, file(dataset, LARGE), false).block(PATIENCE));
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    @DisplayName("offline the same dataset is found and read without a request, and what is missing is named")
    void readsOffline() {
        Dataset dataset = found();
        download(dataset, LARGE);
        hub.asked.clear();
        Dataset again = offline.find(DatasetRequest.of(HubDouble.ID)).block(PATIENCE);
        assertThat(again).isEqualTo(dataset);
        assertThat(all(offline.open(again, file(again, LARGE), false).block(PATIENCE)))
                .isEqualTo("content of " + LARGE);
        assertThatThrownBy(() -> offline.open(again, file(again, SMALL), false).block(PATIENCE))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("lab/toy")
                .hasMessageContaining(HubDouble.COMMIT)
                .hasMessageContaining(SMALL)
                .hasMessageContaining("offline");
        assertThat(hub.asked).isEmpty();
    }

    @Test
    @DisplayName("offline without a cache folder, dataset, revision or commit is an error that says which")
    void tellsWhatOfflineLacks() throws IOException {
        Catalog none = Catalog.of(hub, CatalogOptions.uncached().offline(true));
        assertThatThrownBy(() -> none.find(DatasetRequest.of(HubDouble.ID)).block(PATIENCE))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("no cache folder");
        assertThatThrownBy(() -> offline.find(DatasetRequest.of(HubDouble.ID)).block(PATIENCE))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("lab/toy")
                .hasMessageContaining("revision");
        Files.createDirectories(folder.resolve("refs"));
        Files.writeString(folder.resolve("refs/main"), HubDouble.COMMIT);
        assertThatThrownBy(() -> offline.find(DatasetRequest.of(HubDouble.ID)).block(PATIENCE))
                .hasMessageContaining("lacks its commit");
        Files.writeString(folder.resolve("refs/main"), "../../etc");
        assertThatThrownBy(() -> offline.find(DatasetRequest.of(HubDouble.ID)).block(PATIENCE))
                .isInstanceOf(CorruptDataException.class);
        assertThat(hub.asked).isEmpty();
    }

    @Test
    @DisplayName("a cache folder that Python filled is read, with links, without, and with blobs all datasets share")
    void readsPythons() throws IOException {
        Path snapshot = folder.resolve("snapshots").resolve(HubDouble.COMMIT);
        Files.createDirectories(snapshot.resolve("data"));
        Files.createDirectories(folder.resolve("blobs"));
        Files.createDirectories(folder.resolve("refs/refs/pr"));
        Files.writeString(folder.resolve("refs/refs/pr/1"), HubDouble.COMMIT + "\n");
        Files.writeString(folder.resolve("blobs/" + "b".repeat(64)), "linked");
        Files.createSymbolicLink(
                snapshot.resolve("data/train-00000-of-00003.parquet"), Path.of("../../../blobs/" + "b".repeat(64)));
        Files.writeString(snapshot.resolve("data/train-00001-of-00003.parquet"), "placed");
        Files.createDirectories(cache.resolve("blobs/cc"));
        Files.writeString(cache.resolve("blobs/cc/" + "c".repeat(64)), "shared");
        Files.createSymbolicLink(
                folder.resolve("blobs/" + "d".repeat(64)), Path.of("../../blobs/cc/" + "c".repeat(64)));
        Files.createSymbolicLink(
                snapshot.resolve("data/train-00002-of-00003.parquet"), Path.of("../../../blobs/" + "d".repeat(64)));
        DatasetRequest request = new DatasetRequest(
                HubDouble.ID, "refs/pr/1", Optional.empty(), Optional.empty(), List.of(), Optional.empty(), false);
        Dataset dataset = offline.find(request).block(PATIENCE);
        assertThat(dataset.files().stream()
                        .map(file -> all(offline.open(dataset, file, false).block(PATIENCE)))
                        .toList())
                .containsExactly("linked", "placed", "shared");
        assertThat(dataset.files().get(0).sha256()).hasValue("b".repeat(64));
    }

    @Test
    @DisplayName("links that lead out of the blobs are refused, by whatever folder they begin")
    void refusesLinksOut() throws IOException {
        Path secret = Files.writeString(cache.resolve("secret.parquet"), "content of " + SMALL);
        Dataset dataset = found();
        Path snapshot = folder.resolve("snapshots").resolve(HubDouble.COMMIT);
        Files.createDirectories(snapshot.resolve("co"));
        Files.createSymbolicLink(snapshot.resolve(SMALL), secret);
        assertThatThrownBy(
                        () -> online.open(dataset, file(dataset, SMALL), false).block(PATIENCE))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("leads elsewhere");
        Files.delete(snapshot.resolve(SMALL));
        Files.delete(snapshot.resolve("co"));
        Path outside = Files.createDirectory(cache.resolve("outside"));
        Files.writeString(outside.resolve("co_1.parquet"), "content of " + SMALL);
        Files.createSymbolicLink(snapshot.resolve("co"), outside);
        assertThatThrownBy(
                        () -> online.open(dataset, file(dataset, SMALL), false).block(PATIENCE))
                .isInstanceOf(CorruptDataException.class);
        Files.delete(outside.resolve("co_1.parquet"));
        assertThatThrownBy(() -> download(dataset, SMALL)).hasMessageContaining("leads out of the cache folder");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    @DisplayName("content of another hash or length is an error and leaves nothing")
    void refusesOtherContent() throws IOException {
        Dataset dataset = found();
        String right = "content of " + LARGE;
        for (String wrong : List.of("C" + right.substring(1), right.substring(1), right + "!")) {
            hub.streams.put(
                    LARGE, Flux.defer(() -> Flux.just(ByteBuffer.wrap(wrong.getBytes(StandardCharsets.UTF_8)))));
            assertThatThrownBy(() -> download(dataset, LARGE))
                    .as(wrong)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(LARGE);
            assertThat(names("blobs"))
                    .noneMatch(name -> name.contains(HubDouble.hash("SHA-256", hub.files.get(LARGE))));
            assertThat(names("snapshots")).noneMatch(name -> name.endsWith(LARGE));
        }
        hub.streams.clear();
        assertThat(all(download(dataset, LARGE))).isEqualTo(right);
    }

    @Test
    @DisplayName("a download that failed is taken up where it broke, and hashed as a whole")
    void takesUp() throws IOException {
        Dataset dataset = found();
        byte[] content = hub.files.get(LARGE);
        hub.streams.put(
                LARGE,
                Flux.concat(
                        Mono.fromSupplier(() -> ByteBuffer.wrap(content, 0, 9)),
                        Mono.error(() -> new StoreUnavailableException("hub", "gone", null))));
        assertThatThrownBy(() -> download(dataset, LARGE)).isInstanceOf(StoreUnavailableException.class);
        assertThat(names("blobs")).anyMatch(name -> name.endsWith(".incomplete"));
        hub.streams.clear();
        hub.asked.clear();
        assertThat(all(download(dataset, LARGE))).isEqualTo("content of " + LARGE);
        assertThat(hub.asked).singleElement().asString().endsWith("from 9");
        assertThat(names("blobs")).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    @DisplayName("what was left damaged is noticed by the hash, thrown away, and loaded anew the next time")
    void noticesDamagedRest() throws IOException {
        Dataset dataset = found();
        download(dataset, SMALL);
        String etag = HubDouble.hash("SHA-256", hub.files.get(LARGE));
        Files.writeString(folder.resolve("blobs/" + etag + ".afx01234567.incomplete"), "damaged");
        assertThatThrownBy(() -> download(dataset, LARGE)).isInstanceOf(CorruptDataException.class);
        assertThat(names("blobs")).noneMatch(name -> name.endsWith(".incomplete"));
        assertThat(all(download(dataset, LARGE))).isEqualTo("content of " + LARGE);
    }

    @Test
    @DisplayName("many who ask for a file at a time load it once")
    void loadsOnce() {
        Dataset dataset = found();
        download(dataset, SMALL);
        hub.asked.clear();
        Flux.range(0, 20)
                .flatMap(
                        i -> Catalog.of(hub, CatalogOptions.cachedIn(cache)).open(dataset, file(dataset, LARGE), true),
                        20)
                .map(CacheTest::size)
                .as(StepVerifier::create)
                .expectNextCount(20)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(hub.asked).hasSize(1);
    }

    private static long size(ByteSource source) {
        return source.size();
    }

    @Test
    @DisplayName("a download waits for one of another process without holding a thread, and can be cancelled meanwhile")
    void waitsForOthers() throws IOException {
        Dataset dataset = found();
        download(dataset, SMALL);
        String etag = HubDouble.hash("SHA-256", hub.files.get(LARGE));
        Path lock = cache.resolve(".locks/datasets--lab--toy/" + etag + ".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            assertThat(held.isValid()).isTrue();
            List<Disposable> waiting = Stream.generate(() ->
                            online.open(dataset, file(dataset, LARGE), true).subscribe())
                    .limit(50)
                    .toList();
            assertThat(all(download(dataset, SMALL))).isEqualTo("content of " + SMALL);
            waiting.forEach(Disposable::dispose);
            StepVerifier.create(online.open(dataset, file(dataset, LARGE), true))
                    .expectSubscription()
                    .expectNoEvent(Duration.ofMillis(100))
                    .thenCancel()
                    .verify(PATIENCE);
        }
        assertThat(all(download(dataset, LARGE))).isEqualTo("content of " + LARGE);
    }

    @Test
    @DisplayName("cancelling stops the transfer and frees the lock; the next download goes on")
    void cancels() throws Exception {
        Dataset dataset = found();
        byte[] content = hub.files.get(LARGE);
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        Sinks.Empty<Void> began = Sinks.empty();
        hub.streams.put(
                LARGE,
                Flux.concat(
                                Mono.fromSupplier(() -> ByteBuffer.wrap(content, 0, 5)),
                                Mono.<ByteBuffer>never().doOnSubscribe(s -> began.tryEmitEmpty()))
                        .doOnCancel(() -> cancelled.complete(null)));
        Disposable download = online.open(dataset, file(dataset, LARGE), true).subscribe();
        began.asMono().block(PATIENCE);
        download.dispose();
        cancelled.get(30, java.util.concurrent.TimeUnit.SECONDS);
        hub.streams.clear();
        assertThat(all(download(dataset, LARGE))).isEqualTo("content of " + LARGE);
        assertThat(names("blobs")).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    @DisplayName("a file larger than the free disk is refused before it is loaded, and nothing is left")
    void refusesWhatDoesNotFit() throws IOException {
        Dataset dataset = found();
        DataFile file = file(dataset, LARGE);
        DataFile huge = new DataFile(file.path(), 1L << 60, file.sha256(), file.oid(), file.format());
        assertThatThrownBy(() -> online.open(dataset, huge, true).block(PATIENCE))
                .isInstanceOf(StoreFullException.class);
        assertThat(names("blobs")).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    @DisplayName("a damaged copy is loaded anew, not read")
    void repairs() throws IOException {
        Dataset dataset = found();
        download(dataset, LARGE);
        Files.writeString(folder.resolve("blobs/" + HubDouble.hash("SHA-256", hub.files.get(LARGE))), "cut");
        assertThatThrownBy(
                        () -> offline.open(dataset, file(dataset, LARGE), false).block(PATIENCE))
                .isInstanceOf(StoreUnavailableException.class);
        assertThat(all(online.open(dataset, file(dataset, LARGE), false).block(PATIENCE)))
                .isEqualTo("content of " + LARGE);
        assertThat(all(download(dataset, LARGE))).isEqualTo("content of " + LARGE);
        assertThat(all(offline.open(dataset, file(dataset, LARGE), false).block(PATIENCE)))
                .isEqualTo("content of " + LARGE);
    }

    @Test
    @DisplayName("where links cannot be made the file itself is placed, and found again")
    void placesFiles() throws IOException {
        CacheFolder places = new CacheFolder(cache, HubDouble.ID);
        Files.createDirectories(places.blobs());
        Path blob = Files.writeString(places.blobs().resolve("b".repeat(64)), "whole");
        Path placed = new CacheWriter(places, false).link(HubDouble.COMMIT, "a/b.parquet", blob);
        assertThat(placed).isRegularFile().hasContent("whole");
        assertThat(Files.isSymbolicLink(placed)).isFalse();
        assertThat(places.file(HubDouble.COMMIT, "a/b.parquet")).hasValue(placed.toRealPath());
        assertThat(names("blobs")).isEmpty();
        assertThat(names("snapshots")).hasSize(1);
    }

    @Test
    @DisplayName("a link to what is gone is replaced")
    void replacesDanglingLinks() throws IOException {
        Dataset dataset = found();
        Path pointer = folder.resolve("snapshots").resolve(HubDouble.COMMIT).resolve(LARGE);
        Files.createDirectories(pointer.getParent());
        Files.createSymbolicLink(pointer, Path.of("../../../../blobs/gone"));
        assertThat(all(download(dataset, LARGE))).isEqualTo("content of " + LARGE);
    }

    @Test
    @DisplayName("a download without a cache folder, or of a path from elsewhere, is refused at the call")
    void refusesAtTheCall() {
        Dataset dataset = found();
        DataFile file = file(dataset, LARGE);
        assertThatThrownBy(() -> hub.catalog().open(dataset, file, true)).isInstanceOf(InvalidOptionException.class);
        DataFile outside = new DataFile("../x", 1, file.sha256(), file.oid(), file.format());
        assertThatThrownBy(() -> online.open(dataset, outside, true)).isInstanceOf(IllegalArgumentException.class);
    }
}
