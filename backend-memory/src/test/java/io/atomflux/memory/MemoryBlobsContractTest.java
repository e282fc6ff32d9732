package io.atomflux.memory;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import java.util.Optional;

class MemoryBlobsContractTest extends RowBackendContract<BlobRow> {

    @Override
    @SuppressWarnings("unchecked")
    protected RowBackend<BlobRow> open(String place, Optional<String> group) {
        OpenOptions options =
                group.map(OpenOptions::ofGroup).orElseGet(OpenOptions::none).with("rows", "blobs");
        return (RowBackend<BlobRow>) new MemoryProvider().open(Location.parse("memory://" + place), options);
    }

    @Override
    protected BlobRow row(int seed) {
        return Samples.blobRow(seed);
    }
}
