package io.atomflux.cli.system;

import io.atomflux.testkit.mongo.MongoStandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * Servers that all tests of this JVM share, started when first asked for and gone with it: a Redis from an artefact of Maven
 * Central, and a stand-in for MongoDB (a Java server of its wire protocol, in memory, which does one command at a time
 * and so hides races).
 *
 * <p>{@code ATOMFLUX_REDIS_URI} and {@code ATOMFLUX_MONGODB_URI} name servers to be used instead. Tests take groups or
 * databases of their own.
 */
public final class RemoteServers {

    private static final int FIRST_PORT = 18_000;
    private static final int PORTS = 900;
    private static final AtomicInteger PORTS_TRIED = new AtomicInteger();
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final String RUN = Long.toHexString(System.nanoTime() & 0xffffff);

    private RemoteServers() {}

    private static final class Redis {
        static final String URI =
                Optional.ofNullable(System.getenv("ATOMFLUX_REDIS_URI")).orElseGet(() -> start(settings -> {}));

        static String start(Consumer<RedisServerBuilder> settings) {
            try {
                int port = freePort();
                Path folder = Files.createTempDirectory("atomflux-redis");
                RedisServerBuilder builder = RedisServer.newRedisServer()
                        .port(port)
                        .bind("127.0.0.1")
                        .setting("dir " + folder)
                        .setting("save \"\"")
                        .setting("appendonly no")
                        .onShutdownForceStop(true);
                settings.accept(builder);
                RedisServer server = builder.build();
                server.start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
                return "redis://127.0.0.1:" + port + "/0";
            } catch (IOException e) {
                throw new UncheckedIOException("Redis did not start", e);
            }
        }

        private static void stop(RedisServer server) {
            try {
                server.stop();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Mongo {
        static final String URI =
                Optional.ofNullable(System.getenv("ATOMFLUX_MONGODB_URI")).orElseGet(Mongo::start);

        private static String start() {
            MongoStandIn server = MongoStandIn.start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server.uri();
        }
    }

    /**
     * Returns a port that nobody listens at, another one each time.
     *
     * <p>It is none of those that a system gives to connections and to whoever asks for any port: such a one could be taken
     * before a server listens there, or by a connection to that very port.
     */
    public static int freePort() throws IOException {
        int begin = (int) (ProcessHandle.current().pid() % PORTS);
        while (true) {
            int port = FIRST_PORT + (begin + PORTS_TRIED.getAndIncrement()) % PORTS;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                continue; // somebody else's
            }
        }
    }

    /** Returns the URI of a Redis. */
    public static String redis() {
        return Redis.URI;
    }

    /** Starts one more Redis that asks for a password; returns its address, as {@code host:port}. */
    public static String redisWithPassword(String password) {
        String uri = Redis.start(settings -> settings.setting("requirepass " + password));
        return uri.substring(uri.indexOf("://") + 3, uri.lastIndexOf('/'));
    }

    /** Returns the URI of a database, with options such as {@code layout=asebytes}, or none if empty. */
    public static String mongo(String database, String options) {
        int query = Mongo.URI.indexOf('?');
        String servers = query < 0 ? Mongo.URI : Mongo.URI.substring(0, query);
        String given = query < 0 || options.isEmpty() ? "" : Mongo.URI.substring(query + 1) + "&";
        String bare = servers.endsWith("/") ? servers.substring(0, servers.length() - 1) : servers;
        return bare + "/" + database + (options.isEmpty() ? "" : "?" + given + options);
    }

    /** Returns a name that no other test uses for its database or group. */
    public static String freshDatabase() {
        return "atomflux-cli-%s-%d".formatted(RUN, NAMES.incrementAndGet());
    }
}
