package io.atomflux.file.lmdb.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.artifact.ArtifactStorageContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class LmdbArtifactsContractTest extends ArtifactStorageContract {

    @TempDir
    Path folder;

    private int places;

    @Override
    protected ArtifactStorage openEmpty() {
        places++;
        return openAgain();
    }

    @Override
    protected ArtifactStorage openAgain() {
        OpenOptions options = OpenOptions.none().with("map_size", "4M").with("sync", "false");
        return new LmdbArtifacts().open(Location.of(folder.resolve(places + ".lmdb")), options);
    }

    @Override
    protected Optional<ArtifactStorage> openMissing() {
        return Optional.of(new LmdbArtifacts().open(Location.of(folder.resolve("no.lmdb")), OpenOptions.ofReadOnly()));
    }
}
