package io.atomflux.memory;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.util.Optional;

class MemoryRowsContractTest extends RowBackendContract<Row> {

    @Override
    @SuppressWarnings("unchecked")
    protected RowBackend<Row> open(String place, Optional<String> group) {
        OpenOptions options = group.map(OpenOptions::ofGroup).orElseGet(OpenOptions::none);
        return (RowBackend<Row>) new MemoryProvider().open(Location.parse("memory://" + place), options);
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }
}
