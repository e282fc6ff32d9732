package io.atomflux.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * Redis for tests: real servers from an artefact of Maven Central, on free ports, in folders of their own, gone with the
 * JVM.
 *
 * <p>{@code ATOMFLUX_REDIS_URI} names a server to be used for {@link #single()} instead.
 */
final class RedisServers {

    private static final List<RedisServer> RUNNING = new ArrayList<>(); // guarded by itself
    private static String single = ""; // guarded by the class

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(RedisServers::stopAll));
    }

    private RedisServers() {}

    /** Returns the URI of a server that all tests of this JVM share; each takes groups of its own. */
    static synchronized String single() {
        if (single.isEmpty()) {
            single = Optional.ofNullable(System.getenv("ATOMFLUX_REDIS_URI"))
                    .orElseGet(() -> "redis://127.0.0.1:" + port(start(freePort(), settings -> {})));
        }
        return single;
    }

    /** Starts one more server, for tests that change or kill it. */
    static RedisServer start(int port, Consumer<RedisServerBuilder> settings) {
        try {
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
            synchronized (RUNNING) {
                RUNNING.add(server);
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not start", e);
        }
    }

    static int port(RedisServer server) {
        return server.ports().get(0);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stopAll() {
        synchronized (RUNNING) {
            for (RedisServer server : RUNNING) {
                try {
                    server.stop();
                } catch (IOException e) {
                    // it was killed by its test
                }
            }
        }
    }
}
