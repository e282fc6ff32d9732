package io.atomflux.artifact;

import static io.atomflux.artifact.ArtifactStoreTest.now;
import static io.atomflux.artifact.Simulations.RUNS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.Simulations.Run;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.NoBackendException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** How stores are opened, and what is told of how artifacts came about. */
@Timeout(60)
class StoreOptionsTest {

    private static final ArtifactOptions OPTIONS =
            ArtifactOptions.none().types(RUNS).provenance(Provenance.none());

    @TempDir
    private Path temp;

    @Test
    @DisplayName(
            "a missing or empty folder becomes a store by the first change; reading before is an error and makes nothing")
    void makesFolders() {
        Path place = temp.resolve("results");
        ArtifactStore store = ArtifactStore.open(place, OPTIONS);

        assertThatThrownBy(() -> now(store.exists("a"))).isInstanceOf(StoreNotFoundException.class);
        assertThat(place).doesNotExist();
        now(store.put("a", 1L));
        now(store.close());

        ArtifactStore again = ArtifactStore.open(place.toString(), OPTIONS);
        assertThat(now(again.get("a", Long.class))).isEqualTo(1);
        assertThat(now(again.id())).matches("[0-9a-f]{32}");
        now(again.close());
    }

    @Test
    @DisplayName("a folder with other things in it is no store, and is not made one by accident")
    void refusesForeignFolders() throws Exception {
        java.nio.file.Files.writeString(temp.resolve("thesis.tex"), "x");

        assertThatThrownBy(() -> now(ArtifactStore.open(temp, OPTIONS).put("a", 1L)))
                .isInstanceOf(ForeignDataException.class);
        assertThatThrownBy(() -> now(
                        ArtifactStore.open(temp.resolve("thesis.tex"), OPTIONS).put("a", 1L)))
                .isInstanceOf(AtomfluxException.class);
        assertThat(temp.toFile().list()).containsExactly("thesis.tex");
    }

    @Test
    @DisplayName(
            "a folder that another process is just making a store is opened, one that only looks a little like it is not")
    void folderBeingMade() throws Exception {
        Path begun = temp.resolve("begun");
        java.nio.file.Files.createDirectories(begun.resolve("index"));
        java.nio.file.Files.createDirectories(begun.resolve("files"));
        java.nio.file.Files.writeString(begun.resolve("index/lock"), "");
        ArtifactStore store = ArtifactStore.open(begun, OPTIONS);
        now(store.put("a", 1L));
        assertThat(now(store.get("a", Long.class))).isEqualTo(1);
        now(store.close());

        for (String own : List.of("index/thesis.tex", "files/thesis.tex")) {
            Path other = temp.resolve(own.substring(0, 5) + "-other");
            java.nio.file.Files.createDirectories(other.resolve("index"));
            java.nio.file.Files.createDirectories(other.resolve("files"));
            java.nio.file.Files.writeString(other.resolve(own), "x");
            assertThatThrownBy(() -> now(ArtifactStore.open(other, OPTIONS).put("a", 1L)))
                    .isInstanceOf(ForeignDataException.class);
        }
    }

