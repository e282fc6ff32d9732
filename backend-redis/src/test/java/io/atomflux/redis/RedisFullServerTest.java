package io.atomflux.redis;

import static io.atomflux.redis.Server.done;
import static io.atomflux.redis.Server.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.atomflux.error.Outcome;
import io.atomflux.error.StoreFullException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import redis.embedded.RedisServer;

@DisplayName("A Redis that runs out of memory")
class RedisFullServerTest {

    private final RedisServer server = RedisServers.start(
            RedisServers.freePort(),
            settings -> settings.setting("maxmemory 24mb").setting("maxmemory-policy noeviction"));
    private final String uri = "redis://127.0.0.1:" + RedisServers.port(server);
    private final List<TestCommands> opened = new ArrayList<>();
    private final List<RedisRows> stores = new ArrayList<>();
    private final Layout layout = new Layout("full", false);

    @AfterEach
    void stop() throws IOException {
        stores.forEach(store -> done(store.close()));
        opened.forEach(TestCommands::close);
        server.stop();
    }

    /** Opens with commands of its own, so that it is another client. */
    private RedisRows open(int timeout) {
        TestCommands commands = TestCommands.open(uri + "?timeout_ms=" + timeout);
        opened.add(commands);
        RedisRows rows =
                new RedisRows(commands.get(), layout, "full", false, Limits.DEFAULT, Flux.empty(), Mono.empty());
        stores.add(rows);
        return rows;
    }

    private static BlobRow row(int bytes, int mark) {
        byte[] value = new byte[bytes];
        value[0] = (byte) mark;
        return BlobRow.of(Map.of(Bytes.ofText("a"), Bytes.wrap(value)));
    }

    private void fill() {
        try (RedisClient client = RedisClient.create(uri);
                StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().configSet("maxmemory", "1mb");
        }
    }

    private void relax() {
        try (RedisClient client = RedisClient.create(uri);
                StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().configSet("maxmemory", "100mb");
        }
    }

    private static List<BlobRow> content(RedisRows rows) {
        List<BlobRow> all = new ArrayList<>();
        for (long i = 0, size = get(rows.size()); i < size; i++) {
            all.add(get(rows.get(i, Columns.ALL)));
        }
        return all;
    }

    private static void assertFull(Mono<Long> write) {
        StoreFullException failure = catchThrowableOfType(StoreFullException.class, () -> get(write));
        assertThat(failure).isNotNull();
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(failure.retryable()).isFalse();
    }

    @Test
    @DisplayName("refuses what it runs full of while rows are being staged, and keeps nothing of it")
    void whileStaging() {
        RedisRows rows = open(9000);
        List<BlobRow> model = new ArrayList<>();
        List<BlobRow> some = Collections.nCopies(20, row(200_000, 1));
        StoreFullException full = null;
        while (full == null && model.size() < 1000) {
            full = catchThrowableOfType(StoreFullException.class, () -> get(rows.apply(new Write.Append<>(some))));
            if (full == null) {
                model.addAll(some);
            }
        }
        assertThat(full).isNotNull();
        assertThat(model.size()).isGreaterThan(20);
        assertThat(content(rows)).isEqualTo(model);
        assertThat(get(opened.get(0)
                        .get()
                        .eval(
                                Scripts.of("return redis.call('HLEN', KEYS[1])", false),
                                List.of(layout.open),
                                List.of())))
                .isEqualTo(0L);
        assertThat(rows.verify().collectList().block()).isEmpty();

        get(rows.apply(new Write.Delete<>(Selection.ALL.pick(1, 3, 5, 7, 9, 11, 13), Optional.empty())));
        assertThat(get(rows.apply(new Write.Append<>(some.subList(0, 3))))).isEqualTo(model.size() - 4);
    }

    @Test
    @DisplayName("refuses rows that grow, and lets rows be taken away, also by a client that comes then")
    void onceFull() {
        RedisRows rows = open(9000);
        for (int i = 0; i < 5; i++) {
            get(rows.apply(new Write.Append<>(List.of(row(100, i), row(100_000, i)))));
        }
        List<BlobRow> before = content(rows);
        fill();
        assertFull(rows.apply(new Write.Append<>(List.of(row(10, 7)))));
        assertFull(rows.apply(new Write.Put<>(Selection.at(0), List.of(row(200_000, 7)), Optional.empty())));
        assertFull(rows.apply(new Write.Update<>(Selection.at(0), List.of(row(200_000, 7)), Optional.empty())));
        assertFull(rows.apply(new Write.Reserve<>(3)));
        assertThat(content(rows)).isEqualTo(before);

        RedisRows other = open(9001);
        get(other.apply(new Write.Delete<>(Selection.ALL.pick(3, 5), Optional.empty())));
        before.remove(5);
        before.remove(3);
        assertThat(content(other)).isEqualTo(before);
        get(open(9002).apply(new Write.Clear<>()));
        assertThat(content(rows)).isEmpty();
        done(open(9003).remove());

        relax();
        get(rows.apply(new Write.Append<>(List.of(row(10, 7)))));
        assertThat(content(rows)).containsExactly(row(10, 7));
        assertThat(rows.verify().collectList().block()).isEmpty();
    }
}
