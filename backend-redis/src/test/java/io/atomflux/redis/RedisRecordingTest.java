package io.atomflux.redis;

import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.recorder.StoreRecordingContract;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Recordings in Redis")
class RedisRecordingTest extends StoreRecordingContract {

    private static final Handles HANDLES = new Handles(RedisServers.single(), Limits.DEFAULT);

    private final String space = UUID.randomUUID().toString();

    @Override
    protected RowBackend<?> open(String place) {
        return HANDLES.open(space + place, Optional.empty());
    }

    @AfterAll
    static void leakCheck() {
        HANDLES.requireClosed();
    }
}
