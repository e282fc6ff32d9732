package io.atomflux.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.testkit.BlockHoundGuard;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

@DisplayName("Under load, the service")
@Timeout(180)
class BlockingTest {

    private static final int REQUESTS = 3000;
    private static final int AT_ONCE = 64;

    @Test
    @DisplayName("never blocks an event loop, whatever is asked of it")
    void neverBlocks(@TempDir Path folder) throws Exception {
        BlockHoundGuard.install();
        int before = BlockHoundGuard.found().size();
        ConnectionProvider connections = ConnectionProvider.create("load", AT_ONCE);
        try (Redis redis = Redis.start(folder);
                Served served = Served.over(redis.port(), "g")) {
            served.atoms
                    .extend(Flux.range(0, 100).map(i -> Served.frame(20, i)))
                    .block(Served.PATIENCE);
            String body = served.line(20, -1).repeat(3);
            HttpClient client = HttpClient.create(connections).host("localhost").port(served.server.port());
            Map<Integer, Long> statuses = Flux.range(0, REQUESTS)
                    .flatMap(
                            i -> switch (i % 10) {
                                case 0 ->
                                    client.post()
                                            .uri("/frames")
                                            .send((request, out) -> out.sendString(Mono.just(body)))
                                            .responseSingle((answer, content) -> content.asString()
                                                    .thenReturn(answer.status().code()));
                                case 1 -> got(client, "/energies?from=" + i % 90);
                                case 2 -> got(client, "/frames?to=5");
                                case 3 -> got(client, "/frames/1000000");
                                case 4 -> got(client, "/health");
                                default -> got(client, "/frames/" + i % 100);
                            },
                            AT_ONCE)
                    .collect(Collectors.groupingBy(status -> status, Collectors.counting()))
                    .block(Served.PATIENCE.multipliedBy(4)); // they are many
            assertThat(statuses.keySet()).isSubsetOf(200, 201, 404, 503);
            assertThat(statuses).containsEntry(200, (long) REQUESTS * 8 / 10).containsEntry(404, (long) REQUESTS / 10);
            assertThat(statuses.get(201)).isPositive(); // 503: too many uploads at a time
            long stored = served.atoms.size().block(Served.PATIENCE);
            assertThat(stored).isEqualTo(100 + 3 * statuses.get(201));
        } finally {
            connections.disposeLater().block(Served.PATIENCE);
        }
        assertThat(BlockHoundGuard.found().size())
                .as(BlockHoundGuard.found().toString())
                .isEqualTo(before);
    }

    private static Mono<Integer> got(HttpClient client, String path) {
        return client.get()
                .uri(path)
                .responseSingle((answer, content) -> content.asByteArray()
                        .map(bytes -> bytes.length)
                        .thenReturn(answer.status().code()));
    }
}
