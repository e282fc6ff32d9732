package io.atomflux.file.columnar;

import io.atomflux.AtomsIO;
import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.testkit.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The contract of stores that are opened for reading on files of one suffix. */
abstract class SuffixReadOnlyContract extends ReadOnlyStoreContract<Atoms> {

    @TempDir
    static Path folder;

    private final String suffix;

    SuffixReadOnlyContract(String suffix) {
        this.suffix = suffix;
    }

    private static List<Atoms> molecules() {
        return Samples.molecules().stream().map(Atoms::fromRow).toList();
    }

    @Override
    protected Store<Atoms> open() {
        Path path = folder.resolve("molecules" + suffix);
        if (!Files.exists(path)) {
            AtomsIO.with(path.toString(), store -> store.extend(molecules())).block();
        }
        return AtomsIO.open(path, OpenOptions.ofReadOnly());
    }

    @Override
    protected List<Atoms> expected() {
        return molecules();
    }
}
