package io.atomflux.memory;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.recorder.RecordingStorageContract;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Rows of a store as a place to record structures to")
class MemoryRowsStorageTest extends RecordingStorageContract<Atoms> {

    private final String space = UUID.randomUUID().toString();

    @Override
    protected RecordingStorage<Atoms> storage(String name) {
        Location place = Location.parse("memory://" + space + name);
        return StoreRecording.structures(AtomsIO.of(new MemoryProvider().open(place, OpenOptions.none())))
                .patience(Duration.ZERO);
    }

    @Override
    protected Set<Keeps> keeps() {
        return EnumSet.of(Keeps.ITERATIONS);
    }
}
