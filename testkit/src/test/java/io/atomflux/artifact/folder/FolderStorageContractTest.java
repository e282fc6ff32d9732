package io.atomflux.artifact.folder;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.artifact.ArtifactStorageContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class FolderStorageContractTest extends ArtifactStorageContract {

    private static final OpenOptions SMALL =
            OpenOptions.none().with(FolderOptions.defaults().withoutSync().withLogBytes(32 << 10));

    @TempDir
    Path temporary;

    private int number;

    @Override
    protected ArtifactStorage openEmpty() {
        number++;
        return openAgain();
    }

    @Override
    protected ArtifactStorage openAgain() {
        return new FolderStorageProvider().open(Location.of(temporary.resolve("store" + number)), SMALL);
    }

    @Override
    protected Optional<ArtifactStorage> openMissing() {
        return Optional.of(
                new FolderStorageProvider().open(Location.of(temporary.resolve("none")), SMALL.withReadOnly()));
    }
}
