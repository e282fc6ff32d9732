package io.atomflux.artifact;

import static io.atomflux.artifact.ArtifactStoreTest.now;
import static io.atomflux.artifact.Simulations.ALL_RUNS;
import static io.atomflux.artifact.Simulations.RUNS;
import static io.atomflux.artifact.Simulations.bytes;
import static io.atomflux.artifact.Simulations.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.Simulations.Run;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** Files of artifacts, in memory and in a folder. */
@Timeout(60)
class ArtifactFilesTest {

    private static final ArtifactOptions OPTIONS = ArtifactOptions.none()
            .types(RUNS, ALL_RUNS)
            .provenance(Provenance.none())
            .retention(Duration.ZERO);

    @TempDir
    private Path temp;

    private Path given;

    @BeforeEach
    void makeFiles() throws IOException {
        given = java.nio.file.Files.createDirectories(temp.resolve("given"));
    }

    private ArtifactStore open(String kind) {
        return kind.equals("memory")
                ? ArtifactStore.inMemory(OPTIONS)
                : ArtifactStore.open(temp.resolve("store"), OPTIONS);
    }

    private static Run run(double inefficiency) {
        return Run.of("CO", inefficiency);
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "folder"})
    @DisplayName(
            "files come back as they were given, whole and in part, from folders, files, streams and other artifacts")
    void roundTrip(String kind) throws IOException {
        byte[] large = new byte[1_500_000];
        new Random(3).nextBytes(large);
        java.nio.file.Files.write(given.resolve("large"), large);
        java.nio.file.Files.createDirectory(given.resolve("deep"));
        java.nio.file.Files.writeString(given.resolve("deep/empty"), "");
        Path single = java.nio.file.Files.writeString(temp.resolve("single"), "single");
        ArtifactStore store = open(kind);

        now(store.put(
                RUNS,
                run(1),
                Files.copyOf(given)
                        .with("stream", Flux.concat(bytes("a"), bytes(""), bytes("bc")))
                        .with("one/file", single)));

        FileSource files = now(store.find(RUNS, run(1))).files();
        assertThat(files.entries().stream().map(FileEntry::name))
                .containsExactly("deep/empty", "large", "one/file", "stream");
        assertThat(content(files.read("large"))).isEqualTo(large);
        assertThat(text(files.read("stream"))).isEqualTo("abc");
        assertThat(text(files.read("deep/empty"))).isEmpty();
        assertThat(text(files.read("stream", 1, 1))).isEqualTo("b");
        assertThat(text(files.read("stream", 2, Long.MAX_VALUE))).isEqualTo("c");
        assertThat(text(files.read("stream", 3, 5))).isEmpty();
        assertThat(content(files.read("large", 1_000_000, 10)))
                .isEqualTo(java.util.Arrays.copyOfRange(large, 1_000_000, 1_000_010));
        assertThatThrownBy(() -> now(files.read("nothing").then())).isInstanceOf(ArtifactNotFoundException.class);
        assertThatThrownBy(() -> files.read("../stream")).isInstanceOf(InvalidNameException.class);

        now(store.put(ALL_RUNS, run(1), Files.of(files)));
        Artifact copy = now(store.query(Query.all(ALL_RUNS)).next()).artifact();
        assertThat(copy.files().entries()).isEqualTo(files.entries());
        assertThat(content(copy.files().read("large"))).isEqualTo(large);
        now(store.close());
    }

    private static byte[] content(Flux<ByteBuffer> read) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        now(read.doOnNext(buffer -> {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    all.writeBytes(bytes);
                })
                .then());
        return all.toByteArray();
    }

    @Test
    @DisplayName("H16: links and special files in a given folder are refused, and so are names that lead out of it")
    void refusesLinks() throws Exception {
        java.nio.file.Files.writeString(given.resolve("a"), "fine");
        Path link = java.nio.file.Files.createSymbolicLink(given.resolve("link"), Path.of("/etc/hostname"));
        ArtifactStore store = open("memory");

        assertThatThrownBy(() -> now(store.put(RUNS, run(1), Files.copyOf(given))))
                .isInstanceOf(InvalidNameException.class)
                .hasMessageContaining("link");
        java.nio.file.Files.delete(link);
        java.nio.file.Files.createSymbolicLink(given.resolve("folder"), temp);
        assertThatThrownBy(() -> now(store.put(RUNS, run(1), Files.moveFrom(given))))
                .isInstanceOf(InvalidNameException.class);
        assertThat(given.resolve("a")).exists();
        java.nio.file.Files.delete(given.resolve("folder"));
        if (new ProcessBuilder("mkfifo", given.resolve("pipe").toString())
                        .start()
                        .waitFor()
                == 0) {
            assertThatThrownBy(() -> now(store.put(RUNS, run(1), Files.copyOf(given))))
                    .isInstanceOf(InvalidNameException.class);
        }
        assertThatThrownBy(() -> Files.none().with("../a", bytes("x"))).isInstanceOf(InvalidNameException.class);
        assertThat(now(store.keys().count())).isZero();
    }

    @Test
    @DisplayName("a file that was changed, cut or lost behind our back is an error that names it, and found by verify")
    void verifiesFiles() throws IOException {
        ArtifactStore store = open("folder");
        for (String name : new String[] {"changed", "cut", "longer", "lost", "whole"}) {
            now(store.put(
                    ALL_RUNS,
                    run(1),
                    Files.none().with(name, bytes("0123456789")),
                    PutOptions.none().key(name)));
        }
        for (String name : new String[] {"changed", "cut", "longer", "lost"}) {
            Path file = stored(name);
            file.toFile().setWritable(true);
            switch (name) {
                case "changed" -> java.nio.file.Files.writeString(file, "012345678X");
                case "cut" -> java.nio.file.Files.writeString(file, "01234");
                case "longer" -> java.nio.file.Files.writeString(file, "0123456789X");
                default -> java.nio.file.Files.delete(file);
            }
            assertThatThrownBy(() -> now(store.require(name)
                            .flatMapMany(artifact -> artifact.files().read(name))
                            .then()))
                    .as(name)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(name);
        }

        assertThat(now(store.verify().map(ArtifactStore.Finding::file).collectList()))
                .containsExactly("changed", "cut", "longer", "lost");
        now(store.close());
    }

    private Path stored(String name) throws IOException {
        try (Stream<Path> all = java.nio.file.Files.walk(temp.resolve("store"))) {
            return all.filter(path ->
                            path.getFileName().toString().equals(name) && java.nio.file.Files.isRegularFile(path))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "folder"})
    @DisplayName("H20: files given as a folder stay through replacement, deletion and sweeping until they are closed")
    void holdsLocalFiles(String kind) {
        ArtifactStore store = open(kind);
        now(store.put(RUNS, run(2), Files.none().with("deep/a", bytes("old"))));
        FileSource.LocalFiles local = now(now(store.find(RUNS, run(2))).files().local());

        now(store.put(RUNS, run(1), Files.none().with("deep/a", bytes("new"))));
        now(store.sweep());
        assertThat(local.path().resolve("deep/a")).hasContent("old");
        now(store.delete(now(store.keys().next()).toString()));
        now(store.sweep());
        assertThat(local.path().resolve("deep/a")).hasContent("old");

        now(local.close());
        now(local.close());
        now(store.sweep());
        assertThat(local.path().resolve("deep/a")).doesNotExist();
        now(store.close());
    }

    @Test
    @DisplayName("H19: what replaces an artifact never mixes with the files of the old one")
    void neverMerges() {
        ArtifactStore store = open("folder");
        now(store.put(RUNS, run(2), Files.none().with("a", bytes("1")).with("b", bytes("1"))));
        now(store.put(RUNS, run(1), Files.none().with("a", bytes("2"))));

        FileSource.LocalFiles local = now(now(store.find(RUNS, run(1))).files().local());
        assertThat(local.path().toFile().list()).containsExactly("a");
        assertThat(local.path().resolve("a")).hasContent("2");
        now(local.close());
        now(store.close());
    }

    @Test
    @DisplayName("a reader that began before a replacement reads the old files to their end")
    void readsOldToTheEnd() {
        ArtifactStore store = ArtifactStore.inMemory(OPTIONS.retention(Duration.ofMinutes(1)));
        now(store.put(RUNS, run(2), Files.none().with("a", bytes("old"))));
        Artifact old = now(store.find(RUNS, run(2)));

        now(store.put(RUNS, run(1), Files.none().with("a", bytes("new"))));
        now(store.sweep());

        assertThat(text(old.files().read("a"))).isEqualTo("old");
        assertThat(old.manifest().generation()).isEqualTo(1);

        now(store.close());
    }

    @Test
    @DisplayName("files of a version that was swept are told apart from damage")
    void sweptIsNoDamage() {
        ArtifactStore store = ArtifactStore.inMemory(OPTIONS);
        now(store.put(RUNS, run(2), Files.none().with("a", bytes("old"))));
        Artifact old = now(store.find(RUNS, run(2)));
        now(store.put(RUNS, run(1), Files.none().with("a", bytes("new"))));
        now(store.sweep());

        assertThatThrownBy(() -> now(old.files().read("a").then()))
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining("retention");
    }

    @Test
    @DisplayName("an artifact without files gives an empty folder")
    void emptyFolder() {
        ArtifactStore store = open("memory");
        now(store.put(RUNS, run(1), Files.none()));

        FileSource.LocalFiles local = now(now(store.find(RUNS, run(1))).files().local());
        assertThat(local.path().toFile().list()).isEmpty();
        now(local.close());
        assertThat(local.path()).doesNotExist();
    }
}
