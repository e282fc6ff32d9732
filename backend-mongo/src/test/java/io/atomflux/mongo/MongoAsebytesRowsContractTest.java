package io.atomflux.mongo;

import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Rows in MongoDB, layout asebytes")
final class MongoAsebytesRowsContractTest extends RowBackendContract<Row> {

    private static final MongoKit KIT = new MongoKit(MongoOptions.Layout.ASEBYTES);

    @Override
    protected RowBackend<Row> open(String place, Optional<String> group) {
        return KIT.open(place, group);
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }

    @Override
    protected boolean representable(Row row) {
        return MongoKit.fitsAsebytes(row);
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
