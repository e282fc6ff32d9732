package io.atomflux.artifact.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Files;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.PutResult;
import io.atomflux.artifact.PutResult.Action;
import io.atomflux.artifact.Query;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The folder of Evaluator: what it wrote is read, what is written here it can open, and nothing is lost on the way. */
@Timeout(60)
class EvaluatorFolderTest {

    private static final String FIELD = "64aa12844b01414aa7e01265316be995";
    private static final String SIMULATION = "0d1b6a3fd7b84a37b2d8fbb5a5c4e1aa";
    private static final String FREE = "9e2f7a7c8c0e4a6fa3f1f4d1c2b3a4d5";

    @TempDir
    Path temp;

    private Path root = Path.of("");
    private final List<EvaluatorStorage> opened = new ArrayList<>();

    @BeforeEach
    void place() {
        root = temp.resolve("stored_data");
    }

    @AfterEach
    void close() {
        opened.forEach(storage -> storage.close().block());
    }

    private EvaluatorStorage open() {
        EvaluatorStorage storage = EvaluatorStorage.open(root);
        opened.add(storage);
        return storage;
    }

    private EvaluatorStorage readOnly() {
        EvaluatorStorage storage = EvaluatorStorage.of(ArtifactStore.open(
                root,
                EvaluatorStorage.options(ArtifactOptions.none(), FreeEnergyPolicy.KEEP_ALL)
                        .layout("evaluator")
                        .readOnly()));
        opened.add(storage);
        return storage;
    }