    @Test
    @DisplayName("unknown layouts, schemes, codecs and options are refused by name at the call")
    void refusesUnknown() {
        assertThatThrownBy(() -> ArtifactStore.open("x?layout=cabinet"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("cabinet");
        assertThatThrownBy(() -> ArtifactStore.open("punchcards://deck")).isInstanceOf(NoBackendException.class);
        assertThatThrownBy(() -> ArtifactStore.open("results.lmdb"))
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("atomflux-backend-file-lmdb");
        assertThatThrownBy(() -> ArtifactStore.open("memory://?colour=red"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("colour");
        assertThatThrownBy(() -> ArtifactStore.open("x?readonly=maybe")).isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> ArtifactStore.open("x?layout=folder", OPTIONS.layout("isf")))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() ->
                        ArtifactStore.inMemory().put("a", 1L, PutOptions.none().codec("papyrus")))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("papyrus");
        assertThatThrownBy(() -> ArtifactStore.inMemory(OPTIONS.defaultCodec("papyrus")))
                .isInstanceOf(UnsupportedDataException.class);
    }

    @Test
    @DisplayName(
            "I6: a store that is read-only refuses every change, in sub-stores too, and also where nothing would change")
    void readOnlyRefusesAll() {
        ArtifactStore store = ArtifactStore.open(temp.resolve("s"), OPTIONS);
        now(store.put("a", 1L));
        now(store.close());
        List<Function<ArtifactStore, Mono<?>>> changes = List.of(
                s -> s.put("a", 2L),
                s -> s.put("a", 2L, PutOptions.none().mode(PutMode.KEEP)),
                s -> s.put("b", 2L),
                s -> s.put(RUNS, Run.of("CO", 1), Files.none()),
                s -> s.delete("a"),
                s -> s.delete("nothing"),
                s -> s.delete("a", 1),
                s -> s.deleteAll(""),
                s -> s.deleteAll("nothing"),
                s -> s.rename("a", "b"),
                s -> s.rename("nothing", "b"),
                s -> s.getOrCompute("b", Long.class, Mono.just(1L)),
                s -> s.copyFrom(ArtifactStore.inMemory(), artifact -> true),
                s -> s.sub("x").put("y", 1L),
                s -> s.sub("x").readOnly().sub("y").delete("z"),
                ArtifactStore::sweep);

        for (ArtifactStore readOnly : List.of(
                ArtifactStore.open(temp.resolve("s"), OPTIONS).readOnly(),
                ArtifactStore.open(temp.resolve("s"), OPTIONS.readOnly()),
                ArtifactStore.open(temp.resolve("s") + "?readonly=true", OPTIONS))) {
            for (int i = 0; i < changes.size(); i++) {
                Mono<?> change = changes.get(i).apply(readOnly);
                assertThatThrownBy(() -> now(change)).as("change " + i).isInstanceOf(ReadOnlyStoreException.class);
            }
            assertThat(now(readOnly.get("a", Long.class))).isEqualTo(1);
            assertThat(now(readOnly.keys().count())).isEqualTo(1);
            assertThat(now(readOnly.verify().collectList())).isEmpty();
            now(readOnly.close());
        }
    }

    @Test
    @DisplayName("opening for reading never makes a store")
    void readOnlyMakesNothing() {
        ArtifactStore store = ArtifactStore.open(temp.resolve("none"), OPTIONS.readOnly());

        assertThatThrownBy(() -> now(store.keys().then())).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> now(store.put("a", 1L))).isInstanceOf(ReadOnlyStoreException.class);
        assertThat(temp.resolve("none")).doesNotExist();
    }

    @Test
    @DisplayName("I1: metadata are stored with the artifact and stay as they are, also when the store is opened again")
    void metadataStay() {
        Clock clock = Clock.fixed(Instant.parse("2026-03-01T12:34:56Z"), ZoneOffset.UTC);
        ArtifactStore store = ArtifactStore.open(
                temp.resolve("s"), OPTIONS.clock(clock).provenance(() -> Map.of("who", "me", "pid", 7)));
        now(store.put("a", NdArray.of(new double[] {1}), PutOptions.none().metadata("note", "first")));
        now(store.close());
        ArtifactStore again = ArtifactStore.open(temp.resolve("s"), OPTIONS.provenance(() -> Map.of("who", "another")));
        now(again.put("b", 1L));
        now(again.rename("a", "c"));

        Map<String, @Nullable Object> metadata =
                now(again.require("c")).manifest().metadata();

        assertThat(metadata)
                .containsEntry("who", "me")
                .containsEntry("pid", 7L)
                .containsEntry("note", "first")
                .containsEntry(Provenance.CODEC, "npy")
                .containsEntry(Provenance.TIME, List.of(2026L, 3L, 1L, 12L, 34L, 56L, 6L, 60L, -1L));
        now(again.close());
    }

    @Test
    @DisplayName("I7: options of a codec are checked before anything is changed")
    void codecOptionsAreChecked() {
        ArtifactStore store = ArtifactStore.inMemory(OPTIONS);
        now(store.put("a", NdArray.of(new double[] {1})));

        assertThatThrownBy(() -> now(store.put(
                        "a", NdArray.of(new double[] {2}), PutOptions.none().codecOption("overwrite", true))))
                .isInstanceOf(AtomfluxException.class)
                .hasMessageContaining("overwrite");
        assertThat(now(store.get("a", NdArray.class))).isEqualTo(NdArray.of(new double[] {1}));
    }

    @Test
    @DisplayName("I18: provenance that fails, hangs or answers what is no value never fails or much delays a put")
    void provenanceNeverFails() {
        Provenance failing = () -> {
            throw new IllegalStateException("planted");
        };
        CountDownLatch never = new CountDownLatch(1);
        Provenance hanging = () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Map.of();
        };
        Provenance odd = () -> Map.of("thread", Thread.currentThread());

        for (Provenance provenance : List.of(failing, hanging, odd)) {
            ArtifactStore store = ArtifactStore.inMemory(ArtifactOptions.none().provenance(provenance));
            now(store.put("a", 1L));
            assertThat(now(store.require("a")).manifest().metadata())
                    .containsOnlyKeys(Provenance.TIME, Provenance.CODEC);
        }
        never.countDown();
    }

