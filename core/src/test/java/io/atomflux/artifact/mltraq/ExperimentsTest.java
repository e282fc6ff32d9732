package io.atomflux.artifact.mltraq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.artifact.payload.DeleteReport;
import io.atomflux.artifact.payload.Lazy;
import io.atomflux.artifact.payload.PayloadFormat;
import io.atomflux.artifact.payload.PayloadRef;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.RunFailedException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(120)
class ExperimentsTest {

    private static final NdArray ARRAY = NdArray.of(new double[] {1, 2, 3});

    @TempDir
    Path base;

    private final FaultyPlace place = new FaultyPlace();
    private Experiments experiments;

    @BeforeEach
    void open() {
        experiments = place.open();
    }

    private Experiment small(String name, int seed) {
        Experiment experiment = experiments.create(name, Map.of("seed", seed));
        for (int i = 0; i < 3; i++) {
            experiment.addRun().set("n", i).set("data", DataStore.of(Map.of("array", ARRAY, "seed", seed)));
        }
        return experiment;
    }

    @Test
    @DisplayName("DataStore: behaves like a dictionary; assign anything supported, nest as you like, no file handling")
    void dataStore() {
        DataStore data =
                new DataStore().set("a", 1).set("b", List.of(1.5f, "x")).set("c", DataStore.of(Map.of("d", ARRAY)));
        assertThat(data.get("a")).isEqualTo(1L);
        assertThat(data.get("c", DataStore.class).get("d", NdArray.class)).isEqualTo(ARRAY);
        assertThat(data.names()).containsExactly("a", "b", "c");
        assertThat(data.has("z")).isFalse();
        assertThatThrownBy(() -> data.get("z"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("[a, b, c]");
        assertThatThrownBy(() -> data.get("a", NdArray.class)).isInstanceOf(ValueTypeException.class);
        assertThat(data.remove("a")).isTrue();
        assertThat(data.remove("a")).isFalse();
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.asMap()).containsOnlyKeys("b", "c");
        assertThat(place.payloads).isEmpty();
    }

    @Test
    @DisplayName("Persistence moment: nothing is stored before persist; after it only a small reference is in the rows")
    void persistenceMoment() {
        Experiment experiment = experiments.create("big");
        experiment.addRun().set("data", DataStore.of(Map.of("array", NdArray.of(new double[100_000]))));
        assertThat(place.payloads).isEmpty();
        assertThat(place.changes).hasValue(0);

        experiments.persist(experiment).block();
        ObjectIO runs = experiments.runs("big").block();
        assertThat(runs.get(0).block().byteSize()).isLessThan(2000);
        assertThat(place.stored()).hasSize(1);
    }

    @Test
    @DisplayName("Reload: the values come back with the same types, transparently")
    void reload() throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("bool", true);
        values.put("long", 1L << 40);
        values.put("double", 0.1);
        values.put("text", "\u00e9");
        values.put("bytes", Bytes.ofText("x"));
        values.put("array", ARRAY);
        values.put("scalar", NdScalar.of(1.5f));
        values.put("list", List.of(1L, List.of("x", ARRAY)));
        values.put("bunch", Map.of("a", Map.of("b", 1L)));
        values.put("uuid", UUID.randomUUID());
        values.put("instant", Instant.parse("2024-01-02T17:16:15.123450Z"));
        values.put("date", LocalDate.of(2024, 1, 2));
        values.put("time", LocalTime.of(17, 16, 15, 1000));
        values.put("datetime", LocalDateTime.of(2024, 1, 2, 17, 16));
        values.put("sequence", new Sequence().append("a", 1).append(Map.of("a", 2.5, "b", "x")));
        values.put("empty sequence", new Sequence());
        values.put("none", null);
        values.put("in a map", Map.of("inner", DataStore.of(Map.of("x", ARRAY))));
        Experiment experiment = experiments.create("types");
        values.forEach(experiment::set);
        Run run = experiment.addRun();
        values.forEach(run::set);
        values.forEach((name, value) -> run.set("data of " + name, new DataStore().set(name, value)));
        experiments.persist(experiment).block();

        Experiment back = experiments.loadAll("types", 4).block();
        assertThat(back.id()).isEqualTo(experiment.id());
        Run again = back.run(run.id());
        values.forEach((name, value) -> {
            Object stored = again.fields().get(name);
            Object inData = again.get("data of " + name, DataStore.class).get(name);
            assertThat(stored).as(name).isEqualTo(value);
            assertThat(inData).as("data of " + name).isEqualTo(value);
            assertThat(back.fields().get(name)).as("own " + name).isEqualTo(value);
        });
        assertThat(experiments.reload(experiment).block().name()).isEqualTo("types");
        assertThat(experiments.load(experiment.id()).block().runs()).hasSize(1);
        assertThatThrownBy(() -> experiments.load("other").block()).isInstanceOf(ArtifactNotFoundException.class);
    }

