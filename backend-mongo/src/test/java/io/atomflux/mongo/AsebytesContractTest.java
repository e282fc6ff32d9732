package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Location;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The contract of backends, on the layout of asebytes. */
class AsebytesContractTest extends RowBackendContract<Row> {

    private static final WatchedClients WATCHED = new WatchedClients();
    private static final SharedCollections COLLECTIONS = new SharedCollections(
            WATCHED.clients, (layout, documents, name, options) -> new AsebytesStore(documents, name, options));
    private static final String RUN = MongoServers.freshDatabase();

    @Override
    protected RowBackend<Row> open(String place, Optional<String> group) {
        MongoOptions options = MongoOptions.builder()
                .layout(MongoOptions.Layout.ASEBYTES)
                .pollEvery(Duration.ofMillis(20))
                .build();
        MongoAddress address = MongoAddress.of(
                Location.parse(MongoServers.uri(RUN + place)),
                group.orElse(MongoAddress.DEFAULT_GROUP),
                Map.of(),
                options.consistency());
        return new MongoRows(
                "mongodb " + place + group.map(name -> " group " + name).orElse(""),
                false,
                AsebytesStore.CAPABILITIES,
                AsebytesStore.MOST_ATOMIC,
                COLLECTIONS.lease(address, place, options));
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }

    /** The format keeps no numpy scalars, no complex numbers, and no bytes that are msgpack (asebytes 0.3). */
    @Override
    protected boolean representable(Row row) {
        try {
            RowCodec.asebytes("sample").encode(0, row, "row");
            return true;
        } catch (UnsupportedDataException refused) {
            return false;
        }
    }

    @Override
    protected void leakCheck() {
        assertThat(COLLECTIONS.open()).as("collections left open").isZero();
    }
}
