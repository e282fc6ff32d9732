package io.atomflux.file.asedb;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.testkit.AtomsStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class AseDbAtomsContractTest extends AtomsStoreContract {

    @TempDir
    static Path folder;

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.open(folder.resolve(place + ".db") + "?sync=false");
    }

    @Override
    protected boolean representable(Atoms atoms) {
        return Databases.isKept(atoms.toRow());
    }
}