    @Test
    @DisplayName(
            "fields but neither parameters, state nor variables survive; without runs one is added; an unloaded data store says so")
    void whatSurvives() {
        Experiment experiment = experiments.create("survivors");
        Run run = experiment.addRun(Map.of("p", 1));
        run.state().put("s", 1);
        run.set("data", new DataStore().set("x", 1));
        experiments.persist(experiment).block();
        Run back = experiments.load("survivors").block().run(run.id());
        assertThat(back.params()).isEmpty();
        assertThat(back.state()).isEmpty();
        DataStore data = back.get("data", DataStore.class);
        assertThat(data.isLoaded()).isFalse();
        assertThatThrownBy(() -> data.get("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("load()");
        assertThat(data.load().block().get("x")).isEqualTo(1L);

        experiments.persist(experiments.create("none")).block();
        assertThat(experiments.load("none").block().runs()).hasSize(1);
    }

    @Test
    @DisplayName("Grouping: one DataStore is one payload; many are allowed, in fields, runs, maps and other DataStores")
    void grouping() {
        Experiment experiment =
                experiments.create("groups", Map.of("own", DataStore.of(Map.of("a", 1, "b", 2, "c", 3))));
        experiment
                .addRun()
                .set("one", DataStore.of(Map.of("a", ARRAY, "b", ARRAY)))
                .set("two", new DataStore());
        experiment
                .addRun()
                .set(
                        "list",
                        List.of(new DataStore()
                                .set("deep", new DataStore().set("deeper", new DataStore().set("x", 1)))));
        experiments.persist(experiment).block();
        assertThat(place.stored()).hasSize(6).allMatch(name -> name.matches(experiment.id() + "/[0-9a-f]{32}"));
        Experiment back = experiments.loadAll("groups", 2).block();
        List<Run> runs = new ArrayList<>(back.runs());
        DataStore first = (DataStore) ((List<?>) runs.get(1).fields().get("list")).get(0);
        assertThat(first.get("deep", DataStore.class)
                        .get("deeper", DataStore.class)
                        .get("x"))
                .isEqualTo(1L);
    }

    @Test
    @DisplayName(
            "Ownership: payloads die with their experiment, and are written anew, under new names, when it is persisted again")
    void ownership() {
        Experiment experiment = small("owner", 1);
        experiments.persist(experiment).block();
        List<String> first = place.stored();
        experiments.persist(experiment, IfExists.REPLACE).block();
        List<String> second = place.stored();
        assertThat(second).hasSize(3).doesNotContainAnyElementsOf(first);

        DeleteReport report = experiments.delete("owner").block();
        assertThat(report.deleted()).isEqualTo(3);
        assertThat(report.problems()).isEmpty();
        assertThat(place.stored()).isEmpty();
        assertThat(experiments.names().collectList().block()).isEmpty();
        assertThat(experiments.delete("owner").block().deleted()).isZero();
        assertThat(experiments.delete(experiment.id()).block().problems()).isEmpty();
    }

    @Test
    @DisplayName(
            "Ownership: a loaded experiment that is persisted again keeps payloads nobody looked at, and loses none")
    void persistLoaded() {
        experiments.persist(small("again", 1)).block();
        Experiment loaded = experiments.load("again").block();
        loaded.set("more", new DataStore().set("x", 1));
        experiments.persist(loaded, IfExists.REPLACE).block();
        Experiment back = experiments.loadAll("again", 3).block();
        back.runs()
                .forEach(run -> assertThat(run.get("data", DataStore.class).get("array"))
                        .isEqualTo(ARRAY));
        assertThat(place.stored()).hasSize(4);
    }

    @Test
    @DisplayName(
            "DataStoreIO: bytes and objects under a prefix of one's own, referred to in fields, untouched by persist, own clean-up")
    void dataStoreIo() {
        DataStoreIO io = DataStoreIO.of(PayloadStore.of(place), "self_managed");
        PayloadRef bytes = io.write(Bytes.ofText("hello")).block();
        PayloadRef object = io.writeObject(List.of(1, 2)).block();
        Experiment experiment = experiments.create("handles");
        experiment.addRun().set("handle", bytes).set("url", object.url().toString());
        experiments.persist(experiment).block();
        experiments.persist(experiment, IfExists.REPLACE).block();

        Run back = experiments.load("handles").block().runs().iterator().next();
        assertThat(back.fields().get("handle")).isEqualTo(bytes);
        assertThat(io.readObject(bytes.url(), Bytes.class).block()).isEqualTo(Bytes.ofText("hello"));
        assertThat((Object) io.readObject(object.url(), List.class).block()).isEqualTo(List.of(1L, 2L));
        experiments.delete("handles").block();
        assertThat(io.read(bytes.url()).blockFirst().remaining()).isEqualTo(5);
        assertThat(io.delete().block().deleted()).isEqualTo(2);
        assertThat(io.delete().block()).isEqualTo(new DeleteReport(0, 0, List.of()));
        assertThatThrownBy(() -> io.read(bytes.url()).blockFirst()).isInstanceOf(ArtifactNotFoundException.class);
    }

    @Test
    @DisplayName("Safety: a type no field can have fails loudly, naming it, and leaves what was persisted")
    void safety() {
        Experiment experiment = small("safe", 1);
        experiments.persist(experiment).block();
        assertThatThrownBy(() -> experiment.set("bad", new Object()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
        experiment.runs().iterator().next().fields().put("bad", List.of(new Object()));
        assertThatThrownBy(
                        () -> experiments.persist(experiment, IfExists.REPLACE).block())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"bad\"");
        assertThat(experiments.loadAll("safe", 3).block().runs()).hasSize(3);
        assertThat(place.stored()).hasSize(3);
    }

    @Test
    @DisplayName("Compression: optional, transparent on reading")
    void compression() {
        String text = "compressible ".repeat(1000);
        Experiments compressing = experiments.payloads(
                PayloadStore.of(place).format(PayloadFormat.DEFAULT.compressed(PayloadFormat.Compression.ZLIB)));
        Experiment experiment = compressing.create("zlib");
        experiment.addRun().set("data", new DataStore().set("text", text));
        compressing.persist(experiment).block();
        assertThat(place.payloads.get(place.stored().get(0)).length()).isLessThan(1000);
        Run back = experiments.loadAll("zlib", 1).block().runs().iterator().next();
        assertThat(back.get("data", DataStore.class).get("text")).isEqualTo(text);
    }

    @Test
    @DisplayName("Pluggability: payloads may be kept in an artifact store too, and in a folder")
    void pluggable() {
        for (PayloadStore store :
                List.of(PayloadStore.of(io.atomflux.artifact.ArtifactStore.inMemory()), PayloadStore.folder(base))) {
            Experiments other = new FaultyPlace().open().payloads(store);
            Experiment experiment = small("plugged", 3);
            other.persist(experiment).block();
            other.persist(experiment, IfExists.REPLACE).block();
            assertThat(store.list().collectList().block()).hasSize(3);
            other.loadAll("plugged", 3)
                    .block()
                    .runs()
                    .forEach(run -> assertThat(run.get("data", DataStore.class).get("array"))
                            .isEqualTo(ARRAY));
            other.delete("plugged").block();
            assertThat(store.list().collectList().block()).isEmpty();
        }
        assertThat(base.resolve("plugged")).doesNotExist();
    }

    @Test
    @DisplayName(
            "Context options: what holds for a scope is a parameter of that scope, so nothing leaks into others (M9)")
    void contextOptions() {
        DataStoreIO io = DataStoreIO.of(PayloadStore.of(place), "a");
        PayloadRef there = io.prefix("b").write(Bytes.ofText("x")).block();
        assertThat(there.url().scope()).isEqualTo("b");
        assertThat(io.write(Bytes.ofText("x")).block().url().scope()).isEqualTo("a");
        Experiments spilling = experiments.spillAbove(100);
        Experiment experiment = spilling.create("spill");
        experiment.addRun().set("array", NdArray.of(new double[100])).set("small", 1);
        spilling.persist(experiment).block();
        Run back = experiments.load("spill").block().runs().iterator().next();
        assertThat(((Lazy<?>) back.fields().get("array"))
                        .as(NdArray.class)
                        .load()
                        .block()
                        .size())
                .isEqualTo(100);
        assertThat(back.fields().get("small")).isEqualTo(1L);
    }

    @Test
    @DisplayName(
            "Archives: a directory can be attached to an experiment and reappears after reload, hidden files left out")
    void archives() throws IOException {
        Path folder = Files.createDirectories(base.resolve("source"));
        Files.createDirectories(folder.resolve("sub/.hidden"));
        Files.writeString(folder.resolve("a.txt"), "a");
        Files.writeString(folder.resolve("sub/b.txt"), "b".repeat(100_000));
        Files.writeString(folder.resolve("sub/c.log"), "c");
        Files.writeString(folder.resolve(".secret"), "s");
        Files.writeString(folder.resolve("sub/.hidden/d.txt"), "d");
        Experiment experiment = experiments.create("archived");
        experiment
                .addRun()
                .set("all", ArchiveStore.of(folder))
                .set(
                        "some",
                        ArchiveStore.of(folder).include("**.txt").exclude("a*").below("in/side"));
        experiments.persist(experiment).block();

        Path target = base.resolve("archives");
        Run back = experiments
                .archives(target)
                .load("archived")
                .block()
                .runs()
                .iterator()
                .next();
        ArchiveStore all = back.get("all", ArchiveStore.class);
        assertThat(all.names().collectList().block()).containsExactly("a.txt", "sub/b.txt", "sub/c.log");
        assertThat(target).doesNotExist();
        assertThat(all.unpack().block())
                .isEqualTo(target.resolve(experiment.id().toString()));
        assertThat(all.target().orElseThrow().resolve("sub/b.txt")).hasContent("b".repeat(100_000));
        ArchiveStore some = back.get("some", ArchiveStore.class);
        assertThat(some.names().collectList().block()).containsExactly("in/side/sub/b.txt");
        some.unpack(base.resolve("here")).block();
        try (Stream<Path> files = Files.walk(base.resolve("here"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
        Run elsewhere = experiments.load("archived").block().runs().iterator().next();
        assertThatThrownBy(
                        () -> elsewhere.get("all", ArchiveStore.class).unpack().block())
                .isInstanceOf(IllegalStateException.class);
        experiments.delete("archived").block();
        assertThat(place.stored()).isEmpty();
    }

    @Test
    @DisplayName(
            "a grid of parameters gives a run for each combination, shuffled the same way each time; an empty one is refused")
    void grid() {
        Map<String, List<Object>> grid = new LinkedHashMap<>();
        grid.put("a", List.of(1, 2, 3));
        grid.put("b", List.of("x", "y"));
        List<Map<String, Object>> first = params(experiments.create().addRuns(grid));
        assertThat(first).hasSize(6).doesNotHaveDuplicates();
        assertThat(params(experiments.create().addRuns(grid))).isEqualTo(first);
        assertThatThrownBy(() -> experiments.create().addRuns(Map.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> experiments.create().addRuns(Map.of("a", List.of(), "b", List.of(1))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Map<String, Object>> params(Experiment experiment) {
        return experiment.runs().stream().map(Run::params).toList();
    }

    @Test
    @DisplayName("steps run on all runs; if any fails all are as they were, and the error names the run")
    void execution() {
        Experiment experiment = experiments.create().addRuns(Map.of("i", List.of(0, 1, 2, 3)));
        experiment
                .execute(
                        List.of(
                                Step.of(run -> run.vars().put("twice", 2 * run.param("i", Integer.class))),
                                run -> Mono.fromRunnable(
                                        () -> run.set("twice", run.vars().get("twice"))
                                                .set("c", run.config().get("c")))),
                        Execution.defaults().config(Map.of("c", 7)).parallel(2))
                .block();
        experiment.runs().forEach(run -> {
            assertThat(run.get("twice", Long.class)).isEqualTo(2L * run.param("i", Integer.class));
            assertThat(run.get("c", Long.class)).isEqualTo(7);
            assertThat(run.vars()).isEmpty();
        });
        Run failing = experiment.runs().stream()
                .filter(run -> run.params().get("i").equals(2))
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> experiment
                        .execute(Step.of(run -> run.set("twice", -1)), Step.of(run -> {
                            if (run.id().equals(failing.id())) {
                                throw new IllegalStateException("no luck");
                            }
                        }))
                        .block())
                .isInstanceOfSatisfying(RunFailedException.class, failure -> {
                    assertThat(failure.run()).isEqualTo(failing.id().toString());
                    assertThat(failure.step()).isEqualTo(1);
                })
                .hasMessageContaining(failing.id().toString())
                .hasMessageContaining("no luck");
        experiment
                .runs()
                .forEach(run -> assertThat(run.get("twice", Long.class)).isNotNegative());
        assertThat(experiments.create().execute().block().runs()).hasSize(1);
    }

    @Test
    @DisplayName("parameters may be kept in a field, from which a loaded run has them again")
    void argsField() {
        Execution args = Execution.defaults().argsField("args");
        Experiment experiment = experiments.create("args").addRuns(Map.of("i", List.of(1, 2)));
        experiment.execute(List.of(), args).flatMap(experiments::persist).block();
        Experiment back = experiments.load("args").block();
        back.execute(List.of(Step.of(run -> run.set("again", run.param("i", Long.class)))), args)
                .block();
        assertThat(back.runs()).extracting(run -> run.get("again", Long.class)).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    @DisplayName("experiments can be joined; copies are deep, with ids of their own")
    void joinsAndCopies() {
        Experiment one = small("one", 1);
        Experiment two = small("two", 2);
        Experiment joined = one.join(two);
        assertThat(joined.runs()).hasSize(6);
        Experiment copy = one.copy("copy");
        Set<UUID> ids = new HashSet<>();
        one.runs().forEach(run -> ids.add(run.id()));
        assertThat(copy.runs()).noneMatch(run -> ids.contains(run.id()));
        copy.runs().iterator().next().get("data", DataStore.class).set("seed", 99);
        one.runs()
                .forEach(run ->
                        assertThat(run.get("data", DataStore.class).get("seed")).isEqualTo(1L));
    }

    @Test
    @DisplayName(
            "M2: persist killed between any two steps leaves the old experiment or the new one, whole, with its payloads")
    void killedAnywhere() {
        for (boolean applyLast : List.of(false, true)) {
            int steps = 0;
            boolean finished = false;
            for (int kill = 0; !finished; kill++) {
                FaultyPlace there = new FaultyPlace();
                experiments = there.open();
                Experiment old = small("victim", 1);
                experiments.persist(old).block();
                Experiment next = experiments.create("victim", Map.of("seed", 2));
                for (int i = 0; i < 2; i++) {
                    next.addRun().set("data", DataStore.of(Map.of("array", ARRAY, "seed", 2)));
                }
                there.changes.set(0);
                there.applyLast = applyLast;
                there.killAfter = kill;
                try {
                    experiments.persist(next, IfExists.REPLACE).block();
                    finished = there.changes.get() <= kill;
                } catch (RuntimeException killed) {
                    // what counts is what is found afterwards
                }
                there.killAfter = Long.MAX_VALUE / 2;

                wholeSeed(there, kill);
                there.open().persist(next, IfExists.REPLACE).block();
                assertThat(there.open().loadAll("victim", 3).block().get("seed", Long.class))
                        .isEqualTo(2);
                steps = kill;
            }
            assertThat(steps).isGreaterThan(5);
        }
    }

    /** Loads the experiment that stands: which it is. */
    private static long wholeSeed(FaultyPlace there, int kill) {
        Experiment found = there.open().loadAll("victim", 3).block();
        long seed = found.get("seed", Long.class);
        assertThat(found.runs()).as("kill after %d", kill).hasSize(seed == 1 ? 3 : 2);
        found.runs().forEach(run -> {
            assertThat(run.get("data", DataStore.class).get("seed")).isEqualTo(seed);
            assertThat(run.get("data", DataStore.class).get("array")).isEqualTo(ARRAY);
        });
        return seed;
    }

    @Test
    @DisplayName("M2: persist of which any one change fails, or its reply is lost, takes nothing back that may stand")
    void failsOnce() {
        for (boolean applyLast : List.of(false, true)) {
            boolean finished = false;
            int leaving = 0;
            for (int kill = 0; !finished; kill++) {
                FaultyPlace there = new FaultyPlace();
                experiments = there.open();
                experiments.persist(small("victim", 1)).block();
                Experiment next = experiments.create("victim", Map.of("seed", 2));
                for (int i = 0; i < 2; i++) {
                    next.addRun().set("data", DataStore.of(Map.of("array", ARRAY, "seed", 2)));
                }
                there.changes.set(0);
                there.applyLast = applyLast;
                there.once = true;
                there.killAfter = kill;
                try {
                    experiments.persist(next, IfExists.REPLACE).block();
                    finished = there.changes.get() <= kill;
                } catch (RuntimeException failed) {
                    // what counts is what is found afterwards
                }
                there.killAfter = Long.MAX_VALUE / 2;

                boolean orphans =
                        !there.open().collector().report().block().orphans().isEmpty();
                leaving += wholeSeed(there, kill) == 1 && orphans ? 1 : 0;
            }
            assertThat(leaving).as("only the row itself may be in doubt").isLessThanOrEqualTo(1);
        }
    }

    @Test
    @DisplayName("M15: what a killed persist left is swept and collected; what stands is not")
    void sweeps() {
        Experiment stands = small("stands", 1);
        experiments.persist(stands).block();
        for (int kill = 0; kill < 8; kill++) {
            place.changes.set(0);
            place.killAfter = kill;
            try {
                experiments.persist(small("killed " + kill, 2)).block();
            } catch (RuntimeException killed) {
                // its remains are what this is about
            }
            place.killAfter = Long.MAX_VALUE / 2;
        }
        experiments.sweep(Duration.ZERO).block();
        experiments.collector().grace(Duration.ZERO).collect().block();
        assertThat(experiments.collector().report().block().orphans()).isEmpty();
        assertThat(experiments.collector().report().block().dangling()).isEmpty();
        List<String> names = experiments.names().collectList().block();
        assertThat(names).contains("stands");
        assertThat(place.stored()).hasSize(3 * names.size());
        names.forEach(name -> experiments
                .loadAll(name, 2)
                .block()
                .runs()
                .forEach(run -> assertThat(run.get("data", DataStore.class).get("array"))
                        .isEqualTo(ARRAY)));
    }

    @Test
    @DisplayName(
            "fail: an experiment of that name exists, and nothing was touched; replace puts the new one in its place")
    void failAndReplace() {
        experiments.persist(small("taken", 1)).block();
        int before = place.changes.get();
        assertThatThrownBy(() -> experiments.persist(small("taken", 2)).block())
                .isInstanceOf(ArtifactExistsException.class);
        assertThat(place.changes).hasValue(before);
        experiments.persist(small("taken", 2), IfExists.REPLACE).block();
        assertThat(experiments.load("taken").block().get("seed", Long.class)).isEqualTo(2);
    }

    @Test
    @DisplayName("M6: replacing an experiment of the same name and another id leaves no payload of the old one")
    void noOrphansOfOtherId() {
        experiments.persist(small("same", 1)).block();
        Experiment next = small("same", 2);
        Persisted done = experiments.persist(next, IfExists.REPLACE).block();
        assertThat(done.cleaned().deleted()).isEqualTo(3);
        assertThat(place.stored())
                .hasSize(3)
                .allMatch(name -> name.startsWith(next.id().toString()));
    }

    @Test
    @DisplayName("M7: experiments \"a b\" and \"a-b\" share nothing")
    void namesDoNotCollide() {
        for (String name : List.of("a b", "a-b", "A B", "a_b", "../a", "a/b", "\u00e4")) {
            Experiment experiment = experiments.create(name);
            experiment.addRun().set("name", name);
            experiments.persist(experiment).block();
        }
        for (String name : List.of("a b", "a-b", "A B", "a_b", "../a", "a/b", "\u00e4")) {
            assertThat(experiments.load(name).block().runs())
                    .singleElement()
                    .satisfies(run -> assertThat(run.fields()).containsEntry("name", name));
        }
    }

    @Test
    @DisplayName("M8: the columns are the union of all runs' fields; what a run lacks is absent, what is null is null")
    void unionOfFields() {
        Experiment experiment = experiments.create("union");
        Run first = experiment.addRun().set("a", 1);
        Run second = experiment.addRun().set("b", 2).set("c", null);
        experiments.persist(experiment).block();
        Experiment back = experiments.load("union").block();
        assertThat(back.run(first.id()).fields()).isEqualTo(Map.of("a", 1L));
        assertThat(back.run(second.id()).fields())
                .containsOnlyKeys("b", "c")
                .containsEntry("b", 2L)
                .containsEntry("c", null);
        assertThat(experiments
                        .runs("union")
                        .block()
                        .column("fields.b", Long.class)
                        .skipMissing()
                        .collectList()
                        .block())
                .containsExactly(2L);
    }

    @Test
    @DisplayName("M9: two experiments persisted at once do not touch each other's payloads")
    void parallelPersists() {
        List<Experiment> many = Flux.range(0, 8)
                .map(i -> small("parallel " + i, i))
                .collectList()
                .block();
        Flux.fromIterable(many).flatMap(experiments::persist, 8).blockLast();
        for (int i = 0; i < 8; i++) {
            long seed = i;
            Experiment back = experiments.loadAll("parallel " + i, 3).block();
            back.runs().forEach(run -> {
                assertThat(run.get("data", DataStore.class).get("seed")).isEqualTo(seed);
                assertThat(run.get("data", DataStore.class)
                                .ref()
                                .orElseThrow()
                                .url()
                                .scope())
                        .isEqualTo(back.id().toString());
            });
        }
    }

    @Test
    @DisplayName("two persists of one name at once: in mode FAIL one stands and the others are told, and leave nothing")
    void parallelSameName() {
        List<Object> outcomes = Flux.range(0, 8)
                .flatMap(
                        i -> experiments
                                .persist(small("one", i))
                                .cast(Object.class)
                                .onErrorResume(ArtifactExistsException.class, Mono::just),
                        8)
                .collectList()
                .block();
        assertThat(outcomes).hasSize(8).filteredOn(Persisted.class::isInstance).hasSize(1);
        Experiment back = experiments.loadAll("one", 3).block();
        assertThat(back.runs()).hasSize(3);
        assertThat(place.stored()).hasSize(3);

        Flux.range(0, 8)
                .flatMap(i -> experiments.persist(small("one", 10 + i), IfExists.REPLACE), 8)
                .blockLast();
        assertThat(experiments.loadAll("one", 3).block().runs())
                .allSatisfy(run -> assertThat(run.get("data", DataStore.class).get("array"))
                        .isEqualTo(ARRAY));
        experiments.sweep(Duration.ZERO).block();
        assertThat(place.stored()).hasSize(3);
    }

    @Test
    @DisplayName("M10: loading reads no payload; with one missing only that value fails, naming its address")
    void missingPayload() {
        Experiment experiment = small("holes", 1);
        experiments.persist(experiment).block();
        List<Run> runs = new ArrayList<>(experiments.load("holes").block().runs());
        PayloadRef gone = runs.get(1).get("data", DataStore.class).ref().orElseThrow();
        place.payloads.remove(gone.url().scope() + "/" + gone.url().name());

        List<Run> back = new ArrayList<>(experiments.loadAll("holes", 2).block().runs());
        assertThat(back.get(0).get("data", DataStore.class).get("array")).isEqualTo(ARRAY);
        assertThat(back.get(2).get("data", DataStore.class).get("array")).isEqualTo(ARRAY);
        assertThatThrownBy(() -> back.get(1).get("data", DataStore.class).get("array"))
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining(gone.url().toString());
        assertThat(experiments.collector().report().block().dangling()).containsExactly(gone.url());
    }

    @Test
    @DisplayName("M13: fields and names of values may be called anything, also $payload and DATAPAK-0")
    void anyNames() {
        Map<String, Object> evil =
                Map.of("$payload", Map.of("url", "file:///a/b"), "DATAPAK-0", "uuid.UUID-0", "$uuid", "x", "$$x", 1L);
        Experiment experiment = experiments.create("names", evil);
        Run run = experiment.addRun();
        evil.forEach((name, value) -> run.set(name, value)
                .set("one of " + name, Map.of(name, value))
                .set("data of " + name, new DataStore().set(name, value)));
        experiments.persist(experiment).block();
        Experiment back = experiments.loadAll("names", 1).block();
        assertThat(back.fields()).isEqualTo(evil);
        evil.forEach((name, value) -> {
            assertThat(back.run(run.id()).fields())
                    .containsEntry(name, value)
                    .containsEntry("one of " + name, Map.of(name, value));
            assertThat(back.run(run.id())
                            .get("data of " + name, DataStore.class)
                            .get(name))
                    .isEqualTo(value);
        });
    }

    @Test
    @DisplayName(
            "M16: a persisted copy has payloads of its own, so deleting the source breaks nothing (copy on persist)")
    void copyOnPersist() {
        experiments.persist(small("source", 1)).block();
        Experiment loaded = experiments.load("source").block();
        Persisted copy = experiments.persistCopy(loaded, "copy").block();
        assertThat(copy.id()).isNotEqualTo(loaded.id());
        experiments.delete("source").block();
        experiments
                .loadAll("copy", 2)
                .block()
                .runs()
                .forEach(run -> assertThat(run.get("data", DataStore.class).get("array"))
                        .isEqualTo(ARRAY));
        assertThat(place.stored())
                .hasSize(3)
                .allMatch(name -> name.startsWith(copy.id().toString()));
    }

    @Test
    @DisplayName("M17: there is no way to load code: a payload that is a pickle is bytes, not a data store")
    void noPickles() {
        PayloadStore store = PayloadStore.of(place);
        PayloadRef pickle = DataStoreIO.of(store, "x")
                .write(Bytes.of(new byte[] {(byte) 0x80, 5, 'c', 'o', 's', '\n', '.'}))
                .block();
        assertThat(store.readObject(pickle, Object.class).block()).isInstanceOf(Bytes.class);
    }

    @Test
    @DisplayName("M18: default names are long enough never to meet")
    void longNames() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            names.add(experiments.create().name());
        }
        assertThat(names).hasSize(1000).allMatch(name -> name.matches("[1-9acefhjklmnprtuvwxy]{16}"));
    }

    @Test
    @DisplayName("M19: what a deletion could not remove is in its report, and a later sweep removes it")
    void reportsProblems() {
        experiments.persist(small("stuck", 1)).block();
        place.changes.set(0);
        place.killAfter = 1; // the row that deletes it is the last change that works
        DeleteReport report = Mono.defer(() -> experiments.delete("stuck"))
                .onErrorReturn(new DeleteReport(0, 0, List.of("killed")))
                .block();
        assertThat(report.problems()).isNotEmpty();
        place.killAfter = Long.MAX_VALUE / 2;
        assertThat(experiments.exists("stuck").block()).isFalse();
        experiments.sweep(Duration.ZERO).block();
        assertThat(place.stored()).isEmpty();
    }

    @Test
    @DisplayName("2001 runs persist")
    void manyRuns() {
        Experiment experiment = experiments.create("many");
        for (int i = 0; i < 2001; i++) {
            experiment.addRun().set("i", i);
        }
        experiments.persist(experiment).block();
        Experiment back = experiments.load("many").block();
        assertThat(back.runs())
                .hasSize(2001)
                .extracting(run -> run.get("i", Long.class))
                .isSorted();
    }
}
