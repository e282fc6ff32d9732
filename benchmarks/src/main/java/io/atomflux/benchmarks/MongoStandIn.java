package io.atomflux.benchmarks;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.net.InetSocketAddress;

/**
 * A stand-in for MongoDB in this process: mongo-java-server, which speaks its wire protocol and keeps all in memory.
 *
 * <p>It is slow, and locks a collection for each command: what is timed on it says how two clients compare, nothing about
 * MongoDB.
 */
final class MongoStandIn implements AutoCloseable {

    private final MongoServer server = new MongoServer(new MemoryBackend());
    private final InetSocketAddress address = server.bind();

    int port() {
        return address.getPort();
    }

    String uri(String database) {
        return uri(port(), database);
    }

    static String uri(int port, String database) {
        return "mongodb://127.0.0.1:" + port + "/" + database;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
