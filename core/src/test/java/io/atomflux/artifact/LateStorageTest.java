package io.atomflux.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.error.StoreClosedException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** A storage whose layout is still looked for. */
@Timeout(60)
class LateStorageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Sinks.One<ArtifactStorage> search = Sinks.one();
    private final LateStorage late = new LateStorage("place", search.asMono());

    @Test
    @DisplayName(
            "closed while its layout is still looked for, it uses nothing that is found afterwards: nobody would close that")
    void closedWhileLookedFor() {
        SteppedStorage found = new SteppedStorage(MemoryStorage.create("found"));
        StepVerifier.create(late.id())
                .then(() -> late.close().block(PATIENCE))
                .then(() -> search.tryEmitValue(found))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(late.id()).expectError(StoreClosedException.class).verify(PATIENCE);

        assertThat(found.calls).isEmpty();
    }

    @Test
    @DisplayName("found, it is used and closed as any other")
    void found() {
        search.tryEmitValue(MemoryStorage.create("found"));
        String id = late.id().block(PATIENCE);
        assertThat(late.id().block(PATIENCE)).isEqualTo(id);

        late.close().block(PATIENCE);

        StepVerifier.create(late.id()).expectError(StoreClosedException.class).verify(PATIENCE);
    }
}
