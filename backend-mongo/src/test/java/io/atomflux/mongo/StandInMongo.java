package io.atomflux.mongo;

import de.bwaldvogel.mongo.MongoServer;
import io.atomflux.testkit.BlockHoundGuard;
import java.net.InetSocketAddress;

/**
 * A stand-in for MongoDB in this process: a Java server of its wire protocol that keeps everything in memory.
 *
 * <p>It does one command at a time, and so hides races; it knows no sessions, pipeline updates, change streams and
 * {@code hello}.
 */
final class StandInMongo implements AutoCloseable {

    static {
        BlockHoundGuard.install(); // before anything waits on the threads it watches: it breaks those that wait already
    }

    private final MongoServer server;
    private final InetSocketAddress address;

    private StandInMongo(MongoServer server, InetSocketAddress address) {
        this.server = server;
        this.address = address;
    }

    /** Starts an empty one on a free port. */
    static StandInMongo start() {
        MongoServer server = new MongoServer(new StandInBackend());
        return new StandInMongo(server, server.bind());
    }

    String uri() {
        return "mongodb://" + hostAndPort();
    }

    String hostAndPort() {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    InetSocketAddress address() {
        return address;
    }

    /** Stops it at once; what it held is gone. */
    @Override
    public void close() {
        server.shutdownNow();
    }

    @Override
    public String toString() {
        return "stand-in for MongoDB (mongo-java-server, in memory) at " + hostAndPort();
    }
}
