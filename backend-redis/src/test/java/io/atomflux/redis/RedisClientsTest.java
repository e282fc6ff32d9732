package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Settings;
import io.atomflux.testkit.BlockHoundGuard;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("Clients of Redis")
class RedisClientsTest {

    /** A server of its own: connections that other tests are just closing would be counted too. */
    private static final String OWN =
            "redis://127.0.0.1:" + RedisServers.port(RedisServers.start(RedisServers.freePort(), settings -> {}));

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final byte[] key = bytes("{" + UUID.randomUUID() + "}");

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private Mono<Object> ping(TestCommands commands) {
        return commands.get().call(key, Command.LLEN, List.of());
    }

    /** Connections of this process to the server, but the one that asks. */
    private static long connections() {
        RedisURI uri = RedisURI.create(OWN);
        try (RedisClient client = RedisClient.create(uri);
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return connection.sync().clientList().lines().count() - 1;
        }
    }

    @Test
    @DisplayName("stores at one place share a connection, which nobody makes before it is needed and the last closes")
    void sharedAndCounted() {
        int clients = RedisClients.open();
        long connections = connections();
        TestCommands first = TestCommands.open(OWN);
        TestCommands second = TestCommands.open(OWN + "/0");
        TestCommands other = TestCommands.open(OWN + "/1");
        assertThat(RedisClients.open()).isEqualTo(clients + 2);
        assertThat(connections()).isEqualTo(connections);

        ping(first).block(PATIENCE);
        ping(second).block(PATIENCE);
        assertThat(connections()).isEqualTo(connections + 1);
        ping(other).block(PATIENCE);
        assertThat(connections()).isEqualTo(connections + 2);

        first.close();
        first.close();
        ping(second).block(PATIENCE);
        other.close();
        second.close();
        assertThat(RedisClients.open()).isEqualTo(clients);
        assertThat(connections()).isEqualTo(connections);
        assertThatThrownBy(() -> ping(second).block(PATIENCE)).isInstanceOf(StoreClosedException.class);
    }

    @Test
    @DisplayName("those who come at once wait for one connection")
    void singleFlight() {
        long connections = connections();
        try (TestCommands commands = TestCommands.open(
                OWN, RedisOptions.builder().timeout(Duration.ofSeconds(9)).build())) {
            Flux.range(0, 100).flatMap(i -> ping(commands), 100).blockLast(PATIENCE);
            assertThat(connections()).isEqualTo(connections + 1);
        }
    }

    @Test
    @DisplayName("a client of the user's is used and left open, its connection is closed")
    void clientOfTheUser() {
        RedisClient yours = RedisClient.create();
        try {
            int clients = RedisClients.open();
            long connections = connections();
            TestCommands mine =
                    TestCommands.open(OWN, RedisOptions.builder().client(yours).build());
            ping(mine).block(PATIENCE);
            assertThat(RedisClients.open()).isEqualTo(clients);
            assertThat(connections()).isEqualTo(connections + 1);
            mine.close();
            assertThat(connections()).isEqualTo(connections);
            try (StatefulRedisConnection<String, String> still = yours.connect(RedisURI.create(OWN))) {
                assertThat(still.sync().ping()).isEqualTo("PONG");
            }
        } finally {
            yours.shutdown();
        }
    }

    @Test
    @DisplayName("so is a client of a cluster")
    void clusterClientOfTheUser() {
        RedisPlace place = RedisPlace.of(io.atomflux.spi.Location.parse(RedisServers.cluster()));
        try (RedisClusterClient yours = RedisClusterClient.create(place.uris(RedisOptions.defaults()))) {
            try (TestCommands mine = TestCommands.open(
                    RedisServers.cluster(), RedisOptions.builder().client(yours).build())) {
                assertThat(ping(mine).block(PATIENCE)).isEqualTo(0L);
            }
            assertThat(yours.connect().sync().ping()).isEqualTo("PONG");
        }
    }

    @Test
    @DisplayName("options by name are read, wrong ones reported together")
    void options() {
        RedisOptions read = RedisOptions.from(new Settings(Map.of(
                "timeout_ms",
                "1500",
                "connect_timeout_ms",
                "250",
                "max_waiting",
                "7",
                "allow_eviction",
                "true",
                "verify_peer",
                "false")));
        assertThat(read)
                .isEqualTo(RedisOptions.builder()
                        .timeout(Duration.ofMillis(1500))
                        .connectTimeout(Duration.ofMillis(250))
                        .maxWaiting(7)
                        .allowEviction(true)
                        .verifyPeer(false)
                        .build());
        assertThatThrownBy(() -> RedisOptions.from(new Settings(Map.of("timeout_ms", "0", "timeout", "5"))))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("timeout_ms=0")
                .hasMessageContaining("timeout is unknown");
        assertThatThrownBy(() -> RedisOptions.builder()
                        .timeout(Duration.ZERO)
                        .maxWaiting(0)
                        .build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("timeout_ms=0")
                .hasMessageContaining("max_waiting=0");
        assertThat(OpenOptions.none().with(read).typed()).contains(read);
    }
}
