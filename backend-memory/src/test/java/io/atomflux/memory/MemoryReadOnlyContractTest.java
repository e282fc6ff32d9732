package io.atomflux.memory;

import io.atomflux.AtomsIO;
import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.testkit.Samples;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

class MemoryReadOnlyContractTest extends ReadOnlyStoreContract<Atoms> {

    private static final String PLACE = "memory://read-only-contract";

    @BeforeAll
    static void fill() {
        AtomsIO.with(PLACE, store -> store.extend(molecules())).block();
    }

    private static List<Atoms> molecules() {
        return Samples.molecules().stream().map(Atoms::fromRow).toList();
    }

    @Override
    protected Store<Atoms> open() {
        return AtomsIO.open(PLACE, OpenOptions.ofReadOnly());
    }

    @Override
    protected List<Atoms> expected() {
        return molecules();
    }
}
