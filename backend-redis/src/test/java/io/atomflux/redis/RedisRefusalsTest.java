package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.testkit.BlockHoundGuard;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

@DisplayName("A Redis that refuses")
class RedisRefusalsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Script WRITE = Scripts.of("return redis.call('HSET', KEYS[1], 'f', ARGV[1])", true);
    private static final String SECRET = "s3cr3t/of:mine";
    private static final String IN_A_URI = "s3cr3t%2Fof%3Amine";

    private static int guarded;

    @BeforeAll
    static void start() {
        BlockHoundGuard.install();
        guarded = RedisServers.port(RedisServers.start(
                RedisServers.freePort(),
                settings -> settings.setting("requirepass \"" + SECRET + "\"")
                        .setting("user reader on >" + SECRET + " ~* +@read +@connection +info +config|get")));
    }

    private static AtomfluxException failure(String uri, RedisOptions options) {
        try (TestCommands commands = TestCommands.open(uri, options)) {
            Throwable failure = catchThrowable(() -> commands.get()
                    .eval(WRITE, List.of(bytes("k")), List.of(bytes("v")))
                    .block(PATIENCE));
            assertThat(failure).isInstanceOf(AtomfluxException.class);
            StringWriter everything = new StringWriter();
            failure.printStackTrace(new PrintWriter(everything));
            assertThat(everything.toString()).doesNotContain("s3cr3t").doesNotContain("wr0ng");
            assertThat(failure).hasMessageContaining("127.0.0.1");
            return (AtomfluxException) failure;
        }
    }

    private static AtomfluxException failure(String uri) {
        return failure(
                uri,
                RedisOptions.builder().connectTimeout(Duration.ofSeconds(20)).build());
    }

    @Test
    @DisplayName("a right password opens, with and without a user")
    void rightPassword() {
        for (String login : List.of(":" + IN_A_URI, IN_A_URI, "default:" + IN_A_URI)) {
            try (TestCommands commands = TestCommands.open("redis://" + login + "@127.0.0.1:" + guarded)) {
                assertThat(commands.get()
                                .call(bytes("none"), Command.LLEN, List.of())
                                .block(PATIENCE))
                        .isEqualTo(0L);
            }
        }
    }

    @Test
    @DisplayName("a wrong password, a missing one and one that is not wanted are refused access")
    void passwords() {
        String wanted = "@127.0.0.1:" + guarded;
        String open = RedisServers.single().substring("redis://".length());
        for (String uri : List.of(
                "redis://:wr0ng" + wanted,
                "redis://nobody:wr0ng" + wanted,
                "redis://127.0.0.1:" + guarded,
                "redis://:wr0ng@" + open)) {
            AtomfluxException failure = failure(uri);
            assertThat(failure).as(uri).isInstanceOf(StoreAccessException.class);
            assertThat(failure.retryable()).isFalse();
        }
    }

    @Test
    @DisplayName("a user who may not run scripts is refused access")
    void permissions() {
        AtomfluxException failure = failure("redis://reader:" + IN_A_URI + "@127.0.0.1:" + guarded);
        assertThat(failure).isInstanceOf(StoreAccessException.class).hasMessageContaining("evalsha");
    }

    @Test
    @DisplayName("a port nobody listens on, a host that is not there, one that never answers: worth a retry")
    void unreachable() throws Exception {
        AtomfluxException refused = failure("redis://:wr0ng@127.0.0.1:" + RedisServers.freePort());
        assertThat(refused).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("refused");
        assertThat(refused.retryable()).isTrue();

        try (var silent = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            long begun = System.nanoTime();
            AtomfluxException late = failure(
                    "redis://:wr0ng@127.0.0.1:" + silent.getLocalPort(),
                    RedisOptions.builder()
                            .connectTimeout(Duration.ofMillis(500))
                            .build());
            assertThat(late).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("in time");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
        }

        try (TestCommands commands = TestCommands.open("redis://:wr0ng@no-such-host.invalid")) {
            Throwable unknown = catchThrowable(() ->
                    commands.get().call(bytes("k"), Command.LLEN, List.of()).block(PATIENCE));
            assertThat(unknown).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("no such host");
        }
    }

    @Test
    @DisplayName("sentinels that do not know the primary are said to")
    void unknownPrimary() {
        AtomfluxException unknown = failure(RedisServers.sentinel().replace("#first", "#second"));
        assertThat(unknown)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("no primary of that name");
    }

    @Test
    @DisplayName("a Unix domain socket without a native transport says what to add")
    void socketWithoutNative() {
        try (TestCommands commands = TestCommands.open("redis-socket:///tmp/none.sock")) {
            Throwable failure = catchThrowable(() ->
                    commands.get().call(bytes("k"), Command.LLEN, List.of()).block(PATIENCE));
            assertThat(failure)
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining("netty-transport-native-epoll");
        }
    }

    @Test
    @DisplayName("a replica reads, and refuses to write as what it is")
    void replica() {
        RedisServer replica = RedisServers.start(
                RedisServers.freePort(), settings -> settings.slaveOf("127.0.0.1", RedisServers.freePort()));
        String uri = "redis://127.0.0.1:" + RedisServers.port(replica);
        AtomfluxException failure = failure(uri);
        assertThat(failure).isInstanceOf(ReadOnlyStoreException.class).hasMessageContaining("replica");
        assertThat(failure.retryable()).isFalse();
        try (TestCommands commands = TestCommands.open(uri)) {
            assertThat(commands.get()
                            .call(bytes("none"), Command.LLEN, List.of())
                            .block(PATIENCE))
                    .isEqualTo(0L);
        }
    }

    @Test
    @DisplayName("a server without memory says that it is full, and reads on")
    void full() {
        RedisServer small = RedisServers.start(
                RedisServers.freePort(),
                settings -> settings.setting("maxmemory 3mb").setting("maxmemory-policy noeviction"));
        try (TestCommands commands = TestCommands.open("redis://127.0.0.1:" + RedisServers.port(small))) {
            byte[] large = new byte[200_000];
            Throwable failure = null;
            int written = 0;
            for (; failure == null && written < 100; written++) {
                byte[] key = bytes("k" + written);
                failure = catchThrowable(() ->
                        commands.get().eval(WRITE, List.of(key), List.of(large)).block(PATIENCE));
            }
            assertThat(failure).isInstanceOf(StoreFullException.class);
            assertThat(written).isGreaterThan(2);
            assertThat((byte[]) commands.get()
                            .call(bytes("k0"), Command.HGET, List.of(bytes("f")))
                            .block(PATIENCE))
                    .hasSize(200_000);
        }
    }

    @Test
    @DisplayName("a server that throws away rows when its memory is full is refused, unless accepted")
    void eviction() {
        RedisServer cache = RedisServers.start(
                RedisServers.freePort(), settings -> settings.setting("maxmemory-policy allkeys-lru"));
        String uri = "redis://127.0.0.1:" + RedisServers.port(cache);
        AtomfluxException failure = failure(uri);
        assertThat(failure).isInstanceOf(InvalidOptionException.class).hasMessageContaining("allkeys-lru");
        assertThat(failure.retryable()).isFalse();
        RedisOptions accepting = RedisOptions.builder().allowEviction(true).build();
        try (TestCommands commands = TestCommands.open(uri, accepting)) {
            assertThat(commands.get()
                            .call(bytes("none"), Command.LLEN, List.of())
                            .block(PATIENCE))
                    .isEqualTo(0L);
        }
    }

    @Test
    @DisplayName("a database the server does not have is named")
    void database() {
        String server = RedisServers.single();
        AtomfluxException failure = failure(server + "/4711");
        assertThat(failure).isInstanceOf(InvalidOptionException.class).hasMessageContaining("/4711");
        assertThat(failure.retryable()).isFalse();
    }
}
