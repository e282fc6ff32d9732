package io.atomflux.examples;

import io.atomflux.testkit.mongo.MongoStandIn;
import java.util.Optional;

/**
 * A database that nobody else uses: on the server that the environment variable {@code ATOMFLUX_MONGODB_URI} names, or else
 * on a {@link MongoStandIn stand-in} in this process, which hides races, as it does one command at a time.
 */
final class MongoPlace implements AutoCloseable {

    private final Optional<MongoStandIn> standIn =
            System.getenv("ATOMFLUX_MONGODB_URI") == null ? Optional.of(MongoStandIn.start()) : Optional.empty();
    private final String uri;

    MongoPlace() {
        String server = standIn.map(MongoStandIn::uri).orElseGet(() -> System.getenv("ATOMFLUX_MONGODB_URI"));
        String[] parts = server.split("\\?", 2);
        String options = parts.length < 2 ? "" : "&" + parts[1];
        uri = "%s/atomflux-sharing-%x?poll_ms=50%s"
                .formatted(parts[0].replaceAll("/$", ""), System.nanoTime(), options);
    }

    String uri() {
        return uri;
    }

    @Override
    public void close() {
        standIn.ifPresent(MongoStandIn::close);
    }
}
