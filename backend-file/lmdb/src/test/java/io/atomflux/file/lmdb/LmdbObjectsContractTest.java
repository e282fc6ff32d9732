package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.ObjectStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LmdbObjectsContractTest extends ObjectStoreContract {

    @TempDir
    static Path folder;

    @Override
    protected ObjectIO open(String place) {
        return ObjectIO.open(folder.resolve(place + ".lmdb"), OpenOptions.none().with("map_size", "16M"));
    }

    @Override
    protected void leakCheck() {
        assertThat(Environments.count()).isZero();
    }
}
