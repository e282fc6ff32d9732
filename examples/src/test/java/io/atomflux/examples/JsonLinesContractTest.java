package io.atomflux.examples;

import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the backend of the example keeps what every backend promises")
class JsonLinesContractTest extends RowBackendContract<Row> {

    @TempDir
    static Path folder;

    @Override
    protected RowBackend<Row> open(String place, Optional<String> group) {
        return Bridge.over(new JsonLinesBackend(folder.resolve(place)), BridgeOptions.defaults());
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }
}
