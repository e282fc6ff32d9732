package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** What a folder of artifacts is on disk, and what it refuses. */
@Timeout(60)
class FolderStorageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final OpenOptions UNSYNCED = OpenOptions.none().with("synced", "false");

    @TempDir
    Path temporary;

    private final java.util.ArrayList<ArtifactStorage> opened = new java.util.ArrayList<>();

    private ArtifactStorage open(Path folder, OpenOptions options) {
        ArtifactStorage storage = new FolderStorageProvider().open(Location.of(folder), options);
        opened.add(storage);
        return storage;
    }

    private ArtifactStorage open() {
        return open(temporary.resolve("store"), UNSYNCED);
    }

    @AfterEach
    void close() {
        opened.forEach(storage -> storage.close().block(PATIENCE));
    }

    private static Flux<ByteBuffer> text(String... parts) {
        return Flux.fromArray(parts).map(part -> ByteBuffer.wrap(part.getBytes(StandardCharsets.UTF_8)));
    }

    private static StoredRecord record(String key, Optional<String> set) {
        return new StoredRecord(
                key,
                "revision of " + key,
                Optional.empty(),
                List.of(Term.ofNumber("size", key.length())),
                Bytes.ofText("{\"key\":\"" + key + "\"}"),
                set);
    }

    private static String stored(ArtifactStorage storage, String key, String... files) {
        String set = storage.files().begin().block(PATIENCE);
        for (String file : files) {
            storage.files().write(set, file, text("content of ", file)).block(PATIENCE);
        }
        storage.files().seal(set).block(PATIENCE);
        assertThat(storage.commit(new RecordChange.Put(record(key, Optional.of(set)), Optional.empty()))
                        .block(PATIENCE))
                .isEqualTo(CommitOutcome.APPLIED);
        return set;
    }

    private static String read(ArtifactStorage storage, String set, String file) {
        return storage.files()
                .read(set, file, 0, Long.MAX_VALUE)
                .map(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
                .reduce("", String::concat)
                .block(PATIENCE);
    }

    @Test
    @DisplayName("a record and its files are kept, found again by another opening, and lie in a folder of their own")
    void keeps() {
        ArtifactStorage storage = open();
        String set = stored(storage, "a/b", "x.txt", "sub/y.txt", ".hidden");
        ArtifactStorage again = open();
        assertThat(again.load("a/b").block(PATIENCE)).isEqualTo(record("a/b", Optional.of(set)));
        assertThat(again.lookup(List.of(TermRange.between("size", 1, 5)))
                        .collectList()
                        .block(PATIENCE))
                .hasSize(1);
        assertThat(again.files().list(set).block(PATIENCE))
                .containsExactly(
                        new StoredFile(".hidden", 18), new StoredFile("sub/y.txt", 20), new StoredFile("x.txt", 16));
        assertThat(read(again, set, "sub/y.txt")).isEqualTo("content of sub/y.txt");
        assertThat(again.files().read(set, "x.txt", 3, 4).blockLast(PATIENCE))
                .isEqualTo(ByteBuffer.wrap("tent".getBytes(StandardCharsets.UTF_8)));
        assertThat(again.files().folder(set).orElseThrow().resolve("x.txt")).hasContent("content of x.txt");
        assertThat(again.id().block(PATIENCE))
                .isEqualTo(storage.id().block(PATIENCE))
                .matches("[0-9a-f]{32}");
        assertThat(temporary.resolve("store").resolve(FolderPlace.MARKER))
                .content()
                .contains(storage.id().block(PATIENCE));
        assertThat(temporary.resolve("store/staging")).isEmptyDirectory();
    }

    @Test
    @DisplayName("the provider is found by its layout, detects its folders only, and refuses unknown options by name")
    void isFound() {
        assertThat(ServiceLoader.load(ArtifactStorageProvider.class))
                .filteredOn(provider -> provider.layout().equals("folder"))
                .hasSize(1);
        assertThat(new FolderStorageProvider().detects(temporary)).isFalse();
        open().id().block(PATIENCE);
        assertThat(new FolderStorageProvider().detects(temporary.resolve("store")))
                .isTrue();
        assertThatThrownBy(() ->
                        open(temporary, OpenOptions.none().with("sync", "1").with("log", "1")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sync")
                .hasMessageContaining("log");
    }

    @Test
    @DisplayName("opening does no I/O, and reading only never makes or changes anything")
    void readsOnly() throws IOException {
        Path folder = temporary.resolve("store");
        ArtifactStorage reader = open(folder, UNSYNCED.withReadOnly());
        assertThatThrownBy(() -> reader.load("a").block(PATIENCE)).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> reader.id().block(PATIENCE)).isInstanceOf(StoreNotFoundException.class);
        assertThat(folder).doesNotExist();
        String set = stored(open(), "a", "x");
        List<Path> before = tree(folder);
        assertThat(reader.load("a").block(PATIENCE)).isNotNull();
        assertThat(read(reader, set, "x")).isEqualTo("content of x");
        assertThatThrownBy(() -> reader.files().begin().block(PATIENCE)).isInstanceOf(ReadOnlyStoreException.class);
        assertThatThrownBy(() -> reader.commit(new RecordChange.Delete("a", "revision of a"))
                        .block(PATIENCE))
                .isInstanceOf(ReadOnlyStoreException.class);
        assertThatThrownBy(() -> reader.locks().acquire("x", Duration.ZERO).block(PATIENCE))
                .isInstanceOf(ReadOnlyStoreException.class);
        assertThatThrownBy(() -> reader.sweep(Duration.ZERO).block(PATIENCE))
                .isInstanceOf(ReadOnlyStoreException.class);
        assertThat(tree(folder)).isEqualTo(before);
    }

    private static List<Path> tree(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted().toList();
        }
    }

    @Test
    @DisplayName("a folder with other things is refused and left alone, and so is a file")
    void refusesOthers() throws IOException {
        Files.writeString(temporary.resolve("thesis.tex"), "x");
        assertThatThrownBy(() -> open(temporary, UNSYNCED).id().block(PATIENCE))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("thesis.tex");
        assertThatThrownBy(() ->
                        open(temporary.resolve("thesis.tex"), UNSYNCED).id().block(PATIENCE))
                .isInstanceOf(ForeignDataException.class);
        assertThat(tree(temporary)).hasSize(2);
    }

    @Test
    @DisplayName("a layout version of the future is refused, and so is a damaged marker")
    void refusesFuture() throws IOException {
        stored(open(), "a", "x");
        Path marker = temporary.resolve("store").resolve(FolderPlace.MARKER);
        String text = Files.readString(marker);
        Files.writeString(marker, text.replace("\"version\":1", "\"version\":2"));
        assertThatThrownBy(() -> open().load("a").block(PATIENCE))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("version 2");
        Files.writeString(marker, text.substring(0, 10));
        assertThatThrownBy(() -> open().load("a").block(PATIENCE))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(FolderPlace.MARKER);
    }

    @Test
    @DisplayName("H16 names that lead outside are refused, for writing and reading, before anything is touched")
    void guardsNames() throws IOException {
        ArtifactStorage storage = open();
        String set = stored(storage, "a", "x");
        List<Path> before = tree(temporary);
        for (String name : List.of("../x", "/x", "a/../../x", "..", "", "a//b", "c:x", "a\\b", "x\0y", "./x")) {
            assertThatThrownBy(() -> storage.files().write(set, name, text("x")).block(PATIENCE))
                    .as(name)
                    .isInstanceOf(InvalidNameException.class);
            assertThatThrownBy(() -> storage.files().read(set, name, 0, 1).blockLast(PATIENCE))
                    .as(name)
                    .isInstanceOf(InvalidNameException.class);
        }
        for (String id : List.of("..", "../../../../etc", "", "a".repeat(31))) {
            assertThatThrownBy(() -> storage.files().folder(id)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(tree(temporary)).isEqualTo(before);
    }

    @Test
    @DisplayName(
            "H16 links inside the folder are never followed: those for files, folders of sets, the index and locks are refused")
    void followsNoLinks() throws IOException {
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("x"), "secret");
        ArtifactStorage storage = open();
        String set = stored(storage, "a", "x", "sub/x");
        Path folder = storage.files().folder(set).orElseThrow();
        link(folder.resolve("x"), outside.resolve("x"));
        link(folder.resolve("sub"), outside);
        for (String name : List.of("x", "sub/x")) {
            assertThatThrownBy(() -> read(storage, set, name)).as(name).hasMessageContaining("links are not followed");
        }
        assertThat(storage.files().list(set).block(PATIENCE)).isEmpty();
        String other = storage.files().begin().block(PATIENCE);
        link(storage.files().folder(other).orElseThrow(), outside);
        assertThatThrownBy(() -> storage.files().write(other, "y", text("y")).block(PATIENCE))
                .hasMessageContaining("links are not followed");
        String third = storage.files().begin().block(PATIENCE);
        link(temporary.resolve("store/staging").resolve(third), outside);
        assertThatThrownBy(() -> storage.files().write(third, "y", text("y")).block(PATIENCE))
                .hasMessageContaining("links are not followed");
        for (String name : List.of("staging", "trash", "locks", "files", "index")) {
            link(temporary.resolve("store").resolve(name), outside);
            assertThatThrownBy(() -> open().load("a").block(PATIENCE))
                    .as(name)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(name);
            Files.delete(temporary.resolve("store").resolve(name));
            Files.createDirectory(temporary.resolve("store").resolve(name));
        }
        assertThat(outside).isDirectoryContaining(path -> path.endsWith("x"));
        assertThat(tree(outside)).hasSize(2);
    }

    private static void link(Path at, Path to) throws IOException {
        new LocalDisk(false).deleteTree(at);
        Files.createSymbolicLink(at, to);
    }

    @Test
    @DisplayName(
            "H19 what is in the way is an error or removed whole, never merged with: sets have folders of their own")
    void neverMerges() throws IOException {
        ArtifactStorage storage = open();
        String set = storage.files().begin().block(PATIENCE);
        storage.files().write(set, "x", text("1")).block(PATIENCE);
        assertThatThrownBy(() -> storage.files().write(set, "x", text("2")).block(PATIENCE))
                .isInstanceOf(IllegalStateException.class);
        Files.createDirectories(storage.files().folder(set).orElseThrow().resolve("d/old"));
        assertThatThrownBy(() -> storage.files().write(set, "d", text("2")).block(PATIENCE))
                .isInstanceOf(IllegalStateException.class);
        storage.files().discard(set).block(PATIENCE);
        assertThat(storage.files().folder(set).orElseThrow()).doesNotExist();
        assertThat(temporary.resolve("store/trash")).isEmptyDirectory();
    }

    @Test
    @DisplayName("a write that fails or is cancelled leaves no file, and sealing none of its traces")
    void leavesNothing() throws InterruptedException {
        ArtifactStorage storage = open();
        String set = storage.files().begin().block(PATIENCE);
        assertThatThrownBy(() -> storage.files()
                        .write(set, "x", text("1").concatWith(Flux.error(new IllegalStateException("gone"))))
                        .block(PATIENCE))
                .hasMessage("gone");
        CountDownLatch begun = new CountDownLatch(1);
        Flux<ByteBuffer> endless = text("1").concatWith(Flux.<ByteBuffer>never().doOnSubscribe(s -> begun.countDown()));
        Disposable writing = storage.files().write(set, "y", endless).subscribe();
        assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        writing.dispose();
        storage.files().seal(set).block(PATIENCE);
        assertThat(storage.files().list(set).block(PATIENCE)).isEmpty();
        assertThat(temporary.resolve("store/staging")).isEmptyDirectory();
    }

    @Test
    @DisplayName("I13 what killed processes left in staging and trash is swept with what nobody names, and told")
    void sweepsLeftovers() throws IOException {
        ArtifactStorage storage = open();
        String kept = stored(storage, "a", "x");
        Path store = temporary.resolve("store");
        String one = "1".repeat(32);
        String two = "2".repeat(32);
        String three = "f".repeat(32);
        Files.createDirectories(store.resolve("staging").resolve(one));
        Files.writeString(store.resolve("staging").resolve(one).resolve("123-4"), "12345");
        Files.createDirectories(store.resolve("trash").resolve(two + "-0123456789abcdef/sub"));
        Files.createDirectories(store.resolve("files/ff").resolve(three));
        Files.writeString(store.resolve("files/ff").resolve(three).resolve("y"), "123");
        for (int round = 0; round < 10; round++) {
            assertThat(storage.sweep(Duration.ZERO).block(PATIENCE).problems()).isEmpty();
        }
        assertThat(store.resolve("staging")).isEmptyDirectory();
        assertThat(store.resolve("trash")).isEmptyDirectory();
        assertThat(store.resolve("files/ff").resolve(three)).doesNotExist();
        assertThat(read(storage, kept, "x")).isEqualTo("content of x");
    }

    @Test
    @DisplayName("I22 stray files do not become keys, keys come sorted")
    void ignoresStrayFiles() throws IOException {
        ArtifactStorage storage = open();
        for (String key : List.of("b", "a/z", "a", "c")) {
            stored(storage, key, "x");
        }
        Files.writeString(temporary.resolve("store/files/stray"), "x");
        Files.writeString(temporary.resolve("store/stray"), "x");
        assertThat(storage.list("", "").map(StoredRecord::key).collectList().block(PATIENCE))
                .containsExactly("a", "a/z", "b", "c");
        assertThat(storage.sweep(Duration.ZERO).block(PATIENCE).problems()).isEmpty();
    }
}