    @Test
    @DisplayName("provenance is asked once for an opened store, or each time if it changes")
    void asksOnce() {
        AtomicInteger asked = new AtomicInteger();
        ArtifactStore once =
                ArtifactStore.inMemory(ArtifactOptions.none().provenance(() -> Map.of("n", asked.incrementAndGet())));
        now(once.put("a", 1L));
        now(once.put("b", 1L));
        assertThat(asked).hasValue(1);

        Provenance changing = new Provenance() {
            @Override
            public Map<String, @Nullable Object> collect() {
                return Map.of("n", asked.incrementAndGet());
            }

            @Override
            public boolean changes() {
                return true;
            }
        };
        ArtifactStore each = ArtifactStore.inMemory(ArtifactOptions.none().provenance(changing));
        now(each.put("a", 1L));
        now(each.put("b", 1L));
        assertThat(now(each.require("b")).manifest().metadata()).containsEntry("n", 3L);
    }

    @Test
    @DisplayName("I18: what is told by default is versions, host and commit, nothing of the user or of paths")
    void standardTellsNothingPrivate() {
        Map<String, @Nullable Object> told = Provenance.standard().collect();

        assertThat(told.keySet())
                .isSubsetOf(Provenance.VERSIONS, Provenance.HOST, Provenance.COMMIT, Provenance.DIRTY)
                .contains(Provenance.VERSIONS);
        assertThat(StandardProvenance.versions(System.getProperty("java.class.path")))
                .isEqualTo(told.get(Provenance.VERSIONS))
                .containsKey("java");
        assertThat(told.toString())
                .doesNotContain(System.getProperty("user.home"))
                .doesNotContain(System.getProperty("java.io.tmpdir") + "/");
        assertThat(StandardProvenance.versions("/a/b-c-1.2.jar:/x/y.jar:/z/classes:/q/n-3.0-rc1.jar"))
                .containsEntry("b-c", "1.2")
                .containsEntry("n", "3.0-rc1")
                .hasSize(3);
    }

