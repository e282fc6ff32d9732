package io.atomflux.memory;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.recorder.StoreRecordingContract;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Recordings in memory")
class MemoryRecordingTest extends StoreRecordingContract {

    private final String space = UUID.randomUUID().toString();

    @Override
    protected RowBackend<?> open(String place) {
        return new MemoryProvider().open(Location.parse("memory://" + space + place), OpenOptions.none());
    }
}
