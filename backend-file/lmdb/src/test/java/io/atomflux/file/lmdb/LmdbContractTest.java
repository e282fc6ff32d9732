package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class LmdbContractTest extends RowBackendContract<BlobRow> {

    @TempDir
    static Path folder;

    @Override
    @SuppressWarnings("unchecked")
    protected RowBackend<BlobRow> open(String place, Optional<String> group) {
        OpenOptions options =
                group.map(OpenOptions::ofGroup).orElseGet(OpenOptions::none).with("map_size", "16M");
        return (RowBackend<BlobRow>) new LmdbProvider().open(Location.of(folder.resolve(place + ".lmdb")), options);
    }

    @Override
    protected BlobRow row(int seed) {
        return Samples.blobRow(seed);
    }

    @Override
    protected boolean representable(BlobRow row) {
        return (row.isReserved() || row.size() > 0)
                && row.keys().stream().noneMatch(key -> key.isEmpty() || key.contains("\n") || key.length() > 480);
    }

    @Override
    protected void leakCheck() {
        assertThat(Environments.count()).isZero();
    }
}
