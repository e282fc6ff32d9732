package io.atomflux.artifact.mltraq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.error.ReadOnlyStoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

@Timeout(60)
class BunchStoreTest {

    private final ArtifactStore artifacts = ArtifactStore.inMemory();
    private final BunchStore bunch = BunchStore.of(artifacts, "settings/bunch");

    @Test
    @DisplayName("values are set, read anew each time, and removed from what is stored")
    void behavesAsMap() {
        assertThat(bunch.all().block()).isEmpty();
        bunch.set("a", 1).then(bunch.set("b", Map.of("c", 2))).block();
        assertThat(BunchStore.of(artifacts, "settings/bunch").all().block())
                .isEqualTo(Map.of("a", 1L, "b", Map.of("c", 2L)));
        bunch.remove("a").block();
        assertThat(bunch.get("a").block()).isNull();
        assertThat(bunch.get("b").block()).isEqualTo(Map.of("c", 2L));
    }

    @Test
    @DisplayName("changes made at once are none lost")
    void comparesAndSets() {
        Flux.range(0, 20)
                .flatMap(i -> bunch.update(values -> {
                    Map<String, Object> more = new LinkedHashMap<>(values);
                    more.merge("n", 1L, (old, one) -> (Long) old + (Long) one);
                    return more;
                }))
                .blockLast();
        assertThat(bunch.get("n").block()).isEqualTo(20L);
    }

    @Test
    @DisplayName("for reading only, every change is refused")
    void readOnly() {
        bunch.set("a", 1).block();
        BunchStore reading = BunchStore.of(artifacts.readOnly(), "settings/bunch");
        assertThat(reading.get("a").block()).isEqualTo(1L);
        assertThatThrownBy(() -> reading.set("a", 2).block()).isInstanceOf(ReadOnlyStoreException.class);
        assertThatThrownBy(() -> reading.remove("a").block()).isInstanceOf(ReadOnlyStoreException.class);
        assertThatThrownBy(() -> reading.set("a", new Object())).isInstanceOf(IllegalArgumentException.class);
    }
}
