package io.atomflux.artifact.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Files;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Several processes change a folder of Evaluator, and are killed. */
@Timeout(300)
class EvaluatorProcessesTest {

    private static final boolean PROOF = Boolean.getBoolean("atomflux.proof");

    @TempDir
    Path temp;

    @Test
    @DisplayName(
            "H1, H3: processes that store, replace and remove, killed at any moment, show no reader a mixture and lose nothing")
    void killed() throws IOException, InterruptedException {
        Path root = temp.resolve("stored_data");
        Random random = new Random(7);
        EvaluatorStorage storage = EvaluatorStorage.open(root);
        storage.storeForceField(Samples.FORCE_FIELD).block();
        List<Process> processes = new ArrayList<>();
        int count = PROOF ? 16 : 3;
        long seen = 0;
        try {
            for (int i = 0; i < count; i++) {
                processes.add(start(root, i));
            }
            int kills = PROOF ? 100 : 3;
            for (int kill = 0; kill < kills; kill++) {
                long before = generations(storage);
                do { // until somebody changed something since the last kill
                    seen += look(storage);
                } while (generations(storage) == before);
                seen += look(storage);
                int victim = random.nextInt(count);
                processes.get(victim).destroyForcibly().waitFor();
                processes.set(victim, start(root, 100 + kill));
            }
        } finally {
            for (Process process : processes) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        }
        seen += look(storage);
        assertThat(seen).isPositive();
        assertThat(storage.storeObject(
                                Samples.box(Samples.ETHANOL).build(),
                                Files.none().with("output.pdb", Flux.empty()))
                        .block())
                .isNotNull();
        assertThat(root.resolve(".atomflux/journal")).doesNotExist();
        assertThat(storage.store().verify().collectList().block())
                .extracting(ArtifactStore.Finding::problem)
                .allMatch(problem -> problem.contains("force_field_id"));
        List<String> keys = Objects.requireNonNull(
                storage.store().keys().map(Object::toString).collectList().block());
        assertThat(keys).hasSizeLessThanOrEqualTo(EvaluatorWriter.IDENTITIES + 2);
        assertThat(Registry.read(root.resolve(Places.REGISTRY)).values().stream()
                        .flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(keys);
        EvaluatorStorage anew = EvaluatorStorage.open(root);
        assertThat(anew.store().keys().map(Object::toString).collectList().block())
                .isEqualTo(keys);
        anew.close().block();
        storage.close().block();
    }

    private static long generations(EvaluatorStorage storage) {
        return Objects.requireNonNull(storage.store()
                .artifacts("")
                .map(artifact ->
                        Objects.hash(artifact.key(), artifact.manifest().generation()))
                .reduce(0L, Long::sum)
                .block());
    }

    /** Reads everything: text and files must be of one version. Returns how many objects were looked at. */
    private static long look(EvaluatorStorage storage) {
        long boxes = 0;
        for (Artifact artifact : Objects.requireNonNull(
                storage.store().artifacts("").collectList().block())) {
            assertThat(artifact.damage()).isEmpty();
            if (artifact.manifest().type().equals(Optional.of("StoredEquilibrationData"))) {
                String expected = Double.toString(Objects.requireNonNull(
                                artifact.object(EvaluatorTypes.EQUILIBRATION).block())
                        .statisticalInefficiency());
                for (String name : List.of("again.pdb", "output.pdb")) {
                    assertThat(artifact.files()
                                    .read(name)
                                    .map(buffer -> StandardCharsets.UTF_8
                                            .decode(buffer)
                                            .toString())
                                    .reduce("", String::concat)
                                    .block())
                            .isEqualTo(expected);
                }
                boxes++;
            }
        }
        return boxes;
    }

    private static Process start(Path root, int seed) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        EvaluatorWriter.class.getName(),
                        root.toString(),
                        Integer.toString(seed))
                .redirectErrorStream(true)
                .redirectOutput(new File(root.getParent().toFile(), "writer" + seed + ".log"))
                .start();
    }
}
