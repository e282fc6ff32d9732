package io.atomflux.mongo;

import io.atomflux.AtomsIO;
import io.atomflux.testkit.AtomsStoreContract;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("proof") // the other contracts cover the parts one by one in the default run
@DisplayName("Structures in MongoDB, layout asebytes")
final class MongoAsebytesAtomsContractTest extends AtomsStoreContract {

    private static final MongoKit KIT = new MongoKit(MongoOptions.Layout.ASEBYTES);

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.of(KIT.open(place, Optional.empty()));
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
