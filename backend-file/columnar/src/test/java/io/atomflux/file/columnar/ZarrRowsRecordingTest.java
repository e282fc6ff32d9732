package io.atomflux.file.columnar;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.recorder.StoreRecordingContract;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Recordings in rows of Zarr groups")
class ZarrRowsRecordingTest extends StoreRecordingContract {

    @TempDir
    private Path folder;

    @Override
    protected RowBackend<?> open(String place) {
        return new ColumnarProvider().open(Location.of(folder.resolve(place + ".zarr")), OpenOptions.none());
    }
}
