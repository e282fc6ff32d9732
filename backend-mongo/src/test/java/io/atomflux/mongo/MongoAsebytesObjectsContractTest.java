package io.atomflux.mongo;

import io.atomflux.ObjectIO;
import io.atomflux.testkit.ObjectStoreContract;
import io.atomflux.value.Row;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("proof") // the other contracts cover the parts one by one in the default run
@DisplayName("Typed rows in MongoDB, layout asebytes")
final class MongoAsebytesObjectsContractTest extends ObjectStoreContract {

    private static final MongoKit KIT = new MongoKit(MongoOptions.Layout.ASEBYTES);

    @Override
    protected ObjectIO open(String place) {
        return ObjectIO.of(KIT.open(place, Optional.empty()));
    }

    @Override
    protected boolean representable(Row element) {
        return MongoKit.fitsAsebytes(element);
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
