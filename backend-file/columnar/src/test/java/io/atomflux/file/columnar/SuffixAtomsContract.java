package io.atomflux.file.columnar;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.AtomsStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract of stores of structures on files of one suffix. */
abstract class SuffixAtomsContract extends AtomsStoreContract {

    @TempDir
    static Path folder;

    private final String suffix;

    SuffixAtomsContract(String suffix) {
        this.suffix = suffix;
    }

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.open(folder.resolve(place + suffix), OpenOptions.none().with("sync", "false"));
    }

    @Override
    protected boolean representable(Atoms atoms) {
        return Kept.by(suffix, atoms.toRow());
    }
}
