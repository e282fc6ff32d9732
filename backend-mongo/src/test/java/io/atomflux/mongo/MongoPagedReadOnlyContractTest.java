package io.atomflux.mongo;

import io.atomflux.AtomsIO;
import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.testkit.Samples;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Structures in MongoDB for reading only, layout paged")
final class MongoPagedReadOnlyContractTest extends ReadOnlyStoreContract<Atoms> {

    private static final MongoKit KIT = new MongoKit(MongoOptions.Layout.PAGED);
    private static final String PLACE = MongoServers.freshDatabase();

    @BeforeAll
    static void fill() {
        AtomsIO store = AtomsIO.of(KIT.open(PLACE, Optional.empty()));
        store.extend(molecules()).then(store.close()).block();
    }

    private static List<Atoms> molecules() {
        return Samples.molecules().stream().map(Atoms::fromRow).toList();
    }

    @Override
    protected Store<Atoms> open() {
        return AtomsIO.of(KIT.open(PLACE, Optional.empty(), true));
    }

    @Override
    protected List<Atoms> expected() {
        return molecules();
    }

    @Override
    protected void leakCheck() {
        KIT.leakCheck();
    }

    @Override
    protected void quiescenceCheck() {
        KIT.quiescenceCheck();
    }
}
