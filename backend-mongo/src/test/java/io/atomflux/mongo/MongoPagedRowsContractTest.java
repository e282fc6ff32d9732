package io.atomflux.mongo;

import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Rows in MongoDB, layout paged")
final class MongoPagedRowsContractTest extends RowBackendContract<Row> {

    private static final MongoKit KIT = new MongoKit(MongoOptions.Layout.PAGED);

    @Override
    protected RowBackend<Row> open(String place, Optional<String> group) {
        return KIT.open(place, group);
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }

    @Override
    protected void leakCheck() {
        KIT.leakCheck();
    }

    @Override
    protected void quiescenceCheck() {
        KIT.quiescenceCheck();
    }
}
