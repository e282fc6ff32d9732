package io.atomflux.mongo;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives tests a server: a {@link StandInMongo stand-in} all tests of this JVM share, or the real one that the environment
 * variable {@code ATOMFLUX_MONGODB_URI} names (without a database; may end in driver options).
 */
public final class MongoServers {

    private static final String REAL = System.getenv("ATOMFLUX_MONGODB_URI");
    private static final AtomicInteger PLACES = new AtomicInteger();
    private static final long RUN = System.nanoTime() & 0xffffff;

    private MongoServers() {}

    private static final class Shared {
        static final StandInMongo STAND_IN = StandInMongo.start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(STAND_IN::close));
        }
    }

    private static final class Client {
        static final MongoClient CLIENT = MongoClients.create(uri());
    }

    /** Tells whether no real server was named. */
    static boolean isStandIn() {
        return REAL == null || REAL.isBlank();
    }

    /** Returns the server's URI without a database. */
    static String uri() {
        return isStandIn() ? Shared.STAND_IN.uri() : REAL;
    }

    /** Returns the URI of a database. */
    public static String uri(String database) {
        String uri = uri();
        int query = uri.indexOf('?');
        String servers = query < 0 ? uri : uri.substring(0, query);
        String bare = servers.endsWith("/") ? servers.substring(0, servers.length() - 1) : servers;
        return bare + "/" + database + (query < 0 ? "" : uri.substring(query));
    }

    /** Says what the tests ran against. */
    static String describe() {
        return isStandIn() ? Shared.STAND_IN.toString() : "the server named by ATOMFLUX_MONGODB_URI";
    }

    /** Returns the name of a database that no other test uses. */
    public static String freshDatabase() {
        return "atomflux-test-%x-%d".formatted(RUN, PLACES.incrementAndGet());
    }

    /** Returns a driver client that all tests share; never close it. */
    static MongoClient client() {
        return Client.CLIENT;
    }

    /** Returns the commands of a collection. */
    static Documents documents(String database, String collection) {
        String store = "mongodb://%s/%s".formatted(isStandIn() ? "stand-in" : "server", database);
        return new DriverDocuments(
                client().getDatabase(database),
                collection,
                false,
                Duration.ofSeconds(30),
                new MongoErrors(store, describe(), Secrets.NONE));
    }
}
