package io.atomflux.file.lmdb;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.recorder.StoreRecordingContract;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Recordings in LMDB")
class LmdbRecordingTest extends StoreRecordingContract {

    @TempDir
    private Path folder;

    @Override
    protected RowBackend<?> open(String place) {
        return new LmdbProvider().open(Location.of(folder.resolve(place + ".lmdb")), OpenOptions.none());
    }
}