    @Test
    @DisplayName(
            "the commit of a working copy is found by branch, packed reference, detached head and in further copies")
    void findsCommits() throws Exception {
        String commit = "0123456789abcdef0123456789abcdef01234567";
        Path git = java.nio.file.Files.createDirectories(temp.resolve("copy/.git"));
        Path inside = java.nio.file.Files.createDirectories(temp.resolve("copy/src/deep"));
        java.nio.file.Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
        assertThat(GitState.of(inside)).isEmpty();

        java.nio.file.Files.writeString(
                git.resolve("packed-refs"), "# pack-refs with: peeled\n" + commit + " refs/heads/main\n");
        assertThat(GitState.of(inside)).get().extracting(GitState::commit).isEqualTo(commit);
        java.nio.file.Files.createDirectories(git.resolve("refs/heads"));
        java.nio.file.Files.writeString(git.resolve("refs/heads/main"), commit.replace('0', '9') + "\n");
        assertThat(GitState.of(inside)).get().extracting(GitState::commit).isEqualTo(commit.replace('0', '9'));
        java.nio.file.Files.writeString(git.resolve("HEAD"), commit.replace('0', '8') + "\n");
        assertThat(GitState.of(inside)).get().extracting(GitState::commit).isEqualTo(commit.replace('0', '8'));

        Path further = java.nio.file.Files.createDirectories(temp.resolve("further"));
        Path own = java.nio.file.Files.createDirectories(git.resolve("worktrees/further"));
        java.nio.file.Files.writeString(further.resolve(".git"), "gitdir: " + own + "\n");
        java.nio.file.Files.writeString(own.resolve("HEAD"), "ref: refs/heads/main\n");
        java.nio.file.Files.writeString(own.resolve("commondir"), "../..\n");
        assertThat(GitState.of(further)).get().extracting(GitState::commit).isEqualTo(commit.replace('0', '9'));
        java.nio.file.Files.writeString(own.resolve("HEAD"), "ref: ../../../../secret\n");
        java.nio.file.Files.writeString(temp.resolve("secret"), commit);
        assertThat(GitState.of(further)).isEmpty();
        assertThat(GitState.of(Path.of("/"))).isEmpty();
    }

    @Test
    @DisplayName(
            "NaN, infinities, arrays, bytes and names that begin with $ survive in descriptors, metadata and manifests")
    void manifestsLoseNothing() {
        Map<String, @Nullable Object> odd = Map.of(
                "nan",
                Double.NaN,
                "inf",
                Double.NEGATIVE_INFINITY,
                "array",
                NdArray.of(new float[] {1, Float.NaN}),
                "bytes",
                Bytes.of((byte) 0, (byte) -1),
                "$float",
                "x",
                "long",
                Long.MIN_VALUE,
                "list",
                List.of(1.0, 1L));
        Manifest manifest = new Manifest(
                "a/b",
                3,
                java.util.Optional.of("T"),
                odd,
                java.util.Optional.of(new Manifest.CodecReference("npy", 2, odd)),
                odd,
                List.of(new io.atomflux.artifact.spi.FileEntry("x/y", 5, java.util.Optional.of("0".repeat(64)))),
                List.of("file:///x"));

        assertThat(Manifest.ofJson(manifest.toJson())).isEqualTo(manifest);
        assertThat(manifest.withKey("c").key()).isEqualTo("c");
    }

    @Test
    @DisplayName("a manifest that is too large is refused, naming the remedy")
    void boundsManifests() {
        ArtifactStore store = ArtifactStore.inMemory(OPTIONS);

        assertThatThrownBy(() -> now(store.put("a", 1L, PutOptions.none().metadata("big", "x".repeat(5 << 20)))))
                .isInstanceOf(io.atomflux.error.LimitExceededException.class)
                .hasMessageContaining("into files");
        assertThat(now(store.keys().count())).isZero();
    }

    @Test
    @DisplayName("I20: each replacement counts, and a change can be made to depend on the count")
    void generations() {
        ArtifactStore store = ArtifactStore.inMemory(OPTIONS.retention(Duration.ofMinutes(1)));
        for (long i = 0; i < 5; i++) {
            assertThat(now(store.put("a", i, PutOptions.none().ifGeneration(i))).generation())
                    .isEqualTo(i + 1);
        }
        assertThat(now(store.require("a")).manifest().generation()).isEqualTo(5);
    }
}
