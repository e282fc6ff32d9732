package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

/** The usual way: small bodies, and files behind redirects. */
@Timeout(60)
class HubClientTest {

    private static final String COMMIT = "a".repeat(40);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Site hub = new Site();
    private final Site storage = new Site();
    private final byte[] file = new byte[300_000];
    private final HubClient client = HubClients.of(NetOptions.builder(hub.at("/"))
            .token(() -> Optional.of("t0k"))
            .userAgent("probe/1")
            .build());

    HubClientTest() {
        new Random(5).nextBytes(file);
        hub.answer = (request, response) -> request.uri().startsWith("/datasets/")
                ? Site.redirect(
                        response.header("X-Repo-Commit", COMMIT),
                        302,
                        storage.at("/blob/7f?X-Sig=s%2B1~*&Expires=1900000000").toString())
                : Site.text(response.header("X-Repo-Commit", COMMIT), "{\"id\":\"lab/toy\"}");
        storage.answer = (request, response) -> Site.serve(request, response, file);
    }

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        hub.close();
        storage.close();
    }

    @Test
    @DisplayName("a small body comes with its headers and the commit, asked for with token and name, uncompressed")
    void getsSmallBody() {
        HubAnswer answer =
                client.get(hub.at("/api/datasets/lab/toy?a=b%2Fc"), 1000).block(PATIENCE);

        assertThat(StandardCharsets.UTF_8.decode(answer.body()).toString()).isEqualTo("{\"id\":\"lab/toy\"}");
        assertThat(answer.commit()).contains(COMMIT);
        assertThat(answer.headers()).containsEntry("x-repo-commit", COMMIT);
        assertThat(hub.targets()).containsExactly("/api/datasets/lab/toy?a=b%2Fc");
        assertThat(hub.asked.get(0).headers())
                .containsEntry("authorization", "Bearer t0k")
                .containsEntry("user-agent", "probe/1")
                .containsEntry("accept-encoding", "identity");
    }

    @Test
    @DisplayName("nothing is asked before somebody subscribes")
    void assemblyIsCold() {
        assertThat(client.get(hub.at("/api/x"), 10)).isNotNull();
        ByteSource source = client.file(hub.at("/datasets/f"), "f", OptionalLong.of(file.length))
                .block(PATIENCE);
        assertThat(source.stream(0)).isNotNull();
        assertThat(source.read(new ByteRange(0, 1))).isNotNull();
        assertThat(hub.asked).isEmpty();
    }

    @Test
    @DisplayName(
            "the first range costs a request of the hub and one of the storage, each further one a request of the storage")
    void rangesCostOneRequest() {
        ByteSource source = client.file(hub.at("/datasets/lab/toy/resolve/c/f"), "f", OptionalLong.of(file.length))
                .block(PATIENCE);
        for (int offset : new int[] {0, 100_000, 299_999}) {
            int length = Math.min(1000, file.length - offset);
            ByteBuffer read = source.read(new ByteRange(offset, length)).block(PATIENCE);
            assertThat(bytes(read)).isEqualTo(Arrays.copyOfRange(file, offset, offset + length));
        }
        assertThat(hub.asked).hasSize(1);
        assertThat(storage.targets()).hasSize(3).containsOnly("/blob/7f?X-Sig=s%2B1~*&Expires=1900000000");
        assertThat(storage.asked)
                .allSatisfy(asked -> assertThat(asked.headers()).doesNotContainKey("authorization"));
    }

    @Test
    @DisplayName("ranges read at once share one request of the hub")
    void concurrentRangesShareTheSearch() {
        ByteSource source = client.file(hub.at("/datasets/lab/toy/resolve/c/f"), "f", OptionalLong.of(file.length))
                .block(PATIENCE);
        byte[] all = Flux.range(0, 30)
                .flatMapSequential(i -> source.read(new ByteRange(i * 10_000L, 10_000)), 30)
                .reduce(new byte[0], HubClientTest::joined)
                .block(PATIENCE);
        assertThat(all).isEqualTo(file);
        assertThat(hub.asked).hasSize(1);
        assertThat(storage.asked).hasSize(30);
    }

    @Test
    @DisplayName("a file of unknown size is asked for its first byte")
    void findsSize() {
        ByteSource source = client.file(hub.at("/datasets/lab/toy/resolve/c/f"), "f", OptionalLong.empty())
                .block(PATIENCE);
        assertThat(source.size()).isEqualTo(file.length);
        assertThat(source.stream(1).reduce(new byte[0], HubClientTest::joined).block(PATIENCE))
                .isEqualTo(Arrays.copyOfRange(file, 1, file.length));
        assertThat(hub.asked).hasSize(1);
        assertThat(storage.asked).hasSize(2);
    }

    static byte[] joined(byte[] before, ByteBuffer more) {
        byte[] all = Arrays.copyOf(before, before.length + more.remaining());
        more.get(all, before.length, more.remaining());
        return all;
    }

    static byte[] bytes(ByteBuffer buffer) {
        return joined(new byte[0], buffer);
    }
}
