package io.atomflux.file.aselmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.file.lmdb.OpenEnvironments;
import io.atomflux.testkit.AtomsStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class AseLmdbAtomsContractTest extends AtomsStoreContract {

    @TempDir
    static Path folder;

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.open(folder.resolve(place + ".aselmdb"));
    }

    @Override
    protected boolean representable(Atoms atoms) {
        return Documents.isKept(atoms.toRow());
    }

    @Override
    protected void leakCheck() {
        assertThat(OpenEnvironments.count()).isZero();
    }
}
