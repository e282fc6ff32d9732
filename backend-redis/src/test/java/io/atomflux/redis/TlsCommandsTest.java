package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.redis.Commands.Command;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import java.io.IOException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Commands over TLS")
class TlsCommandsTest extends CommandsContract {

    private final TlsForwarder tls;

    TlsCommandsTest() throws Exception {
        tls = TlsForwarder.to(RedisURI.create(RedisServers.single()).getPort());
    }

    @AfterAll
    void stop() throws IOException {
        tls.close();
    }

    @Override
    String uri() {
        return "rediss://127.0.0.1:" + tls.port();
    }

    @Override
    RedisOptions options() {
        return RedisOptions.builder().verifyPeer(false).build();
    }

    @Test
    @DisplayName("a certificate nobody vouches for is refused, which a retry does not change")
    void untrusted() {
        try (TestCommands commands = TestCommands.open(uri())) {
            Throwable failure = catchThrowable(
                    () -> commands.get().call(key, Command.LLEN, List.of()).block(Duration.ofSeconds(60)));
            assertThat(failure).isInstanceOf(StoreAccessException.class).hasMessageContaining("certificate");
            assertThat(((AtomfluxException) failure).retryable()).isFalse();
        }
    }

    @Test
    @DisplayName("a client of the user's brings the certificates it trusts")
    void trusted() throws Exception {
        KeyStore known =
                KeyStore.getInstance(tls.keys().toFile(), tls.password().toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        RedisClient yours = RedisClient.create();
        yours.setOptions(ClientOptions.builder()
                .sslOptions(SslOptions.builder()
                        .trustManager(trust) // not a file: the driver would read it on its event loop
                        .build())
                .build());
        try (TestCommands commands =
                TestCommands.open(uri(), RedisOptions.builder().client(yours).build())) {
            assertThat(commands.get().call(key, Command.LLEN, List.of()).block(Duration.ofSeconds(60)))
                    .isEqualTo(0L);
        } finally {
            yours.shutdown();
        }
    }
}
