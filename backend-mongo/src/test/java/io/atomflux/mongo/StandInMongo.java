package io.atomflux.mongo;

import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.mongo.MongoStandIn;
import java.net.InetSocketAddress;

/** A {@link MongoStandIn}, started after the guard against blocking. */
final class StandInMongo implements AutoCloseable {

    static {
        BlockHoundGuard.install(); // before anything waits on the threads it watches: it breaks those that wait already
    }

    private final MongoStandIn server = MongoStandIn.start();

    private StandInMongo() {}

    /** Starts an empty one on a free port. */
    static StandInMongo start() {
        return new StandInMongo();
    }

    String uri() {
        return server.uri();
    }

    String hostAndPort() {
        return address().getAddress().getHostAddress() + ":" + address().getPort();
    }

    InetSocketAddress address() {
        return server.address();
    }

    /** Stops it at once; what it held is gone. */
    @Override
    public void close() {
        server.close();
    }

    @Override
    public String toString() {
        return "stand-in for MongoDB (mongo-java-server, in memory) at " + hostAndPort();
    }
}
