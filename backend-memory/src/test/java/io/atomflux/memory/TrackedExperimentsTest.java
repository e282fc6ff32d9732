package io.atomflux.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.artifact.mltraq.DataStore;
import io.atomflux.artifact.mltraq.Experiment;
import io.atomflux.artifact.mltraq.Experiments;
import io.atomflux.artifact.mltraq.IfExists;
import io.atomflux.artifact.mltraq.Persisted;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Experiments where rows have versions, and groups can be removed: nothing is left of what ended. */
@Timeout(120)
class TrackedExperimentsTest {

    private final String place = "memory://" + UUID.randomUUID();

    @TempDir
    Path base;

    private Experiments experiments;
    private PayloadStore payloads;

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @BeforeEach
    void open() {
        payloads = PayloadStore.folder(base);
        experiments = Experiments.open(place, payloads);
    }

    private Experiment made(String name, int seed) {
        Experiment experiment = experiments.create(name, Map.of("seed", seed));
        for (int i = 0; i < 3; i++) {
            experiment.addRun().set("data", DataStore.of(Map.of("seed", seed, "array", NdArray.of(new double[10]))));
        }
        return experiment;
    }

    private List<String> groups() {
        return ObjectIO.open(place, OpenOptions.ofGroup("experiments"))
                .groups()
                .collectList()
                .block();
    }

    private long records() {
        return ObjectIO.open(place, OpenOptions.ofGroup("experiments")).size().block();
    }

    @Test
    @DisplayName("replacing and deleting leave no rows, no groups and no payloads behind")
    void leavesNothing() {
        for (int seed = 0; seed < 4; seed++) {
            experiments.persist(made("one", seed), IfExists.REPLACE).block();
            experiments.persist(made("two", seed), IfExists.REPLACE).block();
        }
        assertThat(records()).isEqualTo(2);
        assertThat(groups()).hasSize(3);
        assertThat(payloads.list().collectList().block()).hasSize(6);
        assertThat(experiments.loadAll("one", 3).block().get("seed", Long.class))
                .isEqualTo(3);
        experiments.delete("one").block();
        experiments.delete("two").block();
        assertThat(records()).isZero();
        assertThat(groups()).hasSizeLessThanOrEqualTo(1);
        assertThat(payloads.list().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName(
            "many persists, replacements and deletions of a few names at once: what stands is whole, the rest is gone")
    void atOnce() {
        Flux.range(0, Boolean.getBoolean("atomflux.proof") ? 300 : 24)
                .flatMap(
                        i -> {
                            String name = "name " + i % 3;
                            return switch (i % 5) {
                                case 0 -> experiments.delete(name).then();
                                case 1 ->
                                    experiments
                                            .persist(made(name, i))
                                            .onErrorResume(
                                                    ArtifactExistsException.class,
                                                    taken -> reactor.core.publisher.Mono.empty())
                                            .then();
                                default ->
                                    experiments
                                            .persist(made(name, i), IfExists.REPLACE)
                                            .then();
                            };
                        },
                        8)
                .blockLast();
        experiments.sweep(Duration.ZERO).block();
        List<String> names = experiments.names().collectList().block();
        for (String name : names) {
            Experiment back = experiments.loadAll(name, 3).block();
            assertThat(back.runs())
                    .hasSize(3)
                    .allSatisfy(
                            run -> assertThat(run.get("data", DataStore.class).get("seed"))
                                    .isEqualTo(back.get("seed", Long.class)));
        }
        experiments.collector().grace(Duration.ZERO).collect().block();
        assertThat(payloads.list().collectList().block()).hasSize(3 * names.size());
        assertThat(groups()).hasSize(1 + names.size());
        assertThat(records()).isEqualTo(names.size());
    }

    @Test
    @DisplayName("readers beside replacing writers always see one experiment, whole")
    void readersBesideWriters() {
        experiments.persist(made("shared", 0)).block();
        Flux<Persisted> writing =
                Flux.range(1, 10).concatMap(i -> experiments.persist(made("shared", i), IfExists.REPLACE));
        Flux<Experiment> reading = Flux.range(0, 40)
                .concatMap(i -> experiments.load("shared"))
                .doOnNext(seen -> assertThat(seen.runs()).hasSize(3));
        Flux.merge(writing, reading).blockLast();
        assertThat(experiments.load("shared").block().get("seed", Long.class)).isEqualTo(10);
    }
}
