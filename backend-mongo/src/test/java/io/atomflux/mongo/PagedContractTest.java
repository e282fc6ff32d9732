package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Location;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.RowBackendContract;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.util.Map;
import java.util.Optional;

/** The contract of backends, on the paged layout. */
class PagedContractTest extends RowBackendContract<Row> {

    private static final WatchedClients WATCHED = new WatchedClients();
    private static final SharedCollections COLLECTIONS = new SharedCollections(
            WATCHED.clients, (layout, documents, name, options) -> new PagedStore(documents, name, options));
    private static final String RUN = MongoServers.freshDatabase();

    @Override
    protected RowBackend<Row> open(String place, Optional<String> group) {
        MongoOptions options = MongoOptions.defaults();
        MongoAddress address = MongoAddress.of(
                Location.parse(MongoServers.uri(RUN + place)),
                group.orElse(MongoAddress.DEFAULT_GROUP),
                Map.of(),
                options.consistency());
        return new MongoRows(
                "mongodb " + place + group.map(name -> " group " + name).orElse(""),
                false,
                PagedStore.CAPABILITIES,
                PagedStore.MOST_ROWS,
                COLLECTIONS.lease(address, place, options));
    }

    @Override
    protected Row row(int seed) {
        return Samples.row(seed);
    }

    @Override
    protected void leakCheck() {
        assertThat(COLLECTIONS.open()).as("collections left open").isZero();
    }
}
