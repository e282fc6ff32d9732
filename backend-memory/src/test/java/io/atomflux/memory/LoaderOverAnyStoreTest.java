package io.atomflux.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.BlobIO;
import io.atomflux.ObjectIO;
import io.atomflux.Store;
import io.atomflux.loader.Batch;
import io.atomflux.loader.Loader;
import io.atomflux.loader.Mixture;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.Samples;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Epochs over each kind of store, on threads that must not wait. */
@Timeout(60)
class LoaderOverAnyStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ATOMS =
            Samples.molecules().stream().mapToInt(LoaderOverAnyStoreTest::atoms).sum();

    private final ObjectIO objects = ObjectIO.open("memory://");

    private static int atoms(Row row) {
        return ((NdArray) Objects.requireNonNull(row.get("arrays.numbers"))).length(0);
    }

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @BeforeEach
    void fill() {
        objects.extend(Samples.molecules()).block(PATIENCE);
    }

    private static List<Batch> run(Loader loader) {
        Flux<Batch> epoch = loader.epoch(0).subscribeOn(Schedulers.parallel()).publishOn(Schedulers.parallel(), 1);
        return Objects.requireNonNull(epoch.collectList().block(PATIENCE));
    }

    private static int atoms(List<Batch> batches) {
        return batches.stream()
                .mapToInt(batch -> batch.array("arrays.positions").length(0))
                .sum();
    }

    @Test
    @DisplayName("stores of structures, of values and of bytes, several in one, and mixtures give the same samples")
    void anyStore() {
        AtomsIO structures = objects.atoms();
        BlobIO bytes = objects.blobs();
        ObjectIO twice = ObjectIO.concat(objects, objects);
        for (Store<?> store : List.of(structures, bytes, objects, objects.readOnly())) {
            Loader loader = Loader.over(store).batch(4).float32();
            for (Loader manner : List.of(
                    loader,
                    loader.keys("arrays.positions", "arrays.numbers"),
                    loader.batchAtoms(12),
                    loader.filter(row -> row.has("info.name"), "info.name"),
                    loader.ordered())) {
                List<Batch> batches = run(manner);
                assertThat(atoms(batches)).isEqualTo(ATOMS);
                assertThat(batches.get(0).array("arrays.positions").dtype()).isEqualTo(DType.FLOAT32);
            }
        }
        assertThat(atoms(run(Loader.over(twice)))).isEqualTo(2 * ATOMS);
        Mixture mixture = Mixture.of(structures, 1).and(bytes, 1);
        assertThat(atoms(run(Loader.over(mixture)))).isEqualTo(2 * ATOMS);
    }

    @Test
    @DisplayName("the other half of a split is left out, in whichever order")
    void halves() {
        List<Batch> train = run(Loader.over(objects).split("train", 0.7));
        List<Batch> validation =
                run(Loader.over(objects).split("validation", 0.3).ordered());
        assertThat(atoms(train) + atoms(validation)).isEqualTo(ATOMS);
        assertThat(atoms(validation)).isBetween(1, ATOMS - 1);
    }
}
