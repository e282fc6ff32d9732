package io.atomflux.mongo;

import io.atomflux.BlobIO;
import io.atomflux.testkit.BlobStoreContract;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("proof") // the other contracts cover the parts one by one in the default run
@DisplayName("Raw bytes over typed rows in MongoDB, layout paged")
final class MongoPagedBlobsContractTest extends BlobStoreContract {

    private static final MongoKit KIT = new MongoKit(MongoOptions.Layout.PAGED);

    @Override
    protected BlobIO open(String place) {
        return BlobIO.of(KIT.open(place, Optional.empty()));
    }

    @Override
    protected void leakCheck() {
        KIT.leakCheck();
    }
}