    private void golden() {
        try {
            Path from = Path.of(Objects.requireNonNull(EvaluatorFolderTest.class.getResource("golden"))
                    .toURI());
            try (Stream<Path> all = java.nio.file.Files.walk(from)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    java.nio.file.Files.copy(
                            path, root.resolve(from.relativize(path).toString()));
                }
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path file) {
        try {
            return java.nio.file.Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String content) {
        try {
            java.nio.file.Files.createDirectories(Objects.requireNonNull(file.getParent()));
            java.nio.file.Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> everything() {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = java.nio.file.Files.walk(root)) {
            all.filter(java.nio.file.Files::isRegularFile)
                    .forEach(file -> files.put(root.relativize(file).toString(), text(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static Flux<ByteBuffer> bytes(String content) {
        return Flux.defer(() -> Flux.just(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8))));
    }

    private static Files pdb(String content) {
        return Files.none().with("output.pdb", bytes(content));
    }

    private static StoredEquilibrationData box(double inefficiency) {
        return Samples.box(Samples.WATER).statisticalInefficiency(inefficiency).build();
    }

    private static <T> T found(Mono<T> mono) {
        return Objects.requireNonNull(mono.block());
    }

    private static String read(FileSource files, String name) {
        return found(files.read(name)
                .map(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
                .reduce("", String::concat));
    }

    private static String put(EvaluatorStorage storage, StoredEquilibrationData box, String content) {
        return found(storage.storeObject(box, pdb(content))).key().toString();
    }

    private static List<String> keys(EvaluatorStorage storage) {
        return found(storage.store().keys().map(Object::toString).collectList());
    }

    private Map<String, List<String>> registry() {
        try {
            return Registry.read(root.resolve(Places.REGISTRY));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- what Evaluator wrote

    @Test
    @DisplayName(
            "Persistence, Formats: a folder of Evaluator opens, with keys made by hand, and reading changes nothing")
    void goldenOpens() {
        golden();
        Map<String, String> before = everything();
        EvaluatorStorage storage = readOnly();

        assertThat(keys(storage)).containsExactly(SIMULATION, FIELD, FREE, "component_1", "mixture", "own");
        assertThat(storage.retrieveForceField(FIELD).block()).isEqualTo(Samples.FORCE_FIELD);
        StoredObject<StoredEquilibrationData> box =
                found(storage.retrieveObject("component_1", StoredEquilibrationData.class));
        assertThat(EvaluatorJson.write(box.object())).isEqualTo(before.get("component_1.json"));
        assertThat(read(box.files(), "output.pdb")).isEqualTo("output.pdb of component_1\n");
        StoredObject<StoredSimulationData> simulation =
                found(storage.retrieveObject(SIMULATION, StoredSimulationData.class));
        assertThat(EvaluatorJson.write(simulation.object())).isEqualTo(before.get(SIMULATION + ".json"));
        assertThat(simulation.files().entries())
                .extracting(file -> file.name())
                .containsExactly("output.pdb", "trajectory.dcd");
        assertThat(simulation.files().entries()).allMatch(file -> file.sha256().isEmpty());
        FileSource.LocalFiles local = found(simulation.files().local());
        assertThat(local.path().resolve("trajectory.dcd")).hasContent("trajectory.dcd of " + SIMULATION + "\n");
        local.close().block();
        assertThat(EvaluatorJson.write(found(storage.retrieveObject(FREE, StoredFreeEnergyData.class))
                        .object()))
                .isEqualTo(before.get(FREE + ".json"));
        assertThat(found(storage.query(EquilibrationDataQuery.all().substance(Substance.of("O", "CCCO")))
                                .single())
                        .artifact()
                        .key())
                .isEqualTo("mixture");
        assertThat(storage.hasForceField(Samples.FORCE_FIELD).block()).isEqualTo(FIELD);
        assertThat(storage.hasObject(box.object()).block()).isEqualTo("component_1");
        assertThat(storage.store().verify().collectList().block()).isEmpty();
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    @DisplayName("the layout is recognised by its registry, opened as any store")
    void detected() {
        golden();
        EvaluatorStorage storage = EvaluatorStorage.open(root.toString());
        opened.add(storage);

        assertThat(storage.retrieveForceField(FIELD).block()).isEqualTo(Samples.FORCE_FIELD);
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> ArtifactStore.open(root + "?layout=evaluator&color=red"))
                .withMessageContaining("color");
    }

    @Test
    @DisplayName(
            "Better data wins, also over an object of Evaluator: same key, its text and folder exchanged as a whole")
    void replacesGolden() {
        golden();
        EvaluatorStorage storage = open();
        StoredObject<StoredEquilibrationData> old =
                found(storage.retrieveObject("mixture", StoredEquilibrationData.class));
        StoredEquilibrationData better = StoredEquilibrationData.builder()
                .substance(old.object().substance())
                .thermodynamicState(old.object().thermodynamicState())
                .propertyPhase(old.object().propertyPhase())
                .sourceCalculationId(old.object().sourceCalculationId())
                .forceFieldId(old.object().forceFieldId())
                .coordinateFileName("better.pdb")
                .statisticalInefficiency(0.5)
                .numberOfMolecules(256)
                .maxNumberOfMolecules(256)
                .build();

        PutResult result = found(storage.storeObject(better, Files.none().with("better.pdb", bytes("better"))));

        assertThat(result.key()).hasToString("mixture");
        assertThat(result.action()).isEqualTo(Action.REPLACED);
        assertThat(root.resolve("mixture.json")).hasContent(EvaluatorJson.write(better));
        assertThat(root.resolve("mixture")).isDirectoryNotContaining("glob:**output.pdb");
        assertThat(root.resolve("mixture/better.pdb")).hasContent("better");
        assertThat(read(old.files(), "output.pdb")).isEqualTo("output.pdb of mixture\n");
        assertThat(registry()).isEqualTo(goldenRegistry());
    }

    private static Map<String, List<String>> goldenRegistry() {
        return Map.of(
                "ForceFieldData", List.of(FIELD),
                "StoredEquilibrationData", List.of("component_1", "mixture"),
                "StoredSimulationData", List.of(SIMULATION),
                "StoredFreeEnergyData", List.of(FREE),
                "OwnData", List.of("own"));
    }

    @Test
    @DisplayName("Evaluator can open what is written here: registry, text, folder, nothing else to be seen")
    void asEvaluatorReads() throws IOException {
        EvaluatorStorage storage = open();
        StoredEquilibrationData box = box(1);
        String field = found(storage.storeForceField(Samples.FORCE_FIELD)).key().toString();
        String key = put(storage, box, "pdb");
        storage.close().block();

        assertThat(root.resolve(Places.REGISTRY))
                .hasContent(("{\"object_keys\": {\"ForceFieldData\": [\"%s\"], \"StoredEquilibrationData\": [\"%s\"]}, "
                                + "\"@type\": \"openff.evaluator.storage.storage.StorageBackend._ObjectKeyData\"}")
                        .formatted(field, key));
        assertThat(root.resolve(key + ".json")).hasContent(EvaluatorJson.write(box));
        assertThat(root.resolve(key).resolve("output.pdb")).hasContent("pdb");
        try (Stream<Path> all = java.nio.file.Files.list(root)) {
            assertThat(all.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(Places.REGISTRY, Places.HIDDEN, key, key + ".json", field + ".json");
        }
    }

    @Test
    @DisplayName("what Evaluator replaces in place is seen: another version, another generation, no hashes")
    void replacedByEvaluator() throws IOException {
        EvaluatorStorage storage = open();
        String key = put(storage, box(2), "ours");
        StoredObject<StoredData> before = found(storage.retrieveObject(key));

        java.nio.file.Files.writeString(root.resolve(key + ".json"), EvaluatorJson.write(box(1)));
        Disk.remove(root.resolve(key));
        write(root.resolve(key).resolve("output.pdb"), "theirs");

        StoredObject<StoredEquilibrationData> after = found(storage.retrieveObject(key, StoredEquilibrationData.class));
        assertThat(after.object().statisticalInefficiency()).isEqualTo(1);
        assertThat(after.artifact().manifest().generation()).isEqualTo(2);
        assertThat(after.files().entries().get(0).sha256()).isEmpty();
        assertThat(read(after.files(), "output.pdb")).isEqualTo("theirs");
        assertThatExceptionOfType(ArtifactNotFoundException.class).isThrownBy(() -> read(before.files(), "output.pdb"));
        assertThat(found(storage.storeObject(box(1.5), pdb("x"))).action()).isEqualTo(Action.KEPT_EXISTING);
    }

    @Test
    @DisplayName("Vanished files: entries whose text is gone are forgotten, skipped by queries, and leave the registry")
    void vanished() throws IOException {
        golden();
        java.nio.file.Files.delete(root.resolve("mixture.json"));
        EvaluatorStorage storage = open();

        assertThat(keys(storage)).doesNotContain("mixture");
        assertThat(found(storage.query(EquilibrationDataQuery.all()).count())).isEqualTo(1);
        java.nio.file.Files.delete(root.resolve("component_1.json"));
        assertThat(found(storage.query(EquilibrationDataQuery.all()).count())).isZero();
        put(storage, box(1), "x");
        assertThat(registry().get("StoredEquilibrationData")).hasSize(1).doesNotContain("mixture", "component_1");
    }

    @Test
    @DisplayName("H15: an object of a class that is not known is kept, listed, opaque, and loads nothing")
    void unknownClass() {
        golden();
        EvaluatorStorage storage = open();
        Artifact own = found(storage.store().find("own"));

        assertThat(own.manifest().type()).contains("my_package.data.OwnData");
        assertThat(own.manifest().descriptor()).containsEntry("answer", 42L);
        assertThatExceptionOfType(UnsupportedDataException.class)
                .isThrownBy(() -> storage.retrieveObject("own").block())
                .withMessageContaining("my_package.data.OwnData");
        put(storage, box(1), "x");
        assertThat(registry().get("OwnData")).containsExactly("own");
    }

    // ---- hazards

    @Test
    @DisplayName(
            "H2: two that have the folder open both keep their entries, and what a running Evaluator left out comes back")
    void registryIsMerged() {
        EvaluatorStorage a = open();
        EvaluatorStorage b = open();
        String first = put(a, box(1), "a");
        String second = found(b.storeForceField(Samples.FORCE_FIELD)).key().toString();
        String third = put(a, Samples.box(Samples.ETHANOL).build(), "c");

        assertThat(keys(b)).containsExactlyInAnyOrder(first, second, third);
        assertThat(registry().values().stream().flatMap(List::stream)).containsExactlyInAnyOrder(first, second, third);

        write(root.resolve(Places.REGISTRY), "{\"object_keys\": {\"ForceFieldData\": []}, \"@type\": \"x\"}");
        assertThat(keys(b)).containsExactlyInAnyOrder(first, second, third);
        String fourth = put(b, Samples.box(Samples.MIXTURE).build(), "d");
        assertThat(registry().get("StoredEquilibrationData")).containsExactlyInAnyOrder(first, third, fourth);
    }

    @ParameterizedTest
    @DisplayName("H3: a crash after any step leaves the new object with its new files, for readers too, and heals")
    @ValueSource(ints = {0, 1, 2, 3})
    void crash(int steps) throws IOException {
        EvaluatorStorage storage = open();
        String key = put(storage, box(2), "old");
        storage.close().block();
        Map<String, String> before = everything();
        EvaluatorStorage again = open();
        put(again, box(1), "new");
        again.close().block();

        rewind(key, before, steps);

        for (EvaluatorStorage reader : List.of(readOnly(), open())) {
            StoredObject<StoredEquilibrationData> now =
                    found(reader.retrieveObject(key, StoredEquilibrationData.class));
            assertThat(now.object().statisticalInefficiency()).isEqualTo(1);
            assertThat(read(now.files(), "output.pdb")).isEqualTo("new");
            assertThat(reader.hasObject(box(7)).block()).isEqualTo(key);
        }
        EvaluatorStorage writer = open();
        found(writer.storeForceField(Samples.FORCE_FIELD));
        assertThat(new Places(root).journal()).doesNotExist();
        assertThat(root.resolve(key + ".json")).hasContent(EvaluatorJson.write(box(1)));
        assertThat(root.resolve(key).resolve("output.pdb")).hasContent("new");
        assertThat(root.resolve(key)).isDirectoryNotContaining("glob:**/set*");
        assertThat(writer.store().verify().collectList().block())
                .extracting(ArtifactStore.Finding::problem)
                .allMatch(problem -> problem.contains("force_field_id"));
    }

    /** Puts the folder back to the moment at which the last change had its journal and so many steps were done. */
    private void rewind(String key, Map<String, String> before, int steps) throws IOException {
        Places places = new Places(root);
        Sidecar now = Sidecar.read(java.nio.file.Files.readAllBytes(places.sidecar(key)))
                .orElseThrow();
        Sidecar old = Sidecar.read(Objects.requireNonNull(before.get(Places.HIDDEN + "/records/" + key + ".json"))
                        .getBytes(StandardCharsets.UTF_8))
                .orElseThrow();
        Journal journal = Journal.empty()
                .text(
                        key,
                        java.nio.file.Files.readAllBytes(places.json(key)),
                        java.nio.file.Files.readAllBytes(places.sidecar(key)))
                .out(key, old.set().orElseThrow())
                .in(key, now.set().orElseThrow());
        Disk.move(places.folder(key), places.set(now.set().orElseThrow()));
        Disk.move(places.set(old.set().orElseThrow()), places.folder(key));
        write(places.json(key), Objects.requireNonNull(before.get(key + ".json")));
        write(places.sidecar(key), Objects.requireNonNull(before.get(Places.HIDDEN + "/records/" + key + ".json")));
        journal.publish(places);
        assertThat(journal.length()).isEqualTo(3);
        journal.apply(places, steps);
    }

    @Test
    @DisplayName("H3: a writer that died before its change leaves the old object, and what it wrote is swept")
    void crashBefore() {
        EvaluatorStorage storage = open();
        String key = put(storage, box(2), "old");
        EvaluatorFolder folder = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false);
        String set = found(folder.files().begin());
        folder.files().write(set, "output.pdb", bytes("half")).block();

        assertThat(read(found(storage.retrieveObject(key)).files(), "output.pdb"))
                .isEqualTo("old");
        assertThat(found(folder.sweep(Duration.ofHours(1))).sets()).isZero();
        assertThat(found(folder.sweep(Duration.ZERO)).sets()).isEqualTo(1);
        assertThat(new Places(root).set(set)).doesNotExist();
    }

    @Test
    @DisplayName("a set that was swept before its record is committed is not published")
    void swept() {
        EvaluatorStorage storage = open();
        String key = put(storage, box(2), "old");
        EvaluatorFolder folder = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false);
        StoredRecord there = found(folder.load(key));
        String set = found(folder.files().begin());
        folder.files().seal(set).block();
        found(folder.sweep(Duration.ZERO));

        assertThat(folder.commit(new RecordChange.Put(
                                new StoredRecord(
                                        key,
                                        "next",
                                        there.identity(),
                                        there.terms(),
                                        there.manifest(),
                                        Optional.of(set)),
                                Optional.of(there.revision())))
                        .block())
                .isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(folder.commit(new RecordChange.Put(there, Optional.of("another")))
                        .block())
                .isEqualTo(CommitOutcome.CHANGED);
        assertThat(found(folder.load(key)).revision()).isEqualTo(there.revision());
    }

    @ParameterizedTest
    @DisplayName("H4: damage stays with its entry: the rest opens, is found and written, and the damage is told")
    @ValueSource(
            strings = {
                "",
                "{\"substance\": {\"comp",
                "[]",
                "{\"@type\": \"openff.evaluator.storage.data.StoredEquilibrationData\"}",
                "\u0000\u0001"
            })
    void damage(String json) {
        golden();
        write(root.resolve("mixture.json"), json);
        EvaluatorStorage storage = open();

        assertThat(found(storage.store().find("mixture")).damage()).isPresent();
        assertThatExceptionOfType(CorruptDataException.class)
                .isThrownBy(() -> storage.retrieveObject("mixture").block());
        assertThat(found(storage.query(EquilibrationDataQuery.all()).single())
                        .artifact()
                        .key())
                .isEqualTo("component_1");
        assertThat(storage.store().verify().collectList().block())
                .extracting(ArtifactStore.Finding::key)
                .containsExactly("mixture");
        put(storage, box(1), "x");
        assertThat(registry().get("StoredEquilibrationData"))
                .contains("component_1")
                .doesNotContain("mixture");
        assertThat(root.resolve("mixture.json")).exists();
    }

    @Test
    @DisplayName("H4: a damaged registry is made anew of the files")
    void damagedRegistry() {
        golden();
        write(root.resolve(Places.REGISTRY), "{\"object_keys\": {");
        EvaluatorStorage storage = open();

        assertThat(keys(storage)).contains("component_1", "mixture", FIELD, SIMULATION, FREE);
        put(storage, box(1), "x");
        assertThat(registry().get("StoredEquilibrationData")).hasSize(3);
    }

    @Test
    @DisplayName("H5: of two entries that are the same thing the first is found, and replaced, each time")
    void duplicates() throws IOException {
        golden();
        write(root.resolve("0" + FIELD.substring(1) + ".json"), text(root.resolve(FIELD + ".json")));
        java.nio.file.Files.copy(root.resolve("mixture.json"), root.resolve("a_copy.json"));
        write(root.resolve("a_copy/output.pdb"), "copy");
        EvaluatorStorage storage = open();

        assertThat(storage.hasForceField(Samples.FORCE_FIELD).block()).isEqualTo("0" + FIELD.substring(1));
        StoredEquilibrationData mixture = found(storage.retrieveObject("mixture", StoredEquilibrationData.class))
                .object();
        assertThat(storage.hasObject(mixture).block()).isEqualTo("a_copy");
        assertThat(found(storage.storeObject(mixture, pdb("x"))).action()).isEqualTo(Action.KEPT_EXISTING);
        StoredEquilibrationData better = (StoredEquilibrationData) EvaluatorJson.read(EvaluatorJson.write(mixture)
                .replace("\"statistical_inefficiency\": 1.0", "\"statistical_inefficiency\": 0.5"));
        assertThat(put(storage, better, "better")).isEqualTo("a_copy");
    }

    @ParameterizedTest
    @DisplayName("H16: keys of the registry that lead out of the folder are not followed")
    @ValueSource(strings = {"../secret", "/secret", "object_keys", ".atomflux/id", "a/../../secret", "..", "x.json"})
    void registryAttacks(String key) {
        golden();
        write(temp.resolve("secret.json"), text(root.resolve(FIELD + ".json")));
        write(root.resolve(Places.REGISTRY), text(root.resolve(Places.REGISTRY)).replace("component_1", key));
        EvaluatorStorage storage = open();

        assertThat(keys(storage)).containsExactlyInAnyOrder(SIMULATION, FIELD, FREE, "component_1", "mixture", "own");
        put(storage, box(1), "x");
        assertThat(registry().values().stream().flatMap(List::stream))
                .contains("component_1")
                .doesNotContain(key);
    }

    @Test
    @DisplayName("H16: links, of an object, a folder, a file and of our own folder, are not followed")
    void links() throws IOException {
        golden();
        Path secret = temp.resolve("secret");
        write(secret.resolve("output.pdb"), "secret");
        write(temp.resolve("secret.json"), text(root.resolve("mixture.json")));
        java.nio.file.Files.delete(root.resolve("mixture.json"));
        java.nio.file.Files.createSymbolicLink(root.resolve("mixture.json"), temp.resolve("secret.json"));
        Disk.remove(root.resolve("component_1"));
        java.nio.file.Files.createSymbolicLink(root.resolve("component_1"), secret);
        java.nio.file.Files.delete(root.resolve(SIMULATION).resolve("output.pdb"));
        java.nio.file.Files.createSymbolicLink(
                root.resolve(SIMULATION).resolve("output.pdb"), secret.resolve("output.pdb"));
        EvaluatorStorage storage = open();

        assertThat(found(storage.store().find("mixture")).damage()).isPresent();
        assertThat(found(storage.retrieveObject("component_1")).files().entries())
                .isEmpty();
        assertThat(found(storage.retrieveObject(SIMULATION)).files().entries())
                .extracting(file -> file.name())
                .containsExactly("trajectory.dcd");
        EvaluatorFolder folder = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false);
        String set = found(folder.load(SIMULATION)).fileSet().orElseThrow();
        assertThatExceptionOfType(CorruptDataException.class)
                .isThrownBy(() -> folder.files().read(set, "output.pdb", 0, 10).blockLast());

        storage.removeObject("component_1").block();
        found(folder.sweep(Duration.ZERO));
        assertThat(secret.resolve("output.pdb")).hasContent("secret");
        Path other = temp.resolve("other");
        java.nio.file.Files.createDirectories(other);
        java.nio.file.Files.createSymbolicLink(other.resolve(Places.HIDDEN), secret);
        EvaluatorStorage linked = EvaluatorStorage.open(other);
        opened.add(linked);
        assertThatExceptionOfType(CorruptDataException.class)
                .isThrownBy(() -> linked.storeForceField(Samples.FORCE_FIELD).block());
    }

    @ParameterizedTest
    @DisplayName("H16: keys that this layout cannot hold are refused when something is put")
    @ValueSource(strings = {"object_keys", "Object_Keys", ".atomflux", ".x", "a/b", "x.json", "x.JSON"})
    void keysThatDoNotFit(String key) {
        EvaluatorStorage storage = open();

        assertThatExceptionOfType(InvalidNameException.class)
                .isThrownBy(() -> storage.store()
                        .put(
                                EvaluatorTypes.EQUILIBRATION,
                                box(1),
                                pdb("x"),
                                PutOptions.none().key(key))
                        .block());
        assertThat(storage.retrieveObject(key).block()).isNull();
    }

    @Test
    @DisplayName("H16: an object of Evaluator that names files outside of its folder is damaged")
    void fileNameAttack() {
        golden();
        write(
                root.resolve("mixture.json"),
                text(root.resolve("mixture.json")).replace("output.pdb", "../component_1/output.pdb"));

        assertThat(found(open().store().find("mixture")).damage()).isPresent();
    }

    @Test
    @DisplayName("H17, Speed: each object is read once, however many are asked for, found and put")
    void readOnce() throws IOException {
        EvaluatorStorage storage = open();
        int count = 60;
        for (int i = 1; i <= count; i++) {
            put(storage, Samples.box(Samples.WATER).numberOfMolecules(i).build(), "x");
        }
        try (Stream<Path> all = java.nio.file.Files.walk(root)) { // stamps that are of this very moment tell nothing
            for (Path path : (Iterable<Path>) all::iterator) {
                java.nio.file.Files.setLastModifiedTime(path, FileTime.fromMillis(System.currentTimeMillis() - 60_000));
            }
        }
        EvaluatorFolder folder = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false);
        assertThat(found(folder.list("", "").count())).isEqualTo(count);
        assertThat(folder.index().objectsRead()).isEqualTo(count);

        ArtifactStore store =
                ArtifactStore.of(folder, EvaluatorStorage.options(ArtifactOptions.none(), FreeEnergyPolicy.KEEP_ALL));
        EvaluatorStorage again = EvaluatorStorage.of(store);
        for (int i = 1; i <= count; i++) {
            assertThat(found(again.query(EquilibrationDataQuery.all().numberOfMolecules(i))
                            .count()))
                    .isEqualTo(1);
        }
        assertThat(folder.index().objectsRead()).isEqualTo(count);
        for (int i = 1; i <= 10; i++) {
            put(again, Samples.box(Samples.ETHANOL).numberOfMolecules(i).build(), "x");
        }
        assertThat(folder.index().objectsRead()).isLessThan(count + 80);
    }

    @Test
    @DisplayName("H19: a folder left over in the place of a new one is moved away, nothing is mixed")
    void leftover() {
        EvaluatorStorage storage = open();
        found(storage.storeForceField(Samples.FORCE_FIELD));
        String key = "1".repeat(32);
        write(root.resolve(key).resolve("left.txt"), "left");

        found(storage.store()
                .put(
                        EvaluatorTypes.EQUILIBRATION,
                        box(1),
                        pdb("x"),
                        PutOptions.none().key(key)));

        assertThat(root.resolve(key)).isDirectoryNotContaining("glob:**left.txt");
        assertThat(found(storage.retrieveObject(key)).files().entries()).hasSize(1);
    }

    @Test
    @DisplayName("a file of something else in the place of an object is not overwritten")
    void foreignFile() {
        EvaluatorStorage storage = open();
        found(storage.storeForceField(Samples.FORCE_FIELD));
        write(root.resolve("notes.json"), "{\"mine\": true}");

        assertThatExceptionOfType(ArtifactConflictException.class)
                .isThrownBy(() -> storage.store()
                        .put(
                                EvaluatorTypes.EQUILIBRATION,
                                box(1),
                                pdb("x"),
                                PutOptions.none().key("notes"))
                        .block())
                .withMessageContaining("notes.json");
        assertThat(root.resolve("notes.json")).hasContent("{\"mine\": true}");
    }

    @Test
    @DisplayName("H20: replaced files stay for who holds them, beyond any sweep, and go when he is done")
    void leases() throws IOException {
        EvaluatorStorage storage = open();
        String key = put(storage, box(2), "old");
        EvaluatorFolder folder = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false);
        String set = found(folder.load(key)).fileSet().orElseThrow();
        StoredObject<StoredData> old = found(storage.retrieveObject(key));
        FileSource.LocalFiles local = found(old.files().local());
        put(storage, box(1), "new");

        found(folder.sweep(Duration.ZERO));

        assertThat(local.path().resolve("output.pdb")).hasContent("old");
        assertThat(read(old.files(), "output.pdb")).isEqualTo("old");
        local.close().block();
        assertThat(new Places(root).held(set)).doesNotExist();
        assertThatExceptionOfType(ArtifactNotFoundException.class).isThrownBy(() -> read(old.files(), "output.pdb"));
        assertThat(read(found(storage.retrieveObject(key)).files(), "output.pdb"))
                .isEqualTo("new");
    }

    @Test
    @DisplayName("H20: an object is read to its end while a change of it has begun, or was left half made")
    void halfReplaced() throws IOException {
        EvaluatorStorage storage = open();
        String key = put(storage, box(2), "old");
        StoredObject<StoredData> old = found(storage.retrieveObject(key));
        Places places = new Places(root);
        Journal journal = Journal.empty()
                .drop(key)
                .out(
                        key,
                        Sidecar.read(java.nio.file.Files.readAllBytes(places.sidecar(key)))
                                .flatMap(Sidecar::set)
                                .orElseThrow());
        journal.publish(places);

        for (int steps = 0; steps <= 2; steps++) {
            journal.apply(places, steps);
            assertThat(read(old.files(), "output.pdb"))
                    .as("after %d steps", steps)
                    .isEqualTo("old");
            assertThat(storage.retrieveObject(key).block()).isNull();
        }
    }

    @Test
    @DisplayName("one folder opened by two paths is changed by one at a time")
    void aliases() throws IOException {
        EvaluatorStorage storage = open();
        found(storage.storeForceField(Samples.FORCE_FIELD));
        Path alias = java.nio.file.Files.createSymbolicLink(temp.resolve("alias"), root);
        EvaluatorStorage other = EvaluatorStorage.open(alias);
        opened.add(other);

        List<String> keys = found(Flux.range(0, 20)
                .flatMap(i -> (i % 2 == 0 ? storage : other).storeObject(box(100 - i), pdb("x" + i)), 20)
                .map(result -> result.key().toString())
                .distinct()
                .collectList());

        assertThat(keys).hasSize(1);
        assertThat(read(found(other.retrieveObject(keys.get(0))).files(), "output.pdb"))
                .isEqualTo("x19");
    }

    @Test
    @DisplayName("a folder of something else is not made a store")
    void foreignFolder() {
        write(root.resolve("thesis.txt"), "mine");
        EvaluatorStorage storage = open();

        assertThatExceptionOfType(ForeignDataException.class)
                .isThrownBy(() -> storage.storeForceField(Samples.FORCE_FIELD).block());
        assertThat(everything()).containsOnlyKeys("thesis.txt");
    }

    // ---- the rest of a storage

    @Test
    @DisplayName("only Evaluator's data classes can be put, told before anything is written")
    void otherValues() {
        EvaluatorStorage storage = open();

        assertThatExceptionOfType(UnsupportedStoreOperationException.class)
                .isThrownBy(() -> storage.store().put("x", "text").block());
        assertThat(keys(storage)).isEmpty();
    }

    @Test
    @DisplayName("opened for reading, a missing folder is an error and is not made, and every change is refused")
    void readingOnly() {
        EvaluatorStorage missing = readOnly();
        assertThatExceptionOfType(StoreNotFoundException.class)
                .isThrownBy(() -> missing.retrieveObject("x").block());
        assertThat(root).doesNotExist();

        golden();
        EvaluatorStorage storage = readOnly();
        assertThatExceptionOfType(ReadOnlyStoreException.class)
                .isThrownBy(() -> storage.storeForceField(new ForceFieldSource.Smirnoff("x"))
                        .block());
        assertThatExceptionOfType(ReadOnlyStoreException.class)
                .isThrownBy(() -> storage.removeObject(FIELD).block());
        assertThat(storage.store().id().block()).matches("[0-9a-f]{32}");
        assertThat(root.resolve(Places.HIDDEN)).doesNotExist();
    }

    @Test
    @DisplayName("the id is made once, and is the same for all")
    void id() {
        golden();
        String id = open().store().id().block();

        assertThat(id).matches("[0-9a-f]{32}").isEqualTo(open().store().id().block());
        assertThat(readOnly().store().id().block()).isEqualTo(id);
    }

    @Test
    @DisplayName("an object is renamed with its files")
    void rename() {
        golden();
        EvaluatorStorage storage = open();

        storage.store().rename("mixture", "blend").block();

        assertThat(read(found(storage.retrieveObject("blend")).files(), "output.pdb"))
                .isEqualTo("output.pdb of mixture\n");
        assertThat(root.resolve("mixture.json")).doesNotExist();
        assertThat(root.resolve("mixture")).doesNotExist();
        assertThat(registry().get("StoredEquilibrationData")).containsExactlyInAnyOrder("component_1", "blend");
    }

    @Test
    @DisplayName("a file whose content fails is not in its set, and nothing is left of the put")
    void failedContent() throws IOException {
        EvaluatorStorage storage = open();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> storage.storeObject(
                                box(1),
                                Files.none()
                                        .with(
                                                "output.pdb",
                                                bytes("half")
                                                        .concatWith(Flux.error(new IllegalStateException("broken")))))
                        .block())
                .withMessage("broken");

        assertThat(keys(storage)).isEmpty();
        Places places = new Places(root);
        assertThat(places.scratch()).isEmptyDirectory();
        assertThat(places.sets()).isEmptyDirectory();
    }

    @Test
    @DisplayName("a changed file of an object that was written here is told by its hash")
    void changedFile() throws IOException {
        EvaluatorStorage storage = open();
        String key = put(storage, box(1), "good");
        Path file = root.resolve(key).resolve("output.pdb");
        FileTime time = java.nio.file.Files.getLastModifiedTime(file);
        java.nio.file.Files.writeString(file, "evil");
        java.nio.file.Files.setLastModifiedTime(file, time);

        assertThatExceptionOfType(CorruptDataException.class)
                .isThrownBy(() -> read(found(storage.retrieveObject(key)).files(), "output.pdb"))
                .withMessageContaining("output.pdb");
    }

    @Test
    @DisplayName("locks exclude each other by name, have rising tokens, and are given back when cancelled")
    void locks() {
        EvaluatorFolder a = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false);
        EvaluatorFolder b = new EvaluatorFolder(root, FreeEnergyPolicy.KEEP_ALL, false);
        LeaseLock.Lease first = found(a.locks().acquire("x", Duration.ZERO));
        assertThatExceptionOfType(StoreBusyException.class)
                .isThrownBy(() -> b.locks().acquire("x", Duration.ofMillis(30)).block());
        LeaseLock.Lease other = found(b.locks().acquire("y", Duration.ZERO));
        Mono<LeaseLock.Lease> waiting =
                b.locks().acquire("x", Duration.ofSeconds(20)).cache();
        waiting.subscribe();
        first.release().block();
        first.release().block();

        LeaseLock.Lease second = found(waiting);
        assertThat(second.token()).isGreaterThan(first.token());
        var cancelled = a.locks().acquire("x", Duration.ofSeconds(20)).subscribe();
        cancelled.dispose();
        second.release().block();
        found(a.locks().acquire("x", Duration.ofSeconds(20))).release().block();
        other.release().block();
    }

    @Test
    @DisplayName("a long registry is written later, at the latest when the store is closed")
    void longRegistry() {
        golden();
        StringBuilder many = new StringBuilder("{\"object_keys\": {\"ForceFieldData\": [");
        for (int i = 0; i < 900; i++) {
            String key = "%032x".formatted(i);
            many.append(i == 0 ? "\"" : ", \"").append(key).append('"');
            write(
                    root.resolve(key + ".json"),
                    EvaluatorJson.write(new ForceFieldData(new ForceFieldSource.Smirnoff("<F" + i + "/>"))));
        }
        write(root.resolve(Places.REGISTRY), many + "]}, \"@type\": \"x\"}");
        EvaluatorStorage storage = open();
        for (int i = 0; i < 5; i++) {
            put(storage, Samples.box(Samples.WATER).numberOfMolecules(i).build(), "x");
        }
        storage.close().block();

        assertThat(registry().get("ForceFieldData")).hasSize(901);
        assertThat(registry().get("StoredEquilibrationData")).hasSize(7);
    }

    @Test
    @DisplayName("queries by time compare whole seconds, also where files have fractions of them")
    void foundByTime() throws IOException {
        golden();
        Instant written = Instant.parse("2024-05-06T07:08:09.75Z");
        java.nio.file.Files.setLastModifiedTime(root.resolve(FIELD + ".json"), FileTime.from(written));
        ArtifactStore store = ArtifactStore.open(root);
        assertThat(store.query(Query.artifacts().putBetween(written, written))
                        .map(match -> match.artifact().key())
                        .collectList()
                        .block())
                .containsExactly(FIELD);
        store.close().block();
    }
}
