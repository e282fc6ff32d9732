package io.atomflux.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atomflux.spi.Location;
import java.time.Duration;

/** Commands for a test, with a client of their own or a shared one, to be closed by the test. */
final class TestCommands implements AutoCloseable {

    private final RedisClients.Lease lease;

    private TestCommands(RedisClients.Lease lease) {
        this.lease = lease;
    }

    static TestCommands open(String uri, RedisOptions options) {
        Location location = Location.parse(uri);
        return new TestCommands(RedisClients.lease(RedisPlace.of(location), options, location.toString()));
    }

    static TestCommands open(String uri) {
        return open(uri, RedisOptions.defaults());
    }

    /** Impatient enough for tests of silence. */
    static RedisOptions.Builder impatient() {
        return RedisOptions.builder().timeout(Duration.ofSeconds(2)).connectTimeout(Duration.ofSeconds(4));
    }

    Commands get() {
        return lease.commands();
    }

    /** How many commands have no reply yet. */
    int waiting() {
        return lease.commands().waiting();
    }

    @Override
    public void close() {
        lease.close().block();
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
