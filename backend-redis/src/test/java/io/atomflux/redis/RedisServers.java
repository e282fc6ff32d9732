package io.atomflux.redis;

import io.atomflux.spi.Location;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import redis.embedded.Redis;
import redis.embedded.RedisSentinel;
import redis.embedded.RedisServer;
import redis.embedded.RedisShardedCluster;
import redis.embedded.core.RedisSentinelBuilder;
import redis.embedded.core.RedisServerBuilder;

/**
 * Redis for tests: real servers from an artefact of Maven Central, on free ports, in folders of their own, gone with the
 * JVM.
 *
 * <p>{@code ATOMFLUX_REDIS_URI} names a server to be used for {@link #single()} instead, {@code ATOMFLUX_REDIS_SERVER} a
 * program to start instead of the one of the artefact.
 */
public final class RedisServers {

    private static final int FIRST_SINGLE_PORT = 28_100; // above those of clusters
    private static final int SINGLE_PORTS = 4_600;
    private static final AtomicInteger PORTS_TRIED = new AtomicInteger();
    private static final List<Redis> RUNNING = new ArrayList<>(); // guarded by itself
    private static String single = ""; // guarded by the class, as is the next
    private static String cluster = "";

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(RedisServers::stopAll));
    }

    private RedisServers() {}

    /** Returns the URI of a server that all tests of this JVM share; each takes groups of its own. */
    public static synchronized String single() {
        if (single.isEmpty()) {
            single = Optional.ofNullable(System.getenv("ATOMFLUX_REDIS_URI"))
                    .orElseGet(() -> "redis://127.0.0.1:" + port(start(freePort(), settings -> {})));
        }
        return single;
    }

    /** Returns the URI of a cluster of three servers that all tests of this JVM share. */
    public static synchronized String cluster() {
        if (cluster.isEmpty()) {
            cluster = startCluster();
        }
        return cluster;
    }

    private static String startCluster() {
        try {
            RedisServerBuilder servers = settled(RedisServer.newRedisServer())
                    .setting("cluster-enabled yes")
                    .setting("cluster-node-timeout 5000");
            List<Integer> ports = clusterPorts();
            RedisShardedCluster made = RedisShardedCluster.newRedisCluster()
                    .withServerBuilder(servers)
                    .serverPorts(ports)
                    .shard("one", 0)
                    .shard("two", 0)
                    .shard("three", 0)
                    .initializationTimeout(Duration.ofSeconds(30))
                    .build();
            made.start();
            synchronized (RUNNING) {
                RUNNING.add(made);
            }
            return "redis-cluster://127.0.0.1:" + ports.get(0) + ",127.0.0.1:" + ports.get(1);
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster did not start", e);
        }
    }

    /** A node's second port, for the other nodes, is 10000 above the first; both have to be free. */
    private static List<Integer> clusterPorts() {
        List<Integer> ports = new ArrayList<>();
        for (int port = 10_000 + (int) (ProcessHandle.current().pid() % 400) * 20; ports.size() < 3; port++) {
            if (isFree(port) && isFree(port + 10_000)) {
                ports.add(port);
            }
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts one more server, for tests that change or kill it. */
    public static RedisServer start(int port, Consumer<RedisServerBuilder> settings) {
        try {
            RedisServerBuilder builder = settled(RedisServer.newRedisServer()).port(port);
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

    /** Starts a primary with a sentinel that watches it under the name {@code first}, and returns their URI. */
    static String sentinel() {
        try {
            int primary = port(start(freePort(), settings -> {}));
            RedisSentinelBuilder builder = new RedisSentinelBuilder();
            builder.bind("127.0.0.1")
                    .port(freePort())
                    .masterName("first")
                    .masterPort(primary)
                    .quorumSize(1)
                    .setting("dir " + Files.createTempDirectory("atomflux-sentinel"))
                    .onShutdownForceStop(true)
                    .addDefaultReplicationGroup();
            RedisSentinel sentinel = builder.build();
            sentinel.start();
            synchronized (RUNNING) {
                RUNNING.add(sentinel);
            }
            return "redis-sentinel://127.0.0.1:" + sentinel.ports().get(0) + "#first";
        } catch (IOException e) {
            throw new UncheckedIOException("the sentinel did not start", e);
        }
    }

    private static RedisServerBuilder settled(RedisServerBuilder builder) throws IOException {
        String program = System.getenv("ATOMFLUX_REDIS_SERVER");
        if (program != null) {
            builder.executableProvider(() -> new File(program));
        }
        return builder.bind("127.0.0.1")
                .setting("dir " + Files.createTempDirectory("atomflux-redis"))
                .setting("save \"\"")
                .setting("appendonly no")
                .onShutdownForceStop(true);
    }

    /** Makes a server, or each of a cluster, forget its scripts. */
    static void flushScripts(String uri) {
        RedisPlace place = RedisPlace.of(Location.parse(uri));
        RedisOptions options = RedisOptions.defaults();
        RedisURI first = place.uris(options).get(0);
        if (place.kind() == RedisPlace.Kind.CLUSTER) {
            try (RedisClusterClient client = RedisClusterClient.create(first);
                    StatefulRedisClusterConnection<String, String> connection = client.connect()) {
                connection.sync().upstream().commands().scriptFlush();
            }
        } else {
            first.setVerifyPeer(false);
            try (RedisClient client = RedisClient.create(first);
                    StatefulRedisConnection<String, String> connection = client.connect()) {
                connection.sync().scriptFlush();
            }
        }
    }

    public static int port(RedisServer server) {
        return server.ports().get(0);
    }

    /**
     * Returns a port nobody listens on, another one each time.
     *
     * <p>It is none of those a system gives to connections and to whoever asks for any port: such a one could be taken before a
     * server listens there, or while it is down, also by a connection to that very port.
     */
    public static int freePort() {
        int begin = (int) (ProcessHandle.current().pid() % 100) * (SINGLE_PORTS / 100);
        while (true) {
            int port = FIRST_SINGLE_PORT + (begin + PORTS_TRIED.getAndIncrement()) % SINGLE_PORTS;
            if (isFree(port)) {
                return port;
            }
        }
    }

    private static void stopAll() {
        synchronized (RUNNING) {
            for (Redis server : RUNNING) {
                try {
                    server.stop();
                } catch (IOException e) {
                    // it was killed by its test
                }
            }
        }
    }
}
