package io.atomflux.artifact.isf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Provenance;
import io.atomflux.artifact.PutMode;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.PutResult;
import io.atomflux.artifact.StoreRegistry;
import io.atomflux.codec.Json;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@Timeout(60)
class IsfDatabaseTest {

    private static final NdArray ARRAY = NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);

    @TempDir
    Path temp;

    private Path base() {
        return temp.resolve("results");
    }

    private IsfDatabase open() {
        return IsfDatabase.open(base()).block();
    }

    private IsfDatabase reader() {
        return IsfDatabase.open(base(), IsfOptions.none().readOnly()).block();
    }

    /** The face on folders, and on a store of another kind. */
    private List<IsfDatabase> both() {
        return List.of(open(), IsfDatabase.of(ArtifactStore.inMemory(), IsfOptions.none()));
    }

    @Test
    @DisplayName("Dictionary use: set, get, delete, keys, existence, nested keys by tuple")
    void dictionaryUse() {
        for (IsfDatabase db : both()) {
            assertThat(db.set(1L, "a").block().action()).isEqualTo(PutResult.Action.CREATED);
            assertThat(db.set("text", "b", "c", "d").block().key().parts()).containsExactly("b", "c", "d");
            assertThat(db.set(2L, "a").block().action()).isEqualTo(PutResult.Action.REPLACED);
            assertThat(db.get(Long.class, "a").block()).isEqualTo(2L);
            assertThat(db.get(String.class, "b", "c", "d").block()).isEqualTo("text");
            assertThat(db.keys().collectList().block()).containsExactly("a", "b");
            assertThat(db.keysBelow().collectList().block()).containsExactly(List.of("a"), List.of("b", "c", "d"));
            assertThat(db.exists("a").block()).isTrue();
            assertThat(db.exists("b").block()).as("an inner node").isTrue();
            assertThat(db.exists("b", "c").block()).isTrue();
            assertThat(db.exists("b", "c", "d").block()).isTrue();
            assertThat(db.exists("b", "c", "e").block()).isFalse();
            assertThat(db.get(Long.class, "none").blockOptional()).isEmpty();
            StepVerifier.create(db.require(Long.class, "none")).verifyError(ArtifactNotFoundException.class);
            assertThat(db.delete("a").block()).isTrue();
            assertThat(db.delete("a").block()).as("a missing key is no error").isFalse();
            assertThat(db.keys().collectList().block()).containsExactly("b");
        }
    }

    @Test
    @DisplayName(
            "Any object: the default format stores anything representable, a named format by codec or dumper does too")
    void anyObject() {
        for (IsfDatabase db : both()) {
            Map<String, Object> nested = Map.of("x", List.of(1L, 2.5, "t"), "y", Map.of("z", true));
            db.set(nested, "map").block();
            db.set(ARRAY, "array").block();
            db.set(Bytes.of((byte) 1, (byte) 2), "bytes").block();
            db.set(Map.of("a", ARRAY, "b", ARRAY), "arrays").block();
            assertThat((Object) db.get(Map.class, "map").block()).isEqualTo(nested);
            assertThat(db.get(NdArray.class, "array").block()).isEqualTo(ARRAY);
            assertThat(db.get(Bytes.class, "bytes").block()).isEqualTo(Bytes.of((byte) 1, (byte) 2));
            assertThat((Object) db.get(Map.class, "arrays").block()).isEqualTo(Map.of("a", ARRAY, "b", ARRAY));
            for (PutOptions format : List.of(
                    IsfDatabase.dumper(IsfDumper.NUMPY_TO_NPY),
                    IsfDatabase.dumper("numpy_to_npz"),
                    IsfDatabase.dumper("data_base.isf_data_base.IO.LoaderDumper.numpy_to_npy"),
                    IsfDatabase.dumper("data_base.IO.LoaderDumper.numpy_to_npz"),
                    PutOptions.none().codec("numpy_to_npz"),
                    PutOptions.none().codec("msgpack"))) {
                db.set(ARRAY, format, "same").block();
                assertThat(db.get(NdArray.class, "same").block()).isEqualTo(ARRAY);
            }
            for (NdArray odd : List.of(
                    NdArray.of(new double[0]), NdArray.of(new double[] {3}), NdArray.of(new long[] {1, 2, 3}))) {
                db.set(odd, IsfDatabase.dumper(IsfDumper.NUMPY_TO_NPY), "odd").block();
                assertThat(db.get(NdArray.class, "odd").block()).isEqualTo(odd);
            }
        }
        assertThatThrownBy(() -> IsfDatabase.dumper(IsfDumper.TO_CLOUDPICKLE))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("to_cloudpickle");
        assertThatThrownBy(() -> IsfDatabase.dumper("just_create_isf_db")).isInstanceOf(InvalidOptionException.class);
    }

    @Test
    @DisplayName(
            "Self-describing: what is written for the framework has its loader and file names, the rest a loader it does not know")
    void selfDescribing() throws IOException {
        IsfDatabase db = open();
        db.set(ARRAY, IsfDatabase.dumper(IsfDumper.NUMPY_TO_NPY), "y").block();
        db.set(ARRAY, IsfDatabase.dumper(IsfDumper.NUMPY_TO_NPZ), "z").block();
        db.set(Map.of("x", 1L), "j").block();
        db.set(Map.of("a", ARRAY), IsfDatabase.dumper(IsfDumper.NUMPY_TO_NPZ), "many")
                .block();

        assertThat(json("y/Loader.json"))
                .isEqualTo(Map.of("Loader", "data_base.isf_data_base.IO.LoaderDumper.numpy_to_npy"));
        assertThat(base().resolve("y/np.npy")).exists();
        assertThat(json("z/Loader.json"))
                .isEqualTo(Map.of("Loader", "data_base.isf_data_base.IO.LoaderDumper.numpy_to_npz"));
        assertThat(base().resolve("z/np.npz")).exists();
        assertThat(json("j/Loader.json")).containsEntry("Loader", "atomflux.loader.json");
        assertThat(json("many/Loader.json"))
                .as("the framework reads one array only")
                .containsEntry("Loader", "atomflux.loader.npz");
        assertThat(json("y/metadata.json")).containsEntry("dumper", "numpy_to_npy");

        for (String key : List.of("y", "z", "j", "many")) { // as a copy without hidden files has them
            Files.delete(base().resolve(key).resolve(".atomflux.json"));
        }
        assertThat(reader().get(NdArray.class, "y").block()).isEqualTo(ARRAY);
        assertThat(reader().get(NdArray.class, "z").block()).isEqualTo(ARRAY);
        assertThat((Object) reader().get(Map.class, "j").block()).isEqualTo(Map.of("x", 1L));
        assertThat((Object) reader().get(Map.class, "many").block()).isEqualTo(Map.of("a", ARRAY));
    }

    private Map<String, Object> json(String file) throws IOException {
        @SuppressWarnings("unchecked") // names of JSON members are texts
        Map<String, Object> json = (Map<String, Object>) Json.readPlain(Files.readString(base().resolve(file)));
        return json;
    }

    @Test
    @DisplayName("Provenance: time, versions, host, commit, dirty flag and format of every key, kept for ever")
    void provenance() throws IOException {
        IsfDatabase db = open();
        db.set(ARRAY, IsfDatabase.dumper("numpy_to_npy").metadata("author", "me"), "k")
                .block();
        Map<String, Object> stored = json("k/metadata.json");
        assertThat(stored.keySet())
                .contains(
                        "dumper",
                        "time",
                        "module_list",
                        "module_versions",
                        "history",
                        "hostname",
                        "metadata_creation_time",
                        "version",
                        "full-revisionid",
                        "dirty",
                        "error",
                        "author");
        assertThat(((List<?>) stored.get("time")).size()).isEqualTo(9);
        assertThat(stored).containsEntry("metadata_creation_time", "together_with_new_key");

        IsfDatabase again = open();
        again.keys().collectList().block();
        assertThat(json("k/metadata.json")).as("I1: reopening changes nothing").isEqualTo(stored);
        assertThat(again.metadata("k").block())
                .containsEntry("dumper", "numpy_to_npy")
                .containsEntry("author", "me")
                .containsEntry("time", stored.get("time"))
                .containsEntry("metadata_creation_time", "together_with_new_key");
        StepVerifier.create(again.metadata("none")).verifyError(ArtifactNotFoundException.class);

        Path pickle = Files.createDirectories(base().resolve("p"));
        Files.writeString(
                pickle.resolve("Loader.json"),
                "{\"Loader\": \"data_base.isf_data_base.IO.LoaderDumper.to_cloudpickle\"}");
        assertThat(again.metadata("p").block())
                .containsEntry("dumper", "to_cloudpickle")
                .containsEntry("version", "unknown")
                .containsEntry("metadata_creation_time", "post_hoc");
        again.createSubDb("s").block();
        assertThat(again.metadata("s").block()).containsEntry("dumper", "just_create_isf_db");
        IsfDatabase memory = IsfDatabase.of(ArtifactStore.inMemory(), IsfOptions.none());
        memory.set(ARRAY, "k").block();
        assertThat(memory.metadata("k").block())
                .containsEntry("dumper", "numpy_to_npy")
                .containsKey("time");
    }

    @Test
    @DisplayName("I18: provenance that fails or is none does not fail a put")
    void provenanceNeverFails() {
        for (Provenance provenance : List.of(Provenance.none(), (Provenance) () -> {
            throw new IllegalStateException("planted");
        })) {
            IsfDatabase db = IsfDatabase.open(
                            base(),
                            IsfOptions.none().artifacts(ArtifactOptions.none().provenance(provenance)))
                    .block();
            db.set(1L, "k").block();
            assertThat(db.metadata("k").block()).containsKey("time").containsEntry("hostname", null);
        }
    }

    @Test
    @DisplayName("Overwrite: replaces, also while its old value is used, and leaves one folder for the key")
    void overwrite() throws IOException {
        IsfDatabase db = open();
        db.set(1L, "k").block();
        db.get(Long.class, "k").flatMap(old -> db.set(old + 1, "k")).block();
        assertThat(db.get(Long.class, "k").block()).isEqualTo(2L);
        try (Stream<Path> paths = Files.list(base())) {
            assertThat(paths.map(path -> path.getFileName().toString()).filter(name -> !name.contains(".deleting.")))
                    .containsExactlyInAnyOrder("db_state.json", "k");
        }
    }

    @Test
    @DisplayName(
            "I2 I7: a codec that fails, or an option it does not know, keeps the old value; overwrite=false does too")
    void failureKeepsTheOldValue() {
        for (IsfDatabase db : both()) {
            db.set(1L, "k").block();
            assertThatThrownBy(
                            () -> db.set(ARRAY, PutOptions.none().codec("npy").codecOption("overwrite", true), "k")
                                    .block())
                    .isInstanceOf(InvalidOptionException.class);
            assertThatThrownBy(() ->
                            db.set("text", PutOptions.none().codec("npy"), "k").block())
                    .isInstanceOf(RuntimeException.class);
            StepVerifier.create(db.set(2L, PutOptions.none().mode(PutMode.FAIL), "k"))
                    .verifyError(ArtifactExistsException.class);
            assertThat(db.get(Long.class, "k").block()).isEqualTo(1L);
        }
    }

    @Test
    @DisplayName("No accidental destruction: databases and values exclude each other, at every level")
    void databasesAndValuesExclude() {
        for (IsfDatabase db : both()) {
            db.set(1L, "A").block();
            StepVerifier.create(db.set(2L, "A", "1")).verifyError(ArtifactConflictException.class);
            db.set(2L, "B", "1").block();
            StepVerifier.create(db.set(1L, "B")).verifyError(ArtifactConflictException.class);
            db.set(1L, "B", "1").block();
            StepVerifier.create(db.set(1L, "B", "1", "2")).verifyError(ArtifactConflictException.class);
            StepVerifier.create(db.createSubDb("A")).verifyError(ArtifactConflictException.class);
            StepVerifier.create(db.createSubDb("A", "x")).verifyError(ArtifactConflictException.class);
            StepVerifier.create(db.sub("A")).verifyError(ArtifactConflictException.class);
            StepVerifier.create(db.maybeCalculate(Long.class, Mono.just(1L), "B"))
                    .verifyError(ArtifactConflictException.class);
            assertThat(db.get(Long.class, "A").block()).isEqualTo(1L);
            assertThat(db.get(Long.class, "B", "1").block()).isEqualTo(1L);
        }
    }

    @Test
    @DisplayName("I6: read-only refuses every change, also through a database inside, and makes nothing")
    void readOnlyRefuses() throws IOException {
        open().set(1L, "s", "k").block();
        open().createManagedFolder("m").block();
        Files.createDirectories(base().resolve("never"));
        Files.writeString(
                base().resolve("never/Loader.json"),
                "{\"Loader\": \"data_base.isf_data_base.IO.LoaderDumper.just_create_isf_db\"}");
        Set<String> before = all();
        IsfDatabase db = reader();
        IsfDatabase inside = db.sub("s").block();
        assertThat(inside.get(Long.class, "k").block()).isEqualTo(1L);
        assertThat(db.sub("never").block().keys().collectList().block()).isEmpty();
        List<Publisher<?>> changes = List.of(
                db.set(1L, "x"),
                inside.set(1L, "x"),
                db.delete("s"),
                db.delete("none"),
                inside.delete("k"),
                db.createSubDb("s"),
                db.createSubDb("t"),
                db.createManagedFolder("n"),
                db.createSharedArrays("n"),
                db.rename(List.of("s"), List.of("t")),
                inside.rename(List.of("k"), List.of("l")),
                db.maybeCalculate(Long.class, Mono.just(1L), "x"),
                db.maybeCalculate(Long.class, Mono.just(1L), PutOptions.none(), true, "s", "k"),
                inside.remove(),
                db.remove(),
                db.lock("x", Duration.ZERO, Mono.just(1)));
        for (Publisher<?> change : changes) {
            StepVerifier.create(change).verifyError(ReadOnlyStoreException.class);
        }
        assertThat(all()).isEqualTo(before);
    }

    private Set<String> all() throws IOException {
        try (Stream<Path> paths = Files.walk(base())) {
            Set<String> names = new TreeSet<>();
            paths.forEach(path -> names.add(path.toString()));
            return names;
        }
    }

    @Test
    @DisplayName("Sub-databases: create, nest, address from the root or from the child; the same class")
    void subDatabases() {
        for (IsfDatabase db : both()) {
            IsfDatabase inner = db.createSubDb("s", "t").block();
            inner.set(1L, "k").block();
            assertThat(db.get(Long.class, "s", "t", "k").block()).isEqualTo(1L);
            IsfDatabase again = db.createSubDb("s", "t").block();
            assertThat(again.get(Long.class, "k").block()).isEqualTo(1L);
            assertThat(db.sub("s").block().sub("t").block().get(Long.class, "k").block())
                    .isEqualTo(1L);
            assertThat(db.get(IsfDatabase.class, "s")
                            .block()
                            .keysBelow()
                            .collectList()
                            .block())
                    .containsExactly(List.of("t", "k"));
            assertThat(inner.keys().collectList().block()).containsExactly("k");
            StepVerifier.create(db.sub("none")).verifyError(ArtifactNotFoundException.class);
            assertThat(db.delete("s").block()).isTrue();
            assertThat(db.exists("s").block()).isFalse();
        }
        assertThat(open().createSubDb("empty").block().id().block()).matches("\\d{4}-.*");
        assertThat(open().keys().collectList().block()).containsExactly("empty");
    }

    @Test
    @DisplayName("Managed folder: a place for files of other programs, which lives and dies with its key")
    void managedFolder() throws IOException {
        IsfDatabase db = open();
        ManagedFolder folder = db.createManagedFolder("m", "n").block();
        assertThat(folder.path()).isDirectory();
        Files.writeString(folder.join("a.txt"), "text");
        Files.createDirectories(folder.join("d"));
        Files.writeString(folder.join("d", "b.dat"), "data");
        assertThat(folder.listDir().collectList().block()).containsExactly("a.txt", "d");
        assertThat(folder.getFile(".txt").block()).isEqualTo(folder.join("a.txt"));
        StepVerifier.create(folder.getFile(".none")).verifyError(ArtifactNotFoundException.class);
        Files.writeString(folder.join("c.txt"), "text");
        StepVerifier.create(folder.getFile(".txt")).verifyError(ArtifactConflictException.class);
        assertThatThrownBy(() -> folder.join("..", "x")).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> folder.join("/etc")).isInstanceOf(InvalidNameException.class);

        assertThat(db.managedFolder("m", "n").block().path()).isEqualTo(folder.path());
        assertThat(Storages.keys(new IsfStorage(base(), true, false, Steps.NONE)))
                .containsExactly("m/n");
        assertThat(text(db.openFile("d/b.dat", "m", "n"))).isEqualTo("data");
        Files.writeString(folder.join("d", "b.dat"), "longer data");
        assertThat(text(db.openFile("d/b.dat", "m", "n"))).isEqualTo("longer data");
        db.rename(List.of("m", "n"), List.of("q")).block();
        assertThat(db.managedFolder("q").block().listDir().collectList().block())
                .containsExactly("a.txt", "c.txt", "d");
        assertThat(db.delete("q").block()).isTrue();
        assertThat(base().resolve("q")).doesNotExist();
    }

    private static String text(Flux<java.nio.ByteBuffer> bytes) {
        return bytes.collect(
                        StringBuilder::new,
                        (text, buffer) -> text.append(java.nio.charset.StandardCharsets.UTF_8.decode(buffer)))
                .block()
                .toString();
    }

    @Test
    @DisplayName("I10: an existing managed folder is not made again, by whatever form of its key, and keeps its files")
    void managedFolderIsNotErased() throws IOException {
        IsfDatabase db = open();
        Files.writeString(db.createManagedFolder("m", "n").block().join("a"), "text");
        StepVerifier.create(db.createManagedFolder("m", "n")).verifyError(ArtifactExistsException.class);
        StepVerifier.create(db.sub("m").block().createManagedFolder("n")).verifyError(ArtifactExistsException.class);
        StepVerifier.create(db.createManagedFolder("m")).verifyError(ArtifactExistsException.class);
        StepVerifier.create(db.createSubDb("m", "n")).verifyError(ArtifactConflictException.class);
        StepVerifier.create(db.sharedArrays("m", "n")).verifyError(ArtifactConflictException.class);
        assertThat(db.managedFolder("m", "n").block().join("a")).hasContent("text");
    }

    @Test
    @DisplayName("Compute once: maybeCalculate calls the function once, and force computes anew")
    void computeOnce() {
        for (IsfDatabase db : both()) {
            AtomicInteger calls = new AtomicInteger();
            Mono<Long> computation = Mono.fromSupplier(() -> (long) calls.incrementAndGet());
            assertThat(db.maybeCalculate(Long.class, computation, "k").block()).isEqualTo(1L);
            assertThat(db.maybeCalculate(Long.class, computation, "k").block()).isEqualTo(1L);
            assertThat(db.maybeCalculate(Long.class, computation, PutOptions.none(), true, "k")
                            .block())
                    .isEqualTo(2L);
            assertThat(db.get(Long.class, "k").block()).isEqualTo(2L);
            assertThat(calls.get()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("I14: of many that ask at once, through several handles, one computes; a failure stores nothing")
    void oneComputes() {
        AtomicInteger calls = new AtomicInteger();
        Mono<Long> computation = Mono.delay(Duration.ofMillis(50)).map(tick -> (long) calls.incrementAndGet());
        List<Long> values = Flux.range(0, 8)
                .flatMap(i -> open().maybeCalculate(Long.class, computation, "s", "k"))
                .collectList()
                .block();
        assertThat(values).hasSize(8).containsOnly(1L);
        assertThat(calls.get()).isEqualTo(1);
        StepVerifier.create(open().maybeCalculate(Long.class, Mono.error(new IllegalStateException("planted")), "f"))
                .verifyErrorMessage("planted");
        assertThat(open().exists("f").block()).isFalse();
    }

    @Test
    @DisplayName("Loader options: codecs take options on writing and on loading")
    void loaderOptions() {
        for (IsfDatabase db : both()) {
            db.set(ARRAY, IsfDatabase.dumper("numpy_to_npy"), "k").block();
            assertThat(db.get(NdArray.class, Map.of("rows", "1:2"), "k").block())
                    .isEqualTo(ARRAY.slice(1, 2));
            db.set(ARRAY, IsfDatabase.dumper("numpy_to_npz").codecOption("compression", "deflate"), "k")
                    .block();
            assertThat(db.get(NdArray.class, "k").block()).isEqualTo(ARRAY);
            StepVerifier.create(db.get(NdArray.class, Map.of("nonsense", 1L), "k"))
                    .verifyError(InvalidOptionException.class);
        }
    }

    @Test
    @DisplayName(
            "Identity and moving: the id survives moving, and the registry finds the database where it was opened last")
    void identityAndMoving() throws IOException {
        StoreRegistry registry = StoreRegistry.of(temp.resolve("stores.json"));
        IsfOptions options = IsfOptions.none().registry(registry);
        IsfDatabase db = IsfDatabase.open(base(), options).block();
        db.set(1L, "s", "k").block();
        String id = db.id().block();
        assertThat(IsfDatabase.open(base(), options).block().id().block()).isEqualTo(id);
        assertThat(registry.find(StoreRegistry.idOf(id)).block().exists("s/k").block())
                .isTrue();

        Path moved = temp.resolve("elsewhere/moved");
        Files.createDirectories(moved.getParent());
        Files.move(base(), moved);
        StepVerifier.create(registry.find(StoreRegistry.idOf(id))).verifyError(StoreNotFoundException.class);
        IsfDatabase again = IsfDatabase.open(moved, options).block();
        assertThat(again.id().block()).isEqualTo(id);
        assertThat(registry.find(StoreRegistry.idOf(id))
                        .block()
                        .get("s/k", Long.class)
                        .block())
                .isEqualTo(1L);
        assertThat(registry.resolve("mdb://" + id + "/s/db/k/value.json")
                        .block()
                        .key())
                .isEqualTo("s/k");

        again.remove().block();
        assertThat(moved).doesNotExist();
        assertThat(moved.getParent()).isEmptyDirectory();
        StepVerifier.create(registry.find(StoreRegistry.idOf(id))).verifyError(StoreNotFoundException.class);
    }

    @Test
    @DisplayName("the id is made anew if it was removed")
    void removedIdIsMadeAnew() throws IOException {
        String id = open().id().block();
        Map<String, Object> state = json("db_state.json");
        state = new java.util.HashMap<>(state);
        state.put("_unique_id", null);
        state.put("extra", 7L);
        Files.writeString(base().resolve("db_state.json"), Json.plain(state));
        String next = open().id().block();
        assertThat(next).isNotEqualTo(id).isNotBlank();
        assertThat(open().id().block()).isEqualTo(next);
        assertThat(json("db_state.json")).containsEntry("extra", 7L);
    }

    @Test
    @DisplayName(
            "Sharing: a lock of a name has one holder, is given back on error and cancellation, and a handle travels as text")
    void sharing() {
        IsfDatabase db = open();
        IsfDatabase other = open();
        StepVerifier.create(db.lock("x", Duration.ZERO, other.lock("x", Duration.ofMillis(20), Mono.just(1))))
                .verifyError(StoreBusyException.class);
        StepVerifier.create(db.lock("x", Duration.ZERO, Mono.error(new IllegalStateException("planted"))))
                .verifyErrorMessage("planted");
        StepVerifier.create(db.lock("x", Duration.ZERO, Mono.never()))
                .expectSubscription()
                .thenAwait(Duration.ofMillis(50))
                .thenCancel()
                .verify();
        StepVerifier.create(other.lock("x", Duration.ofSeconds(60), Flux.just(1, 2)))
                .expectNext(1, 2)
                .verifyComplete();

        db.set(1L, "s", "k").block();
        IsfDatabase copy = IsfDatabase.open(db.sub("s").block().location()).block();
        assertThat(copy.get(Long.class, "k").block()).isEqualTo(1L);
        copy.set(2L, "k").block();
        assertThat(db.get(Long.class, "s", "k").block()).isEqualTo(2L);
        IsfDatabase readOnly = IsfDatabase.open(reader().toString()).block();
        StepVerifier.create(readOnly.set(1L, "k")).verifyError(ReadOnlyStoreException.class);
        assertThat(IsfDatabase.of(ArtifactStore.open("memory://shared"), IsfOptions.none())
                        .location())
                .isEqualTo("memory://shared");
    }

    @Test
    @DisplayName("Inspecting: a tree of the keys with their formats, cut where told")
    void inspecting() {
        for (IsfDatabase db : both()) {
            db.set(ARRAY, IsfDatabase.dumper("numpy_to_npy"), "array").block();
            for (int i = 0; i < 5; i++) {
                db.set(1L, "s", "k" + i).block();
                db.set(1L, "t", "u", "v" + i).block();
            }
            List<String> lines = db.ls().block().lines().toList();
            assertThat(lines.get(0)).startsWith("IsfDatabase ");
            assertThat(lines.get(1)).startsWith("├── array (n");
            assertThat(lines.subList(2, lines.size()))
                    .containsExactly(
                            "├── s/",
                            "│   ├── k0 (json)",
                            "│   ├── k1 (json)",
                            "│   ├── k2 (json)",
                            "│   └── … (2 more)",
                            "└── t/",
                            "    └── u/",
                            "        └── … (5 more)");
            assertThat(db.ls(1, 1, 0).block().lines().toList().subList(1, 3))
                    .containsExactly(lines.get(1), "└── … (2 more)");
        }
    }

    @Test
    @DisplayName(
            "opening: missing and empty folders become databases, others and nocreate are refused; isDatabase tells them")
    void opening() throws IOException {
        Path missing = temp.resolve("x/y");
        StepVerifier.create(IsfDatabase.open(missing, IsfOptions.none().noCreate()))
                .verifyError(StoreNotFoundException.class);
        StepVerifier.create(IsfDatabase.open(missing, IsfOptions.none().readOnly()))
                .verifyError(StoreNotFoundException.class);
        assertThat(temp.resolve("x")).doesNotExist();
        assertThat(IsfDatabase.isDatabase(missing).block()).isFalse();
        IsfDatabase.open(missing).block();
        assertThat(IsfDatabase.isDatabase(missing).block()).isTrue();
        IsfDatabase.open(missing, IsfOptions.none().noCreate())
                .block()
                .set(1L, "k")
                .block();
        Path empty = Files.createDirectories(temp.resolve("empty"));
        IsfDatabase.open(empty).block();
        for (String inside : List.of("file", "folder")) {
            Path full = Files.createDirectories(temp.resolve("with-" + inside));
            if (inside.equals("file")) {
                Files.writeString(full.resolve("f"), "x");
            } else {
                Files.createDirectories(full.resolve("d"));
            }
            StepVerifier.create(IsfDatabase.open(full)).verifyError(ForeignDataException.class);
            assertThat(IsfDatabase.isDatabase(full).block()).isFalse();
        }
        Path file = Files.writeString(temp.resolve("plain"), "x");
        StepVerifier.create(IsfDatabase.open(file)).verifyError(ForeignDataException.class);
    }

    @Test
    @DisplayName("a database of the deprecated system is refused by name, also where the layout is detected")
    void oldSystemIsRefused() throws IOException {
        Path old = Files.createDirectories(temp.resolve("old"));
        Files.writeString(old.resolve("sqlitedict.db"), "x");
        StepVerifier.create(IsfDatabase.open(old))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(UnsupportedDataException.class)
                        .hasMessageContaining("deprecated"));
        StepVerifier.create(ArtifactStore.open(old).exists("k")).verifyError(UnsupportedDataException.class);
    }

    @Test
    @DisplayName("a store opened by path detects the layout")
    void layoutIsDetected() {
        open().set(1L, "s", "k").block();
        ArtifactStore store = ArtifactStore.open(base());
        assertThat(store.get("s/k", Long.class).block()).isEqualTo(1L);
        store.put("s/l", 2L).block();
        assertThat(open().get(Long.class, "s", "l").block()).isEqualTo(2L);
        assertThat(store.verify().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName("I3: bad keys are refused at the call by every method, whatever store is below")
    void badKeys() {
        for (IsfDatabase db : both()) {
            for (String bad : List.of("", ".", "..", "db_state.json", "x.deleting.y", "a/b", "a b", "Loader.json")) {
                for (Runnable call : List.<Runnable>of(
                        () -> db.set(1L, bad),
                        () -> db.get(Long.class, "a", bad),
                        () -> db.delete(bad),
                        () -> db.exists(bad),
                        () -> db.createSubDb(bad),
                        () -> db.sub(bad),
                        () -> db.createManagedFolder(bad),
                        () -> db.rename(List.of("a"), List.of(bad)),
                        () -> db.maybeCalculate(Long.class, Mono.just(1L), bad),
                        () -> db.metadata(bad),
                        () -> db.openFile("x", bad))) {
                    assertThatThrownBy(call::run).as(bad).isInstanceOf(InvalidNameException.class);
                }
            }
            assertThatThrownBy(() -> db.openFile("../x", "k")).isInstanceOf(InvalidNameException.class);
        }
        ArtifactStore store = ArtifactStore.open(base());
        StepVerifier.create(store.put("db_state.json", 1L)).verifyError(InvalidNameException.class);
        assertThat(store.exists("a b").block()).isFalse();
        assertThat(open().keys().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName("I17: rename moves values and whole databases, and not onto what is there")
    void rename() {
        IsfDatabase db = open();
        db.set(1L, "a").block();
        db.set(2L, "s", "k").block();
        db.rename(List.of("a"), List.of("t", "b")).block();
        assertThat(db.exists("a").block()).isFalse();
        assertThat(db.get(Long.class, "t", "b").block()).isEqualTo(1L);
        db.rename(List.of("s"), List.of("t", "s")).block();
        assertThat(db.get(Long.class, "t", "s", "k").block()).isEqualTo(2L);
        assertThat(db.set(3L, "t", "s", "k").block().generation()).isEqualTo(2);
        StepVerifier.create(db.rename(List.of("t", "s"), List.of("t", "b"))).verifyError(ArtifactExistsException.class);
        StepVerifier.create(db.rename(List.of("t"), List.of("t", "x"))).verifyError(ArtifactConflictException.class);
        StepVerifier.create(db.rename(List.of("t", "b"), List.of("t", "s")))
                .verifyError(ArtifactConflictException.class);
        StepVerifier.create(db.rename(List.of("none"), List.of("x"))).verifyError(ArtifactNotFoundException.class);
        assertThat(db.keysBelow().collectList().block()).containsExactly(List.of("t", "b"), List.of("t", "s", "k"));
    }

    @Test
    @DisplayName("I20: generations count replacements, and a put may ask for one")
    void generations() {
        for (IsfDatabase db : both()) {
            assertThat(db.set(1L, "k").block().generation()).isEqualTo(1);
            assertThat(db.set(2L, "k").block().generation()).isEqualTo(2);
            StepVerifier.create(db.set(3L, PutOptions.none().ifGeneration(1), "k"))
                    .verifyError(ArtifactConflictException.class);
            assertThat(db.set(3L, PutOptions.none().ifGeneration(2), "k")
                            .block()
                            .generation())
                    .isEqualTo(3);
        }
    }

    @Test
    @DisplayName(
            "I5 I15: pickles give bytes and nothing else, other loaders are refused by name, and no class is ever loaded")
    void picklesAreBytes() throws IOException {
        IsfDatabase db = open();
        foreign("p", "data_base.isf_data_base.IO.LoaderDumper.to_cloudpickle", "to_pickle_dump");
        foreign("q", "data_base.IO.LoaderDumper.pandas_to_pickle", "pandas_to_pickle.pickle");
        foreign("m", "data_base.isf_data_base.IO.LoaderDumper.dask_to_msgpack", "dask_to_msgpack.0.csv");
        foreign("c", "java.lang.Runtime", "x");
        assertThat(db.get(Bytes.class, "p").block()).isEqualTo(Bytes.ofText("bytes"));
        assertThat(db.get(Bytes.class, "q").block()).isEqualTo(Bytes.ofText("bytes"));
        for (Class<?> type : List.of(Object.class, String.class, Map.class)) {
            StepVerifier.create(db.get(type, "p"))
                    .verifyErrorSatisfies(e -> assertThat(e)
                            .isInstanceOf(UnsupportedDataException.class)
                            .hasMessageContaining("pickle"));
        }
        StepVerifier.create(db.get(Bytes.class, "m"))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(UnsupportedDataException.class)
                        .hasMessageContaining("dask_to_msgpack"));
        StepVerifier.create(db.get(Object.class, "c"))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("java.lang.Runtime"));
        assertThat(text(db.openFile("x", "c"))).isEqualTo("bytes");
        assertThat(db.keys().collectList().block()).containsExactly("c", "m", "p", "q");
    }

    private void foreign(String key, String loader, String file) throws IOException {
        Path folder = Files.createDirectories(base().resolve(key));
        Files.writeString(folder.resolve("Loader.json"), Json.plain(Map.of("Loader", loader)));
        Files.writeString(folder.resolve(file), "bytes");
    }

    @Test
    @DisplayName("what replaces a key that the framework wrote is a whole new folder, with its own metadata")
    void foreignKeysAreReplaced() throws IOException {
        IsfDatabase db = open();
        foreign("p", "data_base.isf_data_base.IO.LoaderDumper.to_cloudpickle", "to_pickle_dump");
        db.set(ARRAY, "p").block();
        assertThat(base().resolve("p/to_pickle_dump")).doesNotExist();
        assertThat(db.get(NdArray.class, "p").block()).isEqualTo(ARRAY);
        Path stray = Files.createDirectories(base().resolve("stray"));
        Files.writeString(stray.resolve("half"), "x");
        db.set(1L, "stray").block();
        assertThat(base().resolve("stray/half")).doesNotExist();
    }
}
