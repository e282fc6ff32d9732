package io.atomflux.file.asedb;

import io.atomflux.recorder.FrameKind;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.recorder.StoreRecordingContract;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Recordings in ASE databases")
class AseDbRecordingTest extends StoreRecordingContract {

    @TempDir
    private Path folder;

    @Override
    protected RowBackend<?> open(String place) {
        return new AseDbProvider().open(Location.of(folder.resolve(place + ".db")), OpenOptions.none());
    }

    @Override
    protected Set<FrameKind<?>> kinds() {
        return Set.of(FrameKind.STRUCTURES);
    }
}
