package io.atomflux.file.lmdb.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.artifact.LeaseLockContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class LmdbLocksContractTest extends LeaseLockContract {

    @TempDir
    Path folder;

    private final List<ArtifactStorage> opened = new ArrayList<>();
    private int places;

    @AfterEach
    void closeAll() {
        opened.forEach(storage -> storage.close().block());
    }

    @Override
    protected LeaseLock openEmpty() {
        places++;
        return openAgain();
    }

    @Override
    protected LeaseLock openAgain() {
        ArtifactStorage storage = new LmdbArtifacts()
                .open(
                        Location.of(folder.resolve(places + ".lmdb")),
                        OpenOptions.none().with("sync", "false"));
        opened.add(storage);
        return storage.locks();
    }
}
