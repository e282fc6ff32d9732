package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Location;
import io.atomflux.spi.Names;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.core.publisher.Flux;

/** Opens groups of a server for the contract kits, with limits of a test's choice, and knows what is still open. */
final class Handles {

    private final String uri;
    private final Limits limits;
    private final ConcurrentLinkedQueue<RedisRows> opened = new ConcurrentLinkedQueue<>();

    /** Connects, so that no test waits for that; the connection stays until the JVM ends. */
    Handles(String uri, Limits limits) {
        this.uri = uri;
        this.limits = limits;
        lease().commands().setting("maxmemory").block(Duration.ofSeconds(30));
    }

    private RedisClients.Lease lease() {
        return RedisClients.lease(RedisPlace.of(Location.parse(uri)), RedisOptions.defaults(), uri);
    }

    RowBackend<BlobRow> open(String place, Optional<String> group) {
        return open(place, group, false);
    }

    RowBackend<BlobRow> open(String place, Optional<String> group, boolean readOnly) {
        RedisPlace at = RedisPlace.of(Location.parse(uri));
        String name = group.map(Names::group).orElse("default");
        RedisClients.Lease lease = lease();
        String prefix = place + "/";
        boolean braces = at.kind() == RedisPlace.Kind.CLUSTER;
        Flux<String> groups = Flux.defer(() -> lease.commands().scan("*" + place + "/*"))
                .map(key -> new String(key, java.nio.charset.StandardCharsets.UTF_8))
                .filter(key -> key.endsWith(":sort_keys") || key.endsWith(":atomflux:ctl"))
                .map(key ->
                        key.substring(key.indexOf('/') + 1, key.indexOf(':')).replace("}", ""))
                .distinct()
                .sort();
        RedisRows rows = new RedisRows(
                lease.commands(),
                new Layout(prefix + name, braces),
                uri + " " + prefix + name,
                readOnly,
                limits,
                groups,
                lease.close());
        opened.add(rows);
        return rows;
    }

    void requireQuiet() {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        for (RedisRows rows : opened) {
            while (rows.running() > 0 && System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            assertThat(rows.running()).as("running calls").isZero();
        }
    }

    void requireClosed() {
        requireQuiet();
        opened.clear();
        assertThat(Writers.count()).as("writers").isZero();
    }
}
