package io.atomflux.testkit.artifact;

import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import java.util.Optional;

class MemoryStorageContractTest extends ArtifactStorageContract {

    private ArtifactStorage last = MemoryStorage.create("memory");

    @Override
    protected ArtifactStorage openEmpty() {
        last = MemoryStorage.create("memory");
        return last;
    }

    @Override
    protected ArtifactStorage openAgain() {
        return last;
    }

    @Override
    protected Optional<ArtifactStorage> openMissing() {
        return Optional.empty();
    }
}
