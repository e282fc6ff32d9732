package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.Row;
import java.util.Optional;

/** Opens stores of one layout for contracts, each place being a database, and looks for leaks. */
final class MongoKit {

    private final WatchedClients watched = new WatchedClients();
    private final SharedCollections collections = new SharedCollections(watched.clients, new MadeLayouts());
    private final MongoProvider provider = new MongoProvider(collections);
    private final MongoOptions.Layout layout;

    MongoKit(MongoOptions.Layout layout) {
        this.layout = layout;
    }

    RowBackend<Row> open(String place, Optional<String> group) {
        return open(place, group, false);
    }

    @SuppressWarnings("unchecked")
    RowBackend<Row> open(String place, Optional<String> group, boolean readOnly) {
        OpenOptions options = readOnly ? OpenOptions.ofReadOnly() : OpenOptions.none();
        OpenOptions named = group.map(options::withGroup)
                .orElse(options)
                .with("layout", layout.name().toLowerCase(java.util.Locale.ROOT))
                .with("poll_ms", "20");
        Location location = Location.parse(MongoServers.uri("atomflux-" + place));
        for (var option : location.query().entrySet()) {
            named = named.with(option.getKey(), option.getValue());
        }
        return (RowBackend<Row>) provider.open(location, named);
    }

    int openClients() {
        return watched.clients.open();
    }

    /** Fails if a client, a collection, a connection or a cursor is left. */
    void leakCheck() {
        assertThat(collections.open()).as("open collections").isZero();
        assertThat(watched.clients.open()).as("open clients").isZero();
        watched.awaitQuiet();
    }

    /** Fails if a connection or a cursor is taken. */
    void quiescenceCheck() {
        watched.awaitQuiet();
    }

    /** Tells whether the layout of asebytes holds a row without loss. */
    static boolean fitsAsebytes(Row row) {
        try {
            RowCodec.asebytes("store").encode(1, row, "row");
            return true;
        } catch (UnsupportedDataException refused) {
            return false;
        }
    }
}
