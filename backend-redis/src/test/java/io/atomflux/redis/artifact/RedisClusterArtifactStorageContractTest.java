package io.atomflux.redis.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.redis.RedisServers;
import io.atomflux.testkit.artifact.ArtifactStorageContract;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("proof")
@DisplayName("Artifacts on a Redis cluster")
class RedisClusterArtifactStorageContractTest extends ArtifactStorageContract {

    private final Places places = new Places(RedisServers.cluster());

    @Override
    protected ArtifactStorage openEmpty() {
        ArtifactStorage storage = places.next().storage();
        storage.id().block(Duration.ofSeconds(30)); // makes the place
        return storage;
    }

    @Override
    protected ArtifactStorage openAgain() {
        return places.storage();
    }

    @Override
    protected Optional<ArtifactStorage> openMissing() {
        return Optional.of(places.next().readOnly());
    }
}
