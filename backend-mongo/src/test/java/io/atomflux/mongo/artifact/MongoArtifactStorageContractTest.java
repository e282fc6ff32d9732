package io.atomflux.mongo.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.testkit.artifact.ArtifactStorageContract;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Artifacts in MongoDB")
class MongoArtifactStorageContractTest extends ArtifactStorageContract {

    private final Places places = new Places();

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
