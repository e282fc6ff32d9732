package io.atomflux.artifact;

import static io.atomflux.artifact.ArtifactStoreTest.now;
import static io.atomflux.artifact.Simulations.ALL_RUNS;
import static io.atomflux.artifact.Simulations.FORCE_FIELDS;
import static io.atomflux.artifact.Simulations.RUNS;
import static io.atomflux.artifact.Simulations.bytes;
import static io.atomflux.artifact.Simulations.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.PutResult.Action;
import io.atomflux.artifact.Simulations.ForceField;
import io.atomflux.artifact.Simulations.Run;
import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Bytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Objects of data classes: identity, replacement, queries, and what damage does to them. */
@Timeout(120)
class DataClassTest {

    private static final ArtifactOptions OPTIONS =
            ArtifactOptions.none().types(RUNS, ALL_RUNS, FORCE_FIELDS).provenance(Provenance.none());

    private final ArtifactStorage storage = MemoryStorage.create("test");
    private final ArtifactStore store = ArtifactStore.of(storage, OPTIONS);

    private PutResult put(Run run) {
        return now(store.put(RUNS, run, Files.none()));
    }

    @Test
    @DisplayName("an object comes back equal, with its files, and is found by an equal one")
    void storesObjects() {
        Run run = new Run("CO", 300, "layer", 2, null, "out.pdb");
        PutResult put = now(store.put(RUNS, run, Files.none().with("out.pdb", bytes("ATOM"))));

        assertThat(put.key().toString()).matches("[0-9a-f]{32}");
        Artifact found = now(store.find(RUNS, run));
        assertThat(found.key()).isEqualTo(put.key().toString());
        assertThat(now(found.object(RUNS))).isEqualTo(run);
        assertThat(now(store.get(found.key(), Run.class))).isEqualTo(run);
        assertThat(text(found.files().read("out.pdb"))).isEqualTo("ATOM");
        assertThatThrownBy(() -> now(found.object(FORCE_FIELDS))).isInstanceOf(ValueTypeException.class);
        assertThatThrownBy(() -> store.put(RUNS, new Run("CO", -1, null, 2, null, null), Files.none()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("H1: the same thing put by many at once is one artifact, with one key")
    void putsTheSameOnce() {
        Set<String> keys = new HashSet<>(now(Flux.range(0, 64)
                .flatMap(
                        i -> store.put(RUNS, Run.of("CO", 1), Files.none()).subscribeOn(Schedulers.boundedElastic()),
                        64)
                .map(result -> result.key().toString())
                .collectList()));

        assertThat(keys).hasSize(1);
        assertThat(now(store.keys().count())).isEqualTo(1);
    }

    @Test
    @DisplayName("the best of many put at once is kept, under the key of the first")
    void keepsTheBestOfMany() {
        String key = put(Run.of("CO", 1000)).key().toString();

        now(Flux.range(1, 64)
                .flatMap(
                        i -> store.put(RUNS, Run.of("CO", 1 + i * 37 % 64), Files.none())
                                .subscribeOn(Schedulers.boundedElastic()),
                        16)
                .then());

        assertThat(now(store.require(key).flatMap(artifact -> artifact.object(RUNS)))
                        .inefficiency())
                .isEqualTo(1);
    }

    @Test
    @DisplayName("H6: whether the same thing is kept twice, first or best is said by its class")
    void policies() {
        assertThat(now(store.put(ALL_RUNS, Run.of("CO", 1), Files.none())).action())
                .isEqualTo(Action.CREATED);
        assertThat(now(store.put(ALL_RUNS, Run.of("CO", 1), Files.none())).action())
                .isEqualTo(Action.CREATED);
        assertThat(now(store.put(FORCE_FIELDS, new ForceField("x"), Files.none()))
                        .action())
                .isEqualTo(Action.CREATED);
        assertThat(now(store.put(FORCE_FIELDS, new ForceField("x"), Files.none()))
                        .action())
                .isEqualTo(Action.KEPT_EXISTING);
        String key = put(Run.of("CO", 2)).key().toString();
        PutResult better = put(Run.of("CO", 1));
        PutResult worse = put(Run.of("CO", 3));

        assertThat(List.of(better.action(), worse.action())).containsExactly(Action.REPLACED, Action.KEPT_EXISTING);
        assertThat(List.of(better.key().toString(), worse.key().toString())).containsExactly(key, key);
        assertThat(worse.generation()).isEqualTo(2);
    }

    @Test
    @DisplayName("one put that is subscribed twice puts twice")
    void isCold() {
        var put = store.put(ALL_RUNS, Run.of("CO", 1), Files.none());

        assertThat(now(put).key()).isNotEqualTo(now(put).key());
    }

    @Test
    @DisplayName("H7: of two equally good ones the first stays, with its files")
    void tieKeepsFirst() {
        Run run = new Run("CO", 300, null, 1, null, "a");
        PutResult first = now(store.put(RUNS, run, Files.none().with("a", bytes("good"))));
        PutResult second = now(store.put(RUNS, run, Files.none().with("a", bytes(""))));

        assertThat(second).isEqualTo(new PutResult(first.key(), Action.KEPT_EXISTING, 1));
        assertThat(text(now(store.find(RUNS, run)).files().read("a"))).isEqualTo("good");
    }

    @Test
    @DisplayName("H8: the caller learns whether the folder he gave was taken; it stays if the old object does")
    void tellsWhetherFolderWasTaken(@TempDir Path temp) throws Exception {
        Path folder = java.nio.file.Files.createDirectory(temp.resolve("run"));
        java.nio.file.Files.writeString(folder.resolve("a"), "1");
        Run run = new Run("CO", 300, null, 1, null, "a");

        assertThat(now(store.put(RUNS, run, Files.moveFrom(folder))).action()).isEqualTo(Action.CREATED);
        assertThat(folder).doesNotExist();
        java.nio.file.Files.createDirectory(folder);
        java.nio.file.Files.writeString(folder.resolve("a"), "2");
        assertThat(now(store.put(RUNS, run, Files.moveFrom(folder))).action()).isEqualTo(Action.KEPT_EXISTING);
        assertThat(folder.resolve("a")).hasContent("2");
        assertThat(now(store.put(RUNS, new Run("CO", 300, null, 0.5, null, "a"), Files.copyOf(folder)))
                        .action())
                .isEqualTo(Action.REPLACED);
        assertThat(folder.resolve("a")).hasContent("2");
    }

    @Test
    @DisplayName("H14: a field that is not set is the same only as one that is not set")
    void unsetIsNoWildcard() {
        PutResult with = put(new Run("CO", 300, "layer", 2, null, null));
        PutResult without = put(new Run("CO", 300, null, 1, null, null));

        assertThat(without.action()).isEqualTo(Action.CREATED);
        assertThat(without.key()).isNotEqualTo(with.key());
    }

    @Test
    @DisplayName("H18: an identity is the same in every process: a SHA-256 over canonical text")
    void identityIsStable() {
        Run run = new Run("CO", 300, null, 1, null, null);

        // sha256 of {"row": 0, "value": {"identity": ["CO", {"float": "4072c00000000000"}, null, null], "type": "Run"}}
        assertThat(IdentityPolicy.digest(RUNS, run))
                .contains("7dda885e631739f7b2e7dcbad5b63946770a160b925349735ed9fa345100e3c9");
        assertThat(IdentityPolicy.digest(RUNS, new Run("CO", -0.0, null, 1, null, null)))
                .isEqualTo(IdentityPolicy.digest(RUNS, new Run("CO", 0.0, null, 1, null, null)));
    }

    @Test
    @DisplayName("H15: the tag in a manifest finds registered classes only, and is no name of a Java class")
    void tagsLoadNothing() {
        String key = plant("planted", manifest("planted", "java.lang.ProcessBuilder", "{}"));

        Artifact artifact = now(store.require(key));
        assertThat(artifact.manifest().type()).contains("java.lang.ProcessBuilder");
        assertThat((Object) now(artifact.value(Map.class))).isEqualTo(Map.of());
        assertThatThrownBy(() -> now(artifact.object(RUNS))).isInstanceOf(ValueTypeException.class);
    }

    @Test
    @DisplayName("H4: a damaged manifest harms its artifact only: the others are listed, found, read and counted")
    void isolatesDamage() {
        put(Run.of("CO", 1));
        plant("broken", "{\"format\": \"atomflux-artifact\", \"ver");
        plant(
                "outside",
                manifest("outside", "Run", "{}")
                        .replace("\"files\":[]", "\"files\":[{\"name\":\"../../etc/passwd\",\"size\":1}]"));
        plant("misfit", manifest("misfit", "Run", "{\"temperature\":\"hot\"}"));

        assertThat(now(store.query(Query.all(RUNS)).collectList())).hasSize(1);
        Artifact broken = now(store.require("broken"));
        assertThat(broken.damage()).isPresent();
        assertThatThrownBy(() -> now(broken.value(Map.class)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("broken");
        assertThat(now(store.require("outside")).damage())
                .hasValueSatisfying(problem -> assertThat(problem).contains("file"));
        assertThat(now(store.artifacts("")
                        .filter(artifact -> artifact.damage().isPresent())
                        .count()))
                .isEqualTo(2);
        assertThat(now(store.verify().map(ArtifactStore.Finding::key).collectList()))
                .containsExactly("broken", "misfit", "outside");
        assertThat(now(store.put("broken", "healed")).generation()).isEqualTo(1);
        assertThat(now(store.delete("outside"))).isTrue();
    }

    private static String manifest(String key, String type, String descriptor) {
        return "{\"format\":\"atomflux-artifact\",\"version\":1,\"key\":\"%s\",\"generation\":1,\"type\":\"%s\",\"descriptor\":%s,\"metadata\":{},\"files\":[],\"payloads\":[]}"
                .formatted(key, type, descriptor);
    }

    /** Stores a record as another program, or a fault of a disk, might leave it. */
    private String plant(String key, String manifest) {
        now(storage.commit(new RecordChange.Put(
                new StoredRecord(
                        key,
                        Canonical.random(),
                        Optional.empty(),
                        List.of(Term.ofText(Term.TYPE, "Run")),
                        Bytes.wrap(manifest.getBytes(StandardCharsets.UTF_8)),
                        Optional.empty()),
                Optional.empty())));
        return key;
    }

    @Test
    @DisplayName("H21: a file that the object names must be given, and is kept with size and hash")
    void checksNamedFiles(@TempDir Path folder) throws Exception {
        Run run = new Run("CO", 300, null, 1, null, "out.pdb");

        assertThatThrownBy(() -> store.put(RUNS, run, Files.none().with("other", bytes("x"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("out.pdb");
        assertThatThrownBy(() -> now(store.put(RUNS, run, Files.copyOf(folder))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(now(store.keys().count())).isZero();
        java.nio.file.Files.writeString(folder.resolve("out.pdb"), "abc");
        now(store.put(RUNS, run, Files.copyOf(folder)));

        assertThat(now(store.find(RUNS, run)).files().entries()).singleElement().satisfies(entry -> {
            assertThat(entry.size()).isEqualTo(3);
            assertThat(entry.sha256()).contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        });
    }

    @Test
    @DisplayName("H13: a query without criteria matches all of its class, whatever the class")
    void emptyQueryMatchesAll() {
        put(Run.of("CO", 1));
        put(Run.of("C", 1));
        now(store.put(FORCE_FIELDS, new ForceField("x"), Files.none()));

        assertThat(now(store.query(Query.all(RUNS)).collectList())).hasSize(2);
        assertThat(now(store.query(Query.all(FORCE_FIELDS)).collectList())).hasSize(1);
        assertThat(now(store.query(Query.all(ALL_RUNS)).collectList())).isEmpty();
        assertThat(now(store.queryGrouped(Query.all(RUNS)))).containsOnlyKeys(List.of(List.of()));
    }

    @Test
    @DisplayName("queries by equality, range, beginning, pattern and any-of give what matched, flat and grouped")
    void queries() {
        for (String substance : List.of("CO", "C", "CCO", "N", "C*")) {
            for (double temperature : new double[] {280, 300, 320}) {
                now(store.put(RUNS, new Run(substance, temperature, null, 1, null, null), Files.none()));
            }
        }

        Query<Run> all = Query.all(RUNS);
        assertThat(found(all.where("substance", Simulations::substance, "CO")))
                .containsOnly("CO")
                .hasSize(3);
        assertThat(found(all.where("temperature", Simulations::temperature, 300.0)))
                .hasSize(5);
        assertThat(found(all.whereBetween("temperature", Simulations::temperature, 290, Double.POSITIVE_INFINITY)))
                .hasSize(10);
        assertThat(found(all.whereBeginning("substance", Simulations::substance, "C")))
                .hasSize(12);
        assertThat(found(all.whereLike("substance", Simulations::substance, "C?")))
                .containsOnly("CO", "C*");
        assertThat(found(all.whereLike("substance", Simulations::substance, "*O")))
                .containsOnly("CO", "CCO");
        assertThat(found(all.whereAnyOf("substance", Simulations::substance, List.of("C", "N"))))
                .containsOnly("C", "N")
                .hasSize(6);
        assertThat(found(all.where("substance", Simulations::substance, "nothing")))
                .isEmpty();

        Query<Run> two = all.whereLike("substance", Simulations::substance, "C?")
                .whereBetween("temperature", Simulations::temperature, 300, 320);
        assertThat(now(store.queryGrouped(two)))
                .containsOnlyKeys(
                        List.of("CO", 300.0), List.of("CO", 320.0), List.of("C*", 300.0), List.of("C*", 320.0));
        List<String> keys =
                now(store.query(all).map(match -> match.artifact().key()).collectList());
        assertThat(keys).isSorted().hasSize(15);
    }

    private List<String> found(Query<Run> query) {
        return now(store.query(query).map(match -> match.object().substance()).collectList());
    }

    @Test
    @DisplayName("plain values are found by codec, time and metadata")
    void queriesArtifacts() {
        now(store.put("a/text", "x", PutOptions.none().metadata("project", "water")));
        now(store.put("a/bytes", Bytes.of((byte) 1)));
        now(store.put("b/text", "y"));
        put(Run.of("CO", 1));
        Instant now = Instant.now();

        assertThat(keys(store, Query.artifacts())).hasSize(4);
        assertThat(keys(store, Query.artifacts().codec("bytes"))).containsExactly("a/bytes");
        assertThat(keys(store, Query.artifacts().metadata("project", "water"))).containsExactly("a/text");
        assertThat(keys(store, Query.artifacts().putBetween(now.minusSeconds(60), now.plusSeconds(60))))
                .hasSize(4);
        assertThat(keys(store, Query.artifacts().putBetween(now.minusSeconds(90), now.minusSeconds(60))))
                .isEmpty();
        assertThat(keys(store.sub("a"), Query.artifacts())).containsExactly("bytes", "text");
        assertThat(keys(store.sub("a"), Query.artifacts().codec("json"))).containsExactly("text");
    }

    private static List<String> keys(ArtifactStore store, Query<Artifact> query) {
        return now(store.query(query).map(match -> match.object().key()).collectList());
    }

    @Test
    @DisplayName("a sub-store is a store of its own: the same thing may be in two, and moves between them")
    void subStoresHaveIdentitiesOfTheirOwn() {
        ArtifactStore a = store.sub("a");
        ArtifactStore b = store.sub("b");
        String inA = now(a.put(RUNS, Run.of("CO", 1), Files.none())).key().toString();
        PutResult inB = now(b.put(RUNS, Run.of("CO", 1), Files.none()));

        assertThat(inB.action()).isEqualTo(Action.CREATED);
        assertThat(now(store.keys().count())).isEqualTo(2);
        assertThat(now(a.find(RUNS, Run.of("CO", 1))).key()).isEqualTo(inA);
        assertThat(now(a.query(Query.all(RUNS)).count())).isEqualTo(1);
        now(store.rename("a/" + inA, "c/moved"));
        assertThat(now(a.find(RUNS, Run.of("CO", 1)))).isNull();
        assertThat(now(store.find(RUNS, Run.of("CO", 1))).key()).isEqualTo("c/moved");
    }

    @Test
    @DisplayName("a rule that finds two incompatible lets the put fail and keeps what is there")
    void incompatible() {
        ArtifactType<Run> strict = new Strict();
        now(store.put(strict, Run.of("CO", 1), Files.none()));

        assertThatThrownBy(() -> now(store.put(strict, Run.of("CO", 2), Files.none())))
                .isInstanceOf(ArtifactConflictException.class);
        assertThat(now(now(store.find(strict, Run.of("CO", 1))).object(strict)).inefficiency())
                .isEqualTo(1);
    }

    private static class Strict implements ArtifactType<Run> {
        @Override
        public String tag() {
            return "Strict";
        }

        @Override
        public Class<Run> javaType() {
            return Run.class;
        }

        @Override
        public Map<String, @Nullable Object> write(Run object) {
            return RUNS.write(object);
        }

        @Override
        public Run read(Map<String, @Nullable Object> descriptor) {
            return RUNS.read(descriptor);
        }

        @Override
        public IdentityPolicy<Run> identity() {
            return RUNS.identity();
        }

        @Override
        public Replacement<Run> replacement() {
            return (existing, candidate) -> Replacement.Choice.INCOMPATIBLE;
        }
    }

    @Test
    @DisplayName("H9: copying gives references their new keys, and takes along what is referred to")
    void copiesWithReferences() {
        ArtifactStore source = ArtifactStore.inMemory(OPTIONS);
        String field = now(source.put(FORCE_FIELDS, new ForceField("ff"), Files.none()))
                .key()
                .toString();
        Run run = new Run("CO", 300, null, 1, field, "x");
        now(source.put(RUNS, run, Files.none().with("x", bytes("file"))));
        now(source.put(RUNS, new Run("N", 300, null, 1, null, null), Files.none()));
        now(source.put("plain/value", 7L));
        String mine = now(store.put(FORCE_FIELDS, new ForceField("ff"), Files.none()))
                .key()
                .toString();

        Map<String, String> keys = now(store.copyFrom(
                source,
                artifact -> !artifact.manifest().type().equals(Optional.of("ForceField"))
                        && !"N".equals(artifact.manifest().descriptor().get("substance"))));

        assertThat(keys).hasSize(3).containsEntry(field, mine).containsEntry("plain/value", "plain/value");
        Run copied = now(store.query(Query.all(RUNS)).next()).object();
        assertThat(copied.forceField()).isEqualTo(mine).isNotEqualTo(field);
        assertThat(text(now(store.find(RUNS, copied)).files().read("x"))).isEqualTo("file");
        assertThat(now(store.verify().collectList())).isEmpty();
        assertThat(now(source.keys().count())).isEqualTo(4);
        assertThat(now(store.copyFrom(source, artifact -> true))).hasSize(4);
        assertThat(now(store.get("plain/value", Long.class))).isEqualTo(7);
        assertThat(now(store.require("plain/value")).manifest().generation()).isEqualTo(1);
        assertThat(now(store.keys().count())).isEqualTo(4);
    }

    @Test
    @DisplayName(
            "copying merges by the rules of the class: the better of the same thing is kept under the key it has here")
    void copyingMerges() {
        ArtifactStore source = ArtifactStore.inMemory(OPTIONS);
        now(source.put(
                RUNS, Run.of("CO", 2.5 - 1e-6), Files.none(), PutOptions.none().metadata("who", "other")));
        String mine = put(Run.of("CO", 2.5)).key().toString();

        now(store.copyFrom(source, artifact -> true));

        Artifact merged = now(store.require(mine));
        assertThat(now(merged.object(RUNS)).inefficiency()).isLessThan(2.5);
        assertThat(merged.manifest().metadata()).containsEntry("who", "other");
        assertThat(now(store.keys().count())).isEqualTo(1);
    }

    @Test
    @DisplayName("copying a key that is taken by another thing gives a new one")
    void copyingFindsFreeKeys() {
        ArtifactStore source = ArtifactStore.inMemory(OPTIONS);
        now(source.put(RUNS, Run.of("CO", 1), Files.none(), PutOptions.none().key("run")));
        now(store.put("run", "something else"));

        Map<String, String> keys = now(store.copyFrom(source, artifact -> true));

        assertThat(keys.get("run")).isNotEqualTo("run");
        assertThat(now(store.get("run", String.class))).isEqualTo("something else");
    }

    @Test
    @DisplayName("H22: with checking of references, what others refer to is neither deleted nor renamed")
    void checksReferences() {
        ArtifactStore checking = ArtifactStore.of(storage, OPTIONS.checkReferences());
        String field = now(store.put(FORCE_FIELDS, new ForceField("ff"), Files.none()))
                .key()
                .toString();
        String run = put(new Run("CO", 300, null, 1, field, null)).key().toString();

        assertThatThrownBy(() -> now(checking.delete(field)))
                .isInstanceOf(ArtifactConflictException.class)
                .hasMessageContaining(run);
        assertThatThrownBy(() -> now(checking.rename(field, "elsewhere")))
                .isInstanceOf(ArtifactConflictException.class);
        assertThat(now(store.delete(field))).isTrue();
        assertThat(now(store.verify().collectList()))
                .singleElement()
                .satisfies(finding -> assertThat(finding.problem()).contains(field));
        assertThat(now(checking.delete(run))).isTrue();
    }

    @Test
    @DisplayName("terms of a class may not have names of the store's own, nor two classes one tag")
    void refusesClashes() {
        assertThatThrownBy(() -> OPTIONS.types(RUNS)).isInstanceOf(IllegalArgumentException.class);
        ArtifactType<Run> clashing = new Strict() {
            @Override
            public List<Term> terms(Run run) {
                return List.of(Term.ofText(Term.KEY, "x"));
            }
        };
        assertThatThrownBy(() -> store.put(clashing, Run.of("CO", 1), Files.none()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
