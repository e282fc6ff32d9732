package io.atomflux.artifact.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.StoreRegistry;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MovedStoreTest {

    private static final NdArray FORCES = NdArray.of(new double[] {1, 2, 3});

    @TempDir
    Path place;

    @Test
    @DisplayName("M14: references to payloads of another store survive its moving, if a registry knows where it is")
    void survivesMoving() throws IOException {
        Path first = place.resolve("first");
        ArtifactStore owner = ArtifactStore.open(first);
        Row row = Payloads.in(PayloadStore.of(owner))
                .threshold(0)
                .externalize(Map.of("forces", FORCES), Scope.owner("run-7"))
                .block();
        PayloadUrl url = Marks.urls(row).get(0);
        StoreRegistry registry = StoreRegistry.of(place.resolve("stores.json"));
        registry.register(owner, first.toString()).block();
        owner.close().block();

        PayloadStore alone = PayloadStore.folder(place.resolve("mine"));
        assertThatThrownBy(() -> alone.read(url)).isInstanceOf(InvalidNameException.class);
        PayloadStore folder = alone.registry(registry);
        ArtifactStore other = ArtifactStore.open(place.resolve("other"));
        PayloadStore artifacts = PayloadStore.of(other).registry(registry);
        for (PayloadStore store : List.of(folder, artifacts)) {
            assertThat(Payloads.in(store).resolve(row, "forces", NdArray.class).block())
                    .isEqualTo(FORCES);
        }

        Files.move(first, Files.createDirectories(place.resolve("deep")).resolve("second"));
        for (PayloadStore store : List.of(folder, artifacts)) {
            assertThatThrownBy(() -> store.readObject(url, NdArray.class).block())
                    .isInstanceOf(StoreNotFoundException.class);
        }
        registry.scan(place.resolve("deep")).blockLast();
        for (PayloadStore store : List.of(folder, artifacts)) {
            assertThat(store.readObject(url, NdArray.class).block()).isEqualTo(FORCES);
            assertThat(Payloads.in(store).resolve(row, "forces", NdArray.class).block())
                    .isEqualTo(FORCES);
        }
        other.close().block();
    }

    @Test
    @DisplayName(
            "M16: a reference into another store is copied when its row is kept here, also into a scope of that name")
    void copiesFromOtherStores() {
        ArtifactStore owner = ArtifactStore.open(place.resolve("first"));
        ArtifactStore other = ArtifactStore.open(place.resolve("other"));
        StoreRegistry registry = StoreRegistry.of(place.resolve("stores.json"));
        registry.register(owner, place.resolve("first").toString()).block();
        Row row = Payloads.in(PayloadStore.of(owner))
                .threshold(0)
                .externalize(Map.of("forces", FORCES), Scope.owner("run-7"))
                .block();
        Payloads here = Payloads.in(PayloadStore.of(other).registry(registry));
        Row copy = here.externalize(Map.of("forces", here.lazy(row).get("forces")), Scope.owner("run-7"))
                .block();
        assertThat(Marks.urls(copy).get(0).store()).contains(other.id().block());
        PayloadStore.of(owner).deleteScope(Scope.owner("run-7")).block();
        assertThat(here.resolve(copy, "forces", NdArray.class).block()).isEqualTo(FORCES);
        owner.close().block();
        other.close().block();
    }
}
