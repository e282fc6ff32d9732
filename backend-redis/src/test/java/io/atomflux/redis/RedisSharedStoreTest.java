package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Location;
import io.atomflux.testkit.SharedStoreContract;
import io.atomflux.testkit.net.Cut;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.When;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import redis.embedded.RedisServer;

/**
 * Processes that share a store, are killed, and lose replies; some requests arrive late. Every other process stages all it
 * writes, and sweeps what others have had staged for the blink of an eye.
 */
class RedisSharedStoreTest extends SharedStoreContract {

    private final int port = RedisServers.freePort();
    private final RedisServer server = RedisServers.start(port, settings -> {});
    private final FaultProxy proxy = FaultProxy.to("127.0.0.1", port, Framing.RESP, seed());

    private int started;

    @TempDir
    Path folder;

    /** Keeps the driver from telling of every reconnect on the clients' output, which is the test's. */
    @Override
    protected Map<String, String> systemProperties() {
        Path quiet = folder.resolve("logging.properties");
        try {
            Files.writeString(quiet, ".level=OFF");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of("java.util.logging.config.file", quiet.toString());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.stop();
    }

    @Override
    protected String uri(String place, boolean test) {
        String scheme = test || started++ % 2 == 0 ? "redis" : StagingProvider.SCHEME;
        return scheme + "://127.0.0.1:" + (test ? port : proxy.port()) + "?timeout_ms=400";
    }

    @Override
    protected void disturb(Random random) {
        proxy.loseReply(When.withProbability(0.02).command("EVALSHA"), Cut.RST);
        proxy.lateRequest(When.withProbability(0.02).command("EVALSHA"), Duration.ofMillis(300), Cut.RST);
        if (random.nextInt(3) == 0) {
            proxy.cutAll(Cut.RST);
        }
    }

    @Override
    protected void settle() throws Exception {
        proxy.heal();
        proxy.releaseHeld();
        proxy.awaitNoneHeld(Duration.ofSeconds(20));
    }

    /** What killed clients had staged is swept by whoever comes next; nothing else is left. */
    @Override
    protected void leftovers(String place) {
        RedisClients.Lease lease =
                RedisClients.lease(RedisPlace.of(Location.parse(uri(place, true))), RedisOptions.defaults(), "test");
        Layout layout = new Layout(Layout.DEFAULT_GROUP, false);
        new Upkeep(lease.commands(), layout, Limits.DEFAULT)
                .sweep(Duration.ZERO, Duration.ofDays(1))
                .block(Duration.ofSeconds(30));
        RedisRows rows =
                new RedisRows(lease.commands(), layout, "test", true, Limits.DEFAULT, Flux.empty(), Mono.empty());
        List<String> found = rows.verify().collectList().block(Duration.ofSeconds(30));
        assertThat(found).isEmpty();
        rows.close().then(lease.close()).block(Duration.ofSeconds(30));
    }
}
