package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.testkit.Samples;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class LmdbReadOnlyContractTest extends ReadOnlyStoreContract<Atoms> {

    @TempDir
    static Path folder;

    @BeforeAll
    static void fill() {
        AtomsIO.with(path().toString(), store -> store.extend(molecules())).block();
    }

    private static Path path() {
        return folder.resolve("molecules.lmdb");
    }

    private static List<Atoms> molecules() {
        return Samples.molecules().stream().map(Atoms::fromRow).toList();
    }

    @Override
    protected Store<Atoms> open() {
        return AtomsIO.open(path(), OpenOptions.ofReadOnly());
    }

    @Override
    protected List<Atoms> expected() {
        return molecules();
    }

    @Override
    protected void leakCheck() {
        assertThat(Environments.count()).isZero();
    }
}
