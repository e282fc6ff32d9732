package io.atomflux.artifact.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Files;
import io.atomflux.artifact.Match;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.PutResult;
import io.atomflux.artifact.PutResult.Action;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.ValueTypeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What users of Evaluator's storage rely on, in memory, in a folder of Atomflux and in one of Evaluator. */
@Timeout(60)
@ParameterizedClass(name = "{0}")
@EnumSource(EvaluatorStorageTest.Kind.class)
class EvaluatorStorageTest {

    enum Kind {
        MEMORY,
        FOLDER,
        EVALUATOR
    }

    @Parameter
    Kind kind;

    @TempDir
    Path temp;

    private final List<EvaluatorStorage> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(storage -> storage.close().block());
    }

    private EvaluatorStorage open(String name) {
        return open(name, FreeEnergyPolicy.KEEP_ALL);
    }

    private EvaluatorStorage open(String name, FreeEnergyPolicy policy) {
        EvaluatorStorage storage = switch (kind) {
            case MEMORY ->
                EvaluatorStorage.of(
                        ArtifactStore.open(
                                "memory://" + temp.getFileName() + name,
                                EvaluatorStorage.options(ArtifactOptions.none(), policy)),
                        policy);
            case FOLDER ->
                EvaluatorStorage.of(
                        ArtifactStore.open(
                                temp.resolve(name),
                                EvaluatorStorage.options(ArtifactOptions.none(), policy)
                                        .layout("folder")),
                        policy);
            case EVALUATOR -> EvaluatorStorage.open(temp.resolve(name), policy);
        };
        opened.add(storage);
        return storage;
    }

    private Path folder(String... files) {
        try {
            Path folder = java.nio.file.Files.createTempDirectory(temp, "files");
            for (String file : files) {
                java.nio.file.Files.writeString(folder.resolve(file), file + " of " + folder.getFileName());
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Files pdb(String content) {
        return Files.none().with("output.pdb", bytes(content));
    }

    private static Flux<ByteBuffer> bytes(String content) {
        return Flux.defer(() -> Flux.just(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8))));
    }

    private Files both() {
        return Files.none().with("output.pdb", bytes("pdb")).with("trajectory.dcd", bytes("dcd"));
    }

    private static String text(FileSource files, String name) {
        return Objects.requireNonNull(files.read(name)
                .map(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
                .reduce("", String::concat)
                .block());
    }

    private static PutResult done(Mono<PutResult> put) {
        return Objects.requireNonNull(put.block());
    }

    private static <T> T found(Mono<T> mono) {
        return Objects.requireNonNull(mono.block());
    }

    @Test
    @DisplayName("Key: opaque and stable; the same logical item keeps its key while its content improves")
    void key() {
        EvaluatorStorage storage = open("a");
        String key = done(storage.storeObject(
                        Samples.box(Samples.WATER).statisticalInefficiency(2).build(), pdb("a")))
                .key()
                .toString();
        PutResult better = done(storage.storeObject(
                Samples.box(Samples.WATER).statisticalInefficiency(1).build(), pdb("b")));

        assertThat(key).matches("[0-9a-f]{32}");
        assertThat(better.key()).hasToString(key);
        assertThat(better.generation()).isEqualTo(2);
    }

    @Test
    @DisplayName("Store: idempotent for equal content, deduplicated by hash and by identity")
    void store() {
        EvaluatorStorage storage = open("a");
        StoredEquilibrationData box = Samples.box(Samples.WATER).build();
        PutResult field = done(storage.storeForceField(Samples.FORCE_FIELD));
        PutResult first = done(storage.storeObject(box, pdb("a")));

        assertThat(first.action()).isEqualTo(Action.CREATED);
        assertThat(done(storage.storeObject(box, pdb("b")))).satisfies(again -> {
            assertThat(again.key()).isEqualTo(first.key());
            assertThat(again.action()).isEqualTo(Action.KEPT_EXISTING);
        });
        assertThat(done(storage.storeForceField(Samples.FORCE_FIELD)).key()).isEqualTo(field.key());
        assertThat(storage.hasObject(box).block()).isEqualTo(first.key().toString());
        assertThat(storage.hasObject(Samples.box(Samples.ETHANOL).build()).block())
                .isNull();
        assertThat(storage.store().keys().count().block()).isEqualTo(2);
    }

    @Test
    @DisplayName("Better data wins: A, B better, C worse have one key, and B's object and files stay")
    void betterWins() {
        EvaluatorStorage storage = open("a");
        Set<String> keys = new HashSet<>();
        for (double inefficiency : new double[] {2, 1, 3}) {
            keys.add(done(storage.storeObject(
                            Samples.simulation(Samples.WATER)
                                    .statisticalInefficiency(inefficiency)
                                    .build(),
                            Files.none()
                                    .with("output.pdb", bytes("pdb " + inefficiency))
                                    .with("trajectory.dcd", bytes("dcd"))))
                    .key()
                    .toString());
        }

        StoredObject<StoredSimulationData> kept =
                found(storage.retrieveObject(keys.iterator().next(), StoredSimulationData.class));
        assertThat(keys).hasSize(1);
        assertThat(kept.object().statisticalInefficiency()).isEqualTo(1);
        assertThat(text(kept.files(), "output.pdb")).isEqualTo("pdb 1.0");
    }

    @Test
    @DisplayName("Ancillary files: copied or moved, and an overwrite replaces the whole folder")
    void ancillaryFiles() {
        EvaluatorStorage storage = open("a");
        Path copied = folder("output.pdb", "extra.txt");
        String key = done(storage.storeObject(
                        Samples.box(Samples.WATER).statisticalInefficiency(2).build(), Files.copyOf(copied)))
                .key()
                .toString();
        assertThat(copied).isDirectoryContaining(file -> file.endsWith("extra.txt"));
        assertThat(names(storage, key)).containsExactly("extra.txt", "output.pdb");

        Path moved = folder("output.pdb");
        done(storage.storeObject(Samples.box(Samples.WATER).build(), Files.moveFrom(moved)));

        assertThat(moved).doesNotExist();
        assertThat(names(storage, key)).containsExactly("output.pdb");
    }

    private static List<String> names(EvaluatorStorage storage, String key) {
        return found(storage.retrieveObject(key)).files().entries().stream()
                .map(file -> file.name())
                .toList();
    }

    @Test
    @DisplayName("H8: the answer tells whether a folder was consumed; one that was not is untouched")
    void outcome() {
        EvaluatorStorage storage = open("a");
        done(storage.storeObject(Samples.box(Samples.WATER).build(), pdb("good")));
        Path worse = folder("output.pdb");

        PutResult kept = done(storage.storeObject(
                Samples.box(Samples.WATER).statisticalInefficiency(5).build(), Files.moveFrom(worse)));

        assertThat(kept.action()).isEqualTo(Action.KEPT_EXISTING);
        assertThat(worse.resolve("output.pdb")).exists();
    }

    @Test
    @DisplayName("Retrieve: object and files; an unknown key is empty, another class an error")
    void retrieve() {
        EvaluatorStorage storage = open("a");
        StoredSimulationData simulation = Samples.simulation(Samples.MIXTURE).build();
        String key = done(storage.storeObject(simulation, both())).key().toString();

        StoredObject<StoredSimulationData> back = found(storage.retrieveObject(key, StoredSimulationData.class));

        assertThat(back.object()).isEqualTo(simulation);
        assertThat(EvaluatorJson.write(back.object())).isEqualTo(EvaluatorJson.write(simulation));
        assertThat(text(back.files(), "trajectory.dcd")).isEqualTo("dcd");
        FileSource.LocalFiles local = found(back.files().local());
        assertThat(local.path().resolve("output.pdb")).hasContent("pdb");
        local.close().block();
        assertThat(storage.retrieveObject("0".repeat(32)).block()).isNull();
        assertThatExceptionOfType(ValueTypeException.class)
                .isThrownBy(
                        () -> storage.retrieveObject(key, ForceFieldData.class).block())
                .withMessageContaining("StoredSimulationData");
    }

    @Test
    @DisplayName("Force-field shortcuts: store, has and retrieve by content; an unknown key is an error")
    void forceFields() {
        EvaluatorStorage storage = open("a");
        String key = done(storage.storeForceField(Samples.FORCE_FIELD)).key().toString();

        assertThat(storage.hasForceField(Samples.FORCE_FIELD).block()).isEqualTo(key);
        assertThat(storage.hasForceField(new ForceFieldSource.Smirnoff("<SMIRNOFF/>"))
                        .block())
                .isNull();
        assertThat(storage.retrieveForceField(key).block()).isEqualTo(Samples.FORCE_FIELD);
        assertThatExceptionOfType(ArtifactNotFoundException.class)
                .isThrownBy(() -> storage.retrieveForceField("0".repeat(32)).block());
        String other = done(storage.storeObject(Samples.box(Samples.WATER).build(), pdb("a")))
                .key()
                .toString();
        assertThatExceptionOfType(ValueTypeException.class)
                .isThrownBy(() -> storage.retrieveForceField(other).block());
    }

    @Test
    @DisplayName("H11: a query for a force field by content finds it")
    void forceFieldQuery() {
        EvaluatorStorage storage = open("a");
        String key = done(storage.storeForceField(Samples.FORCE_FIELD)).key().toString();
        done(storage.storeForceField(new ForceFieldSource.Smirnoff("<SMIRNOFF/>")));

        assertThat(keys(
                        storage,
                        ForceFieldQuery.of(new ForceFieldSource.Smirnoff(
                                ((ForceFieldSource.Smirnoff) Samples.FORCE_FIELD).innerXml()))))
                .containsExactly(key);
        assertThat(keys(storage, ForceFieldQuery.all())).hasSize(2);
    }

    private static List<String> keys(EvaluatorStorage storage, EvaluatorQuery<?> query) {
        return found(storage.query(query).map(match -> match.artifact().key()).collectList());
    }

    @Test
    @DisplayName("Query: unset is a wildcard, results are grouped by matched values, substance first, in a fixed order")
    void query() {
        EvaluatorStorage storage = open("a");
        String ethanol = done(storage.storeObject(
                        Samples.simulation(Samples.ETHANOL).build(), both()))
                .key()
                .toString();
        String gas = done(storage.storeObject(
                        Samples.simulation(Samples.ETHANOL)
                                .propertyPhase(PropertyPhase.GAS)
                                .build(),
                        both()))
                .key()
                .toString();
        done(storage.storeObject(Samples.simulation(Samples.WATER).build(), both()));
        done(storage.storeObject(Samples.simulation(Samples.MIXTURE).build(), both()));
        done(storage.storeObject(Samples.box(Samples.ETHANOL).build(), pdb("x")));

        Map<List<Object>, List<Match<StoredSimulationData>>> bySubstance =
                found(storage.queryGrouped(SimulationDataQuery.all().substance(Samples.ETHANOL)));
        assertThat(bySubstance).containsOnlyKeys(List.<Object>of(Samples.ETHANOL));
        assertThat(bySubstance.get(List.<Object>of(Samples.ETHANOL)))
                .extracting(match -> match.artifact().key())
                .containsExactlyInAnyOrder(ethanol, gas);
        assertThat(found(storage.queryGrouped(SimulationDataQuery.all()
                        .propertyPhase(PropertyPhase.LIQUID)
                        .thermodynamicState(Samples.AMBIENT)
                        .substance(Samples.ETHANOL))))
                .containsOnlyKeys(List.<Object>of(Samples.ETHANOL, Samples.AMBIENT, PropertyPhase.LIQUID));
        assertThat(found(storage.queryGrouped(SimulationDataQuery.all()
                        .numberOfMolecules(256)
                        .forceFieldId("f".repeat(32))
                        .sourceCalculationId("calculation")
                        .propertyPhase(PropertyPhase.GAS)
                        .thermodynamicState(Samples.AMBIENT)
                        .substance(Samples.ETHANOL))))
                .containsOnlyKeys(List.<Object>of(
                        Samples.ETHANOL, Samples.AMBIENT, PropertyPhase.GAS, "calculation", "f".repeat(32), 256));
        assertThat(keys(storage, SimulationDataQuery.all().numberOfMolecules(255)))
                .isEmpty();
        assertThat(keys(
                        storage,
                        SimulationDataQuery.all().thermodynamicState(ThermodynamicState.of(Quantity.of(298.15, "K")))))
                .isEmpty();
        assertThat(keys(storage, FreeEnergyDataQuery.all())).isEmpty();
    }

    @Test
    @DisplayName("Query for boxes: greatest number of molecules and layer")
    void boxes() {
        EvaluatorStorage storage = open("a");
        String layer = done(storage.storeObject(
                        Samples.box(Samples.WATER)
                                .calculationLayer("EquilibrationLayer")
                                .build(),
                        pdb("x")))
                .key()
                .toString();
        String none = done(storage.storeObject(
                        Samples.box(Samples.WATER).maxNumberOfMolecules(300).build(), pdb("x")))
                .key()
                .toString();

        assertThat(keys(storage, EquilibrationDataQuery.all().calculationLayer("EquilibrationLayer")))
                .containsExactly(layer);
        assertThat(keys(storage, EquilibrationDataQuery.all().maxNumberOfMolecules(300)))
                .containsExactly(none);
    }

    @Test
    @DisplayName("H14: an object without a layer does not replace one with it")
    void unsetIsNoWildcard() {
        EvaluatorStorage storage = open("a");
        PutResult with = done(storage.storeObject(
                Samples.box(Samples.WATER)
                        .calculationLayer("EquilibrationLayer")
                        .build(),
                pdb("x")));

        PutResult without = done(storage.storeObject(
                Samples.box(Samples.WATER).statisticalInefficiency(0.5).build(), pdb("y")));

        assertThat(without.action()).isEqualTo(Action.CREATED);
        assertThat(without.key()).isNotEqualTo(with.key());
    }

    @Test
    @DisplayName("Component query: one call finds the pure-component data of a mixture, one group per component")
    void components() {
        EvaluatorStorage storage = open("a");
        for (Substance substance : List.of(Samples.ETHANOL, Samples.WATER, Samples.MIXTURE, Substance.of("C"))) {
            done(storage.storeObject(Samples.simulation(substance).build(), both()));
        }
        SimulationDataQuery query = SimulationDataQuery.all().substance(Samples.MIXTURE);

        assertThat(found(storage.queryGrouped(query.substanceQuery(SubstanceQuery.components()))))
                .containsOnlyKeys(List.<Object>of(Samples.ETHANOL), List.<Object>of(Samples.WATER));
        assertThat(found(storage.queryGrouped(query))).containsOnlyKeys(List.<Object>of(Samples.MIXTURE));
    }

    @Test
    @DisplayName("H12: a component query compares roles as told, and all amounts of a component")
    void roles() {
        EvaluatorStorage storage = open("a");
        Component solute = new Component("CCO", Component.Role.SOLUTE);
        Substance dilute = Substance.builder()
                .add(solute, new Amount.ExactAmount(1))
                .add(Component.of("O"), new Amount.MoleFraction(1))
                .build();
        Substance pureSolute =
                Substance.builder().add(solute, new Amount.ExactAmount(1)).build();
        Substance other = Substance.builder()
                .add(Component.of("CCO"), new Amount.ExactAmount(1))
                .build();
        Substance two =
                Substance.builder().add(solute, new Amount.ExactAmount(2)).build();
        Substance ligand = Substance.of(new Component("O", Component.Role.LIGAND));
        Substance twice = Substance.builder()
                .add(solute, new Amount.ExactAmount(1))
                .add(solute, new Amount.MoleFraction(1))
                .build();
        for (Substance substance : List.of(ligand, pureSolute, other, two, twice, Samples.ETHANOL, Samples.WATER)) {
            done(storage.storeObject(Samples.simulation(substance).build(), both()));
        }
        SimulationDataQuery query = SimulationDataQuery.all().substance(dilute);

        assertThat(found(storage.queryGrouped(query.substanceQuery(SubstanceQuery.components())))
                        .keySet())
                .containsExactlyInAnyOrder(List.<Object>of(pureSolute), List.<Object>of(Samples.WATER));
        assertThat(found(storage.queryGrouped(query.substanceQuery(SubstanceQuery.componentsInAnyRole())))
                        .keySet())
                .containsExactlyInAnyOrder(
                        List.<Object>of(pureSolute),
                        List.<Object>of(other),
                        List.<Object>of(ligand),
                        List.<Object>of(Samples.WATER));

        Substance twoAmounts = Substance.builder()
                .add(solute, new Amount.ExactAmount(1))
                .add(solute, new Amount.MoleFraction(0.5))
                .add(Component.of("O"), new Amount.MoleFraction(0.5))
                .build();
        assertThat(found(storage.queryGrouped(SimulationDataQuery.all()
                                .substance(twoAmounts)
                                .substanceQuery(SubstanceQuery.components())))
                        .keySet())
                .containsExactlyInAnyOrder(List.<Object>of(twice), List.<Object>of(Samples.WATER));
    }

    @Test
    @DisplayName("H13: no criterion matches all of the class, the whole substance is plain equality")
    void oneRule() {
        EvaluatorStorage storage = open("a");
        done(storage.storeObject(Samples.simulation(Samples.ETHANOL).build(), both()));
        done(storage.storeObject(Samples.simulation(Samples.WATER).build(), both()));

        assertThat(found(storage.queryGrouped(SimulationDataQuery.all())).keySet())
                .isEqualTo(Set.of(List.of()));
        assertThat(keys(storage, SimulationDataQuery.all())).hasSize(2);
        assertThat(keys(
                        storage,
                        SimulationDataQuery.all().substance(Samples.WATER).substanceQuery(SubstanceQuery.whole())))
                .hasSize(1);
        assertThat(keys(
                        storage,
                        SimulationDataQuery.all()
                                .substance(Substance.of("CCO", "O"))
                                .substanceQuery(SubstanceQuery.whole())))
                .isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> storage.query(SimulationDataQuery.all().substanceQuery(SubstanceQuery.components())));
    }

    @Test
    @DisplayName("Persistence: opened anew, the same content is there and found")
    void persistence() {
        EvaluatorStorage storage = open("a");
        String field = done(storage.storeForceField(Samples.FORCE_FIELD)).key().toString();
        String key = done(storage.storeObject(Samples.simulation(Samples.WATER).build(), both()))
                .key()
                .toString();
        storage.close().block();

        EvaluatorStorage again = open("a");
        assertThat(done(again.storeForceField(Samples.FORCE_FIELD)).key()).hasToString(field);
        assertThat(again.hasObject(Samples.simulation(Samples.WATER).build()).block())
                .isEqualTo(key);
        assertThat(keys(again, SimulationDataQuery.all().substance(Samples.WATER)))
                .containsExactly(key);
        assertThat(found(again.retrieveObject(key, StoredSimulationData.class))
                        .artifact()
                        .manifest()
                        .generation())
                .isEqualTo(1);
    }

    @Test
    @DisplayName("Merge: two stores into one, the better of what is in both; the source stays as it is")
    void merge() {
        EvaluatorStorage a = open("a");
        EvaluatorStorage b = open("b");
        for (String smiles : List.of("C", "CC", "CCC")) {
            done(a.storeObject(
                    Samples.box(Substance.of(smiles))
                            .statisticalInefficiency(2.5)
                            .build(),
                    pdb("a")));
        }
        for (String smiles : List.of("CCC", "CCCC", "CCCCC")) {
            done(b.storeObject(
                    Samples.box(Substance.of(smiles))
                            .statisticalInefficiency(2.5 - 1e-6)
                            .build(),
                    pdb("b")));
        }

        Map<String, String> moved = found(a.update(b));

        assertThat(a.store().keys().count().block()).isEqualTo(5);
        assertThat(b.store().keys().count().block()).isEqualTo(3);
        assertThat(moved).hasSize(3);
        Match<StoredEquilibrationData> both =
                found(a.query(EquilibrationDataQuery.all().substance(Substance.of("CCC")))
                        .single());
        assertThat(both.object().statisticalInefficiency()).isEqualTo(2.5 - 1e-6);
        assertThat(text(both.artifact().files(), "output.pdb")).isEqualTo("b");
    }

    @Test
    @DisplayName("H9: after a merge what refers to a force field refers to its new key")
    void references() {
        EvaluatorStorage a = open("a");
        EvaluatorStorage b = open("b");
        String here = done(a.storeForceField(Samples.FORCE_FIELD)).key().toString();
        String there = done(b.storeForceField(Samples.FORCE_FIELD)).key().toString();
        String key = done(b.storeObject(
                        Samples.box(Samples.WATER).forceFieldId(there).build(), pdb("x")))
                .key()
                .toString();

        Map<String, String> keys = found(a.update(b));

        assertThat(keys).containsEntry(there, here);
        assertThat(found(a.retrieveObject(Objects.requireNonNull(keys.get(key)), StoredEquilibrationData.class))
                        .object()
                        .forceFieldId())
                .isEqualTo(here);
        assertThat(a.retrieveForceField(here).block()).isEqualTo(Samples.FORCE_FIELD);
    }

    @Test
    @DisplayName("Subset: all filters alone and together, with the force fields that are referred to")
    void subset() {
        EvaluatorStorage all = open("all");
        String field = done(all.storeForceField(Samples.FORCE_FIELD)).key().toString();
        done(all.storeForceField(new ForceFieldSource.Smirnoff("<UNUSED/>")));
        List<Substance> mixtures = List.of(
                Substance.of("O"),
                Substance.of("C", "O"),
                Substance.of("C", "CC"),
                Substance.of("C", "CC", "O"),
                Substance.of("C", "CO"),
                Substance.of("C"),
                Substance.of("CC"));
        for (Substance mixture : mixtures) {
            done(all.storeObject(Samples.box(mixture).forceFieldId(field).build(), pdb("x")));
        }
        SubsetFilter none = SubsetFilter.all();

        assertThat(subset(all, none, 2)).containsExactlyInAnyOrderElementsOf(mixtures);
        assertThat(subset(all, none.includeSubstances(mixtures.get(1), mixtures.get(6)), 1))
                .containsExactlyInAnyOrder(mixtures.get(1), mixtures.get(6));
        assertThat(subset(all, none.includeComponents(Component.of("C"), Component.of("O")), 1))
                .containsExactlyInAnyOrder(mixtures.get(1), mixtures.get(3));
        assertThat(subset(all, none.excludeSubstances(mixtures.get(0)), 2)).hasSize(6);
        assertThat(subset(all, none.excludeComponents(Component.of("O"), Component.of("CC")), 2))
                .containsExactlyInAnyOrder(mixtures.get(4), mixtures.get(5));
        assertThat(subset(
                        all,
                        none.includeComponents(Component.of("C"))
                                .excludeComponents(Component.of("O"))
                                .excludeSubstances(mixtures.get(5)),
                        1))
                .containsExactlyInAnyOrder(mixtures.get(2), mixtures.get(4));
    }

    private int subsets;

    private Set<Substance> subset(EvaluatorStorage all, SubsetFilter filter, int forceFields) {
        EvaluatorStorage target = open("subset" + subsets++);
        found(all.subset(target, filter));
        assertThat(keys(target, ForceFieldQuery.all())).hasSize(forceFields);
        Set<Substance> substances = new HashSet<>();
        for (Match<StoredEquilibrationData> match :
                found(target.query(EquilibrationDataQuery.all()).collectList())) {
            substances.add(match.object().substance());
            assertThat(target.retrieveForceField(match.object().forceFieldId()).block())
                    .isEqualTo(Samples.FORCE_FIELD);
        }
        return substances;
    }

    @Test
    @DisplayName("Subset: a target that is not empty, and what is included and excluded at once, are refused")
    void subsetRefusals() {
        EvaluatorStorage all = open("all");
        EvaluatorStorage target = open("target");
        done(all.storeForceField(Samples.FORCE_FIELD));
        done(target.storeForceField(new ForceFieldSource.Smirnoff("<OTHER/>")));

        assertThatExceptionOfType(ArtifactConflictException.class)
                .isThrownBy(() -> all.subset(target, SubsetFilter.all()).block());
        assertThat(found(all.subset(target, SubsetFilter.all().intoAnyStore()))).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        SubsetFilter.all().includeSubstances(Samples.WATER).excludeSubstances(Samples.WATER))
                .withMessageContaining("substance");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        SubsetFilter.all().includeComponents(Component.of("O")).excludeComponents(Component.of("O")))
                .withMessageContaining("component");
    }

    @Test
    @DisplayName("Remove: object and files go, an unknown key is an error, the same can be stored again")
    void remove() {
        EvaluatorStorage storage = open("a");
        StoredEquilibrationData box = Samples.box(Samples.WATER).build();
        String key = done(storage.storeObject(box, pdb("a"))).key().toString();
        String other = done(storage.storeObject(Samples.box(Samples.ETHANOL).build(), pdb("b")))
                .key()
                .toString();

        storage.removeObject(key).block();

        assertThat(storage.retrieveObject(key).block()).isNull();
        assertThat(storage.hasObject(box).block()).isNull();
        assertThat(found(storage.retrieveObject(other)).files().entries()).hasSize(1);
        assertThatExceptionOfType(ArtifactNotFoundException.class)
                .isThrownBy(() -> storage.removeObject(key).block());
        assertThat(done(storage.storeObject(box, pdb("c"))).action()).isEqualTo(Action.CREATED);
    }

    @Test
    @DisplayName("H22: removing a force field that is referred to is refused where the store was opened so")
    void referentialCheck() {
        if (kind == Kind.MEMORY) {
            EvaluatorStorage storage = EvaluatorStorage.of(
                    ArtifactStore.inMemory(EvaluatorStorage.options(ArtifactOptions.none(), FreeEnergyPolicy.KEEP_ALL)
                            .checkReferences()));
            opened.add(storage);
            refusesRemoval(storage);
        } else {
            EvaluatorStorage storage = EvaluatorStorage.of(ArtifactStore.open(
                    temp.resolve("checked"),
                    EvaluatorStorage.options(ArtifactOptions.none(), FreeEnergyPolicy.KEEP_ALL)
                            .checkReferences()
                            .layout(kind == Kind.FOLDER ? "folder" : "evaluator")));
            opened.add(storage);
            refusesRemoval(storage);
        }
    }

    private void refusesRemoval(EvaluatorStorage storage) {
        String field = done(storage.storeForceField(Samples.FORCE_FIELD)).key().toString();
        String box = done(storage.storeObject(
                        Samples.box(Samples.WATER).forceFieldId(field).build(), pdb("x")))
                .key()
                .toString();

        assertThatExceptionOfType(ArtifactConflictException.class)
                .isThrownBy(() -> storage.removeObject(field).block());
        storage.removeObject(box).block();
        storage.removeObject(field).block();
        assertThat(storage.store().keys().count().block()).isZero();
    }

    @Test
    @DisplayName("H6: differences of free energies are all kept, or the first, or the best, as was chosen")
    void freeEnergies() {
        for (FreeEnergyPolicy policy : FreeEnergyPolicy.values()) {
            EvaluatorStorage storage = open(policy.name(), policy);
            Files files = Files.none()
                    .with("topology.pdb", bytes("t"))
                    .with("start.dcd", bytes("s"))
                    .with("end.dcd", bytes("e"));
            List<Action> actions = new ArrayList<>();
            for (StoredFreeEnergyData data : List.of(
                    Samples.freeEnergy(1, 0.5),
                    Samples.freeEnergy(2, 0.25),
                    Samples.freeEnergy(3, 0.25),
                    Samples.freeEnergy(1, 0.5))) {
                actions.add(done(storage.storeObject(data, files)).action());
            }

            assertThat(actions)
                    .isEqualTo(
                            switch (policy) {
                                case KEEP_ALL ->
                                    List.of(Action.CREATED, Action.CREATED, Action.CREATED, Action.KEPT_EXISTING);
                                case KEEP_FIRST ->
                                    List.of(
                                            Action.CREATED,
                                            Action.KEPT_EXISTING,
                                            Action.KEPT_EXISTING,
                                            Action.KEPT_EXISTING);
                                case KEEP_BEST ->
                                    List.of(
                                            Action.CREATED,
                                            Action.REPLACED,
                                            Action.KEPT_EXISTING,
                                            Action.KEPT_EXISTING);
                            });
            assertThat(keys(storage, FreeEnergyDataQuery.all().substance(Samples.MIXTURE)))
                    .hasSize(policy == FreeEnergyPolicy.KEEP_ALL ? 3 : 1);
        }
    }

    @Test
    @DisplayName("H7: the same object again without good files erases nothing")
    void tieKeeps() {
        EvaluatorStorage storage = open("a");
        String key = done(storage.storeObject(Samples.box(Samples.WATER).build(), pdb("good")))
                .key()
                .toString();

        assertThat(done(storage.storeObject(Samples.box(Samples.WATER).build(), pdb("")))
                        .action())
                .isEqualTo(Action.KEPT_EXISTING);
        assertThat(text(found(storage.retrieveObject(key)).files(), "output.pdb"))
                .isEqualTo("good");
    }

    @Test
    @DisplayName(
            "H10: a cache gives the same instance as long as it stands, and never one that was replaced or removed")
    void cache() {
        EvaluatorStorage plain = open("a");
        EvaluatorStorage storage = plain.cached(1 << 20);
        String key = "0".repeat(32);
        done(plain.storeForceField(Samples.FORCE_FIELD));
        assertThat(storage.retrieveObject(key).block()).isNull();
        PutOptions there = PutOptions.none().key(key);
        plain.store()
                .put(EvaluatorTypes.EQUILIBRATION, Samples.box(Samples.WATER).build(), pdb("a"), there)
                .block();

        StoredData first = found(storage.retrieveObject(key)).object();
        assertThat(found(storage.retrieveObject(key)).object()).isSameAs(first);
        assertThat(found(plain.retrieveObject(key)).object()).isEqualTo(first).isNotSameAs(first);
        assertThatExceptionOfType(ValueTypeException.class)
                .isThrownBy(
                        () -> storage.retrieveObject(key, ForceFieldData.class).block());

        plain.removeObject(key).block();
        assertThat(storage.retrieveObject(key).block()).isNull();
        plain.store()
                .put(EvaluatorTypes.EQUILIBRATION, Samples.box(Samples.ETHANOL).build(), pdb("a"), there)
                .block();
        assertThat(found(storage.retrieveObject(key, StoredEquilibrationData.class))
                        .object()
                        .substance())
                .isEqualTo(Samples.ETHANOL);
    }

    @Test
    @DisplayName("H10: a cache is bounded")
    void cacheIsBounded() {
        EvaluatorStorage storage = open("a");
        List<String> keys = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            keys.add(done(storage.storeObject(
                            Samples.box(Substance.of("C".repeat(i))).build(), pdb("x")))
                    .key()
                    .toString());
        }
        EvaluatorStorage small = storage.cached(10_000);

        StoredData first = found(small.retrieveObject(keys.get(0))).object();
        keys.forEach(key -> found(small.retrieveObject(key)));

        assertThat(found(small.retrieveObject(keys.get(0))).object()).isNotSameAs(first);
    }

    @Test
    @DisplayName("H21: files an object names must come with it; their sizes and hashes are kept")
    void namedFiles() {
        EvaluatorStorage storage = open("a");
        StoredEquilibrationData box = Samples.box(Samples.WATER).build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> storage.storeObject(box, Files.none()))
                .withMessageContaining("output.pdb");
        Path without = folder("other.pdb");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> storage.storeObject(box, Files.copyOf(without)).block())
                .withMessageContaining("output.pdb");
        assertThat(storage.hasObject(box).block()).isNull();

        String key = done(storage.storeObject(box, pdb("four"))).key().toString();
        assertThat(found(storage.retrieveObject(key)).files().entries())
                .singleElement()
                .satisfies(file -> {
                    assertThat(file.size()).isEqualTo(4);
                    assertThat(file.sha256()).isPresent();
                });
    }

    @Test
    @DisplayName("H16: keys that could leave the store are refused")
    void keyAttacks() {
        EvaluatorStorage storage = open("a");
        done(storage.storeForceField(Samples.FORCE_FIELD));
        for (String key : List.of("../a", "/etc/passwd", "..", "a/../b", "", "a\\b", "a:b", "a\u0000")) {
            assertThatExceptionOfType(InvalidNameException.class).as(key).isThrownBy(() -> storage.retrieveObject(key));
        }
        for (String key : List.of("object_keys", ".atomflux", "%2e%2e%2fx", "a/b")) {
            assertThat(storage.retrieveObject(key).block()).as(key).isNull();
        }
    }

    @Test
    @DisplayName("H1, Thread use: many threads store the same thing and get one key, the best data stay")
    void concurrent() {
        EvaluatorStorage storage = open("a");
        Set<String> keys = new HashSet<>(found(Flux.range(1, 16)
                .flatMap(
                        i -> storage.storeObject(
                                        Samples.box(Samples.WATER)
                                                .statisticalInefficiency(i)
                                                .build(),
                                        pdb("box " + i))
                                .map(result -> result.key().toString()),
                        16)
                .collectList()));

        assertThat(keys).hasSize(1);
        StoredObject<StoredEquilibrationData> best =
                found(storage.retrieveObject(keys.iterator().next(), StoredEquilibrationData.class));
        assertThat(best.object().statisticalInefficiency()).isEqualTo(1);
        assertThat(text(best.files(), "output.pdb")).isEqualTo("box 1");
    }

    @Test
    @DisplayName("H20: who reads an object goes on with its files while it is replaced and removed")
    void snapshot() {
        EvaluatorStorage storage = open("a");
        String key = done(storage.storeObject(
                        Samples.box(Samples.WATER).statisticalInefficiency(2).build(), pdb("old")))
                .key()
                .toString();
        StoredObject<StoredData> old = found(storage.retrieveObject(key));
        FileSource.LocalFiles local = found(old.files().local());

        done(storage.storeObject(Samples.box(Samples.WATER).build(), pdb("new")));
        StoredObject<StoredData> replaced = found(storage.retrieveObject(key));
        assertThat(text(old.files(), "output.pdb")).isEqualTo("old");
        assertThat(local.path().resolve("output.pdb")).hasContent("old");
        storage.removeObject(key).block();

        assertThat(text(old.files(), "output.pdb")).isEqualTo("old");
        assertThat(text(replaced.files(), "output.pdb")).isEqualTo("new");
        assertThat(local.path().resolve("output.pdb")).hasContent("old");
        local.close().block();
    }

    @Test
    @DisplayName("Speed: an object is found among many without reading them")
    void speed() {
        EvaluatorStorage storage = open("a");
        int count = 40;
        Flux.range(1, count)
                .flatMap(
                        i -> storage.storeObject(
                                Samples.box(Samples.WATER).numberOfMolecules(i).build(), pdb("x")),
                        4)
                .blockLast();

        assertThat(keys(storage, EquilibrationDataQuery.all().numberOfMolecules(17)))
                .hasSize(1);
        assertThat(storage.store().verify().collectList().block())
                .extracting(ArtifactStore.Finding::problem)
                .allMatch(problem -> problem.contains("force_field_id"));
    }
}
