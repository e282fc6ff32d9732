package io.atomflux.artifact.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.Files;
import io.atomflux.error.AtomfluxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

@DisplayName("A folder of Evaluator whose changes fail in the middle")
class EvaluatorFaultsTest {

    @TempDir
    Path temp;

    private static StoredEquilibrationData box(double inefficiency) {
        return Samples.box(Samples.WATER).statisticalInefficiency(inefficiency).build();
    }

    private static String put(EvaluatorStorage storage, double inefficiency, String content) {
        Flux<ByteBuffer> bytes = Flux.defer(() -> Flux.just(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8))));
        return Objects.requireNonNull(
                        storage.storeObject(box(inefficiency), Files.none().with("output.pdb", bytes))
                                .block())
                .key()
                .toString();
    }

    @Test
    @DisplayName("H3: a change that fails in the middle, and whose writer gives its files up, stands with its files")
    void failedInTheMiddle() throws IOException {
        Path root = temp.resolve("stored_data");
        Places places = new Places(root);
        EvaluatorStorage storage = EvaluatorStorage.open(root);
        String key = put(storage, 2, "old");
        Path sidecar = places.sidecar(key);
        java.nio.file.Files.delete(sidecar);
        java.nio.file.Files.createDirectories(sidecar.resolve("in the way"));

        assertThatThrownBy(() -> put(storage, 1, "new")).isInstanceOf(AtomfluxException.class);
        java.nio.file.Files.delete(sidecar.resolve("in the way"));
        java.nio.file.Files.delete(sidecar);

        storage.storeForceField(Samples.FORCE_FIELD).block(); // ends what was left half made
        assertThat(places.journal()).doesNotExist();
        assertThat(root.resolve(key + ".json")).hasContent(EvaluatorJson.write(box(1)));
        assertThat(root.resolve(key).resolve("output.pdb")).hasContent("new");
        storage.close().block();
    }

    @Test
    @DisplayName(
            "H3: an object's text and the registry take their places whole, so who has opened the old ones reads them")
    void wholeFiles() throws IOException {
        Path root = temp.resolve("stored_data");
        EvaluatorStorage storage = EvaluatorStorage.open(root);
        String key = put(storage, 2, "old");
        Path text = java.nio.file.Files.createLink(temp.resolve("text"), root.resolve(key + ".json"));
        Path registry = java.nio.file.Files.createLink(temp.resolve("registry"), root.resolve(Places.REGISTRY));
        String before = java.nio.file.Files.readString(registry);

        put(storage, 1, "new");
        String other = Objects.requireNonNull(
                        storage.storeForceField(Samples.FORCE_FIELD).block())
                .key()
                .toString();

        assertThat(text).hasContent(EvaluatorJson.write(box(2)));
        assertThat(root.resolve(key + ".json")).hasContent(EvaluatorJson.write(box(1)));
        assertThat(registry).content().isEqualTo(before);
        assertThat(root.resolve(Places.REGISTRY)).content().contains(other).isNotEqualTo(before);
        storage.close().block();
    }
}
