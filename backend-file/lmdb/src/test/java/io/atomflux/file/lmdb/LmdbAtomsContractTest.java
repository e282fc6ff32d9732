package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.AtomsStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LmdbAtomsContractTest extends AtomsStoreContract {

    @TempDir
    static Path folder;

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.open(folder.resolve(place + ".lmdb"), OpenOptions.none().with("map_size", "16M"));
    }

    /** Keys of this layout hold no line break, and at most 511 bytes together with the sort key. */
    @Override
    protected boolean representable(Atoms atoms) {
        return atoms.toRow().keys().stream().noneMatch(key -> key.contains("\n") || key.length() > 480);
    }

    @Override
    protected void leakCheck() {
        assertThat(Environments.count()).isZero();
    }
}
