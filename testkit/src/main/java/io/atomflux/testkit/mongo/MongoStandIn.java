package io.atomflux.testkit.mongo;

import de.bwaldvogel.mongo.MongoServer;
import java.net.InetSocketAddress;

/**
 * A stand-in for MongoDB in this process: mongo-java-server, which speaks its wire protocol and keeps everything in memory.
 *
 * <p>It does one command at a time, and so hides races; it knows no sessions, pipeline updates, change streams and {@code
 * hello}.
 */
public final class MongoStandIn implements AutoCloseable {

    private final MongoServer server = new MongoServer(new StandInBackend());
    private final InetSocketAddress address = server.bind();

    private MongoStandIn() {}

    /** Starts an empty one on a free port. */
    public static MongoStandIn start() {
        return new MongoStandIn();
    }

    /** Returns its URI, without a database. */
    public String uri() {
        return "mongodb://" + address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** Returns where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Stops it at once; what it held is gone. */
    @Override
    public void close() {
        server.shutdownNow();
    }
}
