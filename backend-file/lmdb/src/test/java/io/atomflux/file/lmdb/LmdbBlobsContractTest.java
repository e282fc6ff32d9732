package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.BlobIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.BlobStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LmdbBlobsContractTest extends BlobStoreContract {

    @TempDir
    static Path folder;

    @Override
    protected BlobIO open(String place) {
        return BlobIO.open(folder.resolve(place + ".lmdb"), OpenOptions.none().with("map_size", "16M"));
    }

    @Override
    protected void leakCheck() {
        assertThat(Environments.count()).isZero();
    }
}
