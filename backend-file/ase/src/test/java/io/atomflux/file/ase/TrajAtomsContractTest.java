package io.atomflux.file.ase;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.testkit.AtomsStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class TrajAtomsContractTest extends AtomsStoreContract {

    @TempDir
    static Path folder;

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.open(folder.resolve(place + ".traj"));
    }

    @Override
    protected boolean representable(Atoms atoms) {
        return TrajRows.isKept(atoms.toRow());
    }
}
