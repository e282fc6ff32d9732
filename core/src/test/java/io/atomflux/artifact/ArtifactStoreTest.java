package io.atomflux.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.NdArray;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Values under keys. */
@Timeout(60)
class ArtifactStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ArtifactStore store =
            ArtifactStore.inMemory(ArtifactOptions.none().provenance(Provenance.none()));

    static <T> T now(Mono<T> mono) {
        return mono.block(PATIENCE);
    }

    @Test
    @DisplayName("a value comes back as it was put, and its generation counts replacements")
    void putsAndGets() {
        PutResult first = now(store.put("water/300K/energies", NdArray.of(new double[] {1, 2})));
        PutResult second = now(store.put("water/300K/energies", NdArray.of(new double[] {3})));

        assertThat(first)
                .isEqualTo(new PutResult(ArtifactKey.of("water", "300K", "energies"), PutResult.Action.CREATED, 1));
        assertThat(second.action()).isEqualTo(PutResult.Action.REPLACED);
        assertThat(second.generation()).isEqualTo(2);
        assertThat(now(store.get("water/300K/energies", NdArray.class))).isEqualTo(NdArray.of(new double[] {3}));
        assertThat(now(store.get("nothing", NdArray.class))).isNull();
        assertThat(now(store.exists("nothing"))).isFalse();
        assertThatThrownBy(() -> now(store.require("nothing"))).isInstanceOf(ArtifactNotFoundException.class);
        assertThatThrownBy(() -> now(store.get("water/300K/energies", String.class)))
                .isInstanceOf(ValueTypeException.class);
    }

    @Test
    @DisplayName("modes and expected generations decide what happens to what is there")
    void modes() {
        now(store.put("a", "old"));

        assertThatThrownBy(() -> now(store.put("a", "new", PutOptions.none().mode(PutMode.FAIL))))
                .isInstanceOf(ArtifactExistsException.class);
        assertThat(now(store.put("a", "new", PutOptions.none().mode(PutMode.KEEP)))
                        .action())
                .isEqualTo(PutResult.Action.KEPT_EXISTING);
        assertThatThrownBy(() -> now(store.put("a", "new", PutOptions.none().ifGeneration(0))))
                .isInstanceOf(ArtifactConflictException.class);
        assertThat(now(store.get("a", String.class))).isEqualTo("old");
        assertThat(now(store.put("a", "new", PutOptions.none().ifGeneration(1))).generation())
                .isEqualTo(2);
        assertThatThrownBy(() -> now(store.delete("a", 1))).isInstanceOf(ArtifactConflictException.class);
        assertThat(now(store.delete("a", 2))).isTrue();
        assertThat(now(store.delete("a"))).isFalse();
    }

    @Test
    @DisplayName("keys, names and sub-stores follow the parts of keys")
    void listsKeys() {
        for (String key : List.of("a", "a-b", "a/c", "a/d/e", "ab", "b/c")) {
            now(store.put(key, key));
        }

        assertThat(keys(store)).containsExactly("a", "a-b", "a/c", "a/d/e", "ab", "b/c");
        assertThat(store.keys("a").map(ArtifactKey::toString).collectList().block(PATIENCE))
                .containsExactly("a", "a/c", "a/d/e");
        assertThat(store.names("").collectList().block(PATIENCE)).containsExactly("a", "a-b", "ab", "b");
        assertThat(store.names("a").collectList().block(PATIENCE)).containsExactly("c", "d");
        ArtifactStore sub = store.sub("a");
        assertThat(keys(sub)).containsExactly("c", "d/e");
        assertThat(now(sub.get("d/e", String.class))).isEqualTo("a/d/e");
        assertThat(now(sub.find("c")).key()).isEqualTo("c");
        now(sub.sub("d").put("f", "x"));
        assertThat(now(store.get("a/d/f", String.class))).isEqualTo("x");
        assertThat(now(store.deleteAll("a"))).isEqualTo(4);
        assertThat(keys(store)).containsExactly("a-b", "ab", "b/c");
    }

    @Test
    @DisplayName("names below a prefix come once each, also where a name has many keys below it")
    void listsNamesOfBigSubStores() {
        for (int i = 0; i < 200; i++) {
            now(store.put("big/%03d".formatted(i), (long) i));
        }
        now(store.put("big.5", 0L));
        now(store.put("small", 0L));

        assertThat(store.names("").collectList().block(PATIENCE)).containsExactly("big.5", "big", "small");
    }

    private static List<String> keys(ArtifactStore store) {
        return store.keys().map(ArtifactKey::toString).collectList().block(PATIENCE);
    }

    @Test
    @DisplayName("renaming moves an artifact to a free key, with generation and metadata")
    void renames() {
        now(store.put("a", "x", PutOptions.none().metadata("note", "kept")));
        now(store.put("taken", "y"));

        now(store.rename("a", "b/c"));

        assertThat(now(store.exists("a"))).isFalse();
        assertThat(now(store.get("b/c", String.class))).isEqualTo("x");
        assertThat(now(store.find("b/c")).manifest().metadata()).containsEntry("note", "kept");
        assertThatThrownBy(() -> now(store.rename("b/c", "taken"))).isInstanceOf(ArtifactExistsException.class);
        assertThatThrownBy(() -> now(store.rename("a", "z"))).isInstanceOf(ArtifactNotFoundException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/../b", "/a", "a/", "a//b", "a\\b", "a:b", "\u0000", " a"})
    @DisplayName("bad keys fail at the call")
    void refusesBadKeys(String key) {
        assertThatThrownBy(() -> store.put(key, 1L)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> store.delete(key)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> store.rename("a", key)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> store.get(key, Long.class)).isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("a value that no codec keeps fails at the call")
    void refusesForeignValues() {
        assertThatThrownBy(() -> store.put("a", Map.of("x", List.of(new Object()))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("a store in memory with a name is shared in the process and outlives its handles")
    void sharesNamedStores() {
        now(ArtifactStore.with("memory://shared-artifacts", ArtifactOptions.none(), first -> first.put("a", 1L)));

        assertThat(now(ArtifactStore.open("memory://shared-artifacts?readonly=true")
                        .get("a", Long.class)))
                .isEqualTo(1L);
        assertThat(now(ArtifactStore.open("memory://").exists("a"))).isFalse();
    }
}
