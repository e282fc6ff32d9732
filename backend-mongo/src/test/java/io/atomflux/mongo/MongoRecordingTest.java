package io.atomflux.mongo;

import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.recorder.StoreRecordingContract;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Recordings in MongoDB")
class MongoRecordingTest extends StoreRecordingContract {

    private static final MongoKit KIT = new MongoKit(MongoOptions.Layout.PAGED);

    private final String space = UUID.randomUUID().toString();

    @Override
    protected RowBackend<?> open(String place) {
        return KIT.open("recordings", Optional.of(space + place));
    }

    @AfterAll
    static void leakCheck() {
        KIT.leakCheck();
    }
}
