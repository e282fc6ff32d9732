package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.StoreUnavailableException;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What refusals become, in the order of the hub's own clients. */
@Timeout(60)
class RefusalsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Site hub = new Site();
    private HubClient client = client(NetOptions.builder(hub.at("/")).retries(0));

    private static HubClient client(NetOptions.Builder options) {
        return HubClients.of(options.token(() -> Optional.of("t0k")).build());
    }

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        hub.close();
    }

    private Throwable refusal(String path) {
        return catchThrowable(() -> client.get(hub.at(path), 1000).block(PATIENCE));
    }

    @ParameterizedTest(name = "{0} {1} \"{2}\" at {3} is {4}")
    @DisplayName("status, code, message and address decide what a refusal is")
    @CsvSource(
            nullValues = "-",
            value = {
                "404,RevisionNotFound,-,/api/datasets/l/t/revision/x,StoreNotFoundException,revision",
                "404,EntryNotFound,-,/datasets/l/t/resolve/c/f,StoreNotFoundException,a file or folder",
                "401,GatedRepo,-,/datasets/l/t/resolve/c/f,StoreAccessException,no login was sent; accept its conditions",
                "403,GatedRepo,-,/datasets/l/t/resolve/c/f,StoreAccessException,not approved; ask for access at",
                "403,-,Access to this resource is disabled.,/api/datasets/l/t,StoreAccessException,disabled",
                "404,RepoNotFound,-,/api/datasets/l/t,StoreNotFoundException,a public dataset",
                "401,RepoNotFound,-,/api/datasets/l/t,StoreNotFoundException,a public dataset",
                "401,-,-,/api/datasets/l/t,StoreNotFoundException,a public dataset",
                "401,-,Invalid username,/datasets/l/t/resolve/c/f,StoreNotFoundException,a public dataset",
                "401,-,Invalid credentials in Authorization header,/api/datasets/l/t,StoreAccessException,token is not valid",
                "401,-,-,/elsewhere,StoreAccessException,answer 401",
                "400,-,bad,/api/datasets/l/t,StoreAccessException,answer 400 \"bad\"",
                "403,-,-,/api/datasets/l/t,StoreAccessException,answer 403",
                "404,-,-,/api/datasets/l/t,StoreNotFoundException,answer 404",
                "416,-,-,/api/datasets/l/t,StoreAccessException,answer 416",
                "429,-,-,/api/datasets/l/t,StoreUnavailableException,too many requests",
                "500,-,-,/api/datasets/l/t,StoreUnavailableException,answer 500",
                "503,-,-,/api/datasets/l/t,StoreUnavailableException,answer 503"
            })
    void classifies(int status, String code, String message, String path, String type, String says) {
        hub.answer = (request, response) -> {
            if (code != null) {
                response.header("x-error-code", code);
            }
            if (message != null) {
                response.header("X-Error-Message", message);
            }
            return Site.text(response.status(status).header("X-Request-Id", "Root=1-ab"), "");
        };
        Throwable refusal = refusal(path + "?token=secret");
        assertThat(refusal.getClass().getSimpleName()).isEqualTo(type);
        assertThat(refusal)
                .hasMessageContaining(says)
                .hasMessageContaining("X-Request-Id Root=1-ab")
                .hasMessageContaining(path)
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("t0k");
        assertThat(hub.asked).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("the message comes from the body when no header tells it")
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "{\"error\": \"no \\u00e9 \\\"x\\\"\"}          > \"no \u00e9 \"x\"\"",
                "{\"error\":[\"first\",\"second\"]}            > \"first\"",
                "{\"errors\":[{\"message\":\"inner\"}]}        > \"inner\"",
                "{\"error\": \"see https://h/f?sig=secret ok\"} > \"see https://h/f?… ok\""
            })
    void findsMessage(String body, String says) {
        hub.answer = (request, response) -> Site.text(response.status(404), body);
        assertThat(refusal("/api/x")).hasMessageContaining("answer 404 " + says);
    }

    @Test
    @DisplayName("pages for people and broken JSON say nothing")
    void ignoresPages() {
        for (String body :
                new String[] {"<html><body>secret</body></html>", "{\"error\": ", "{\"error\": {\"a\": 1}}", "[]"}) {
            hub.answer = (request, response) -> Site.text(response.status(404), body);
            assertThat(refusal("/api/x")).hasMessageEndingWith("answer 404)");
        }
    }

    @Test
    @DisplayName("a body of a refusal that does not end is read no further than needed")
    void boundsRefusals() {
        hub.answer = (request, response) ->
                response.status(404).send(Flux.generate(sink -> sink.next(Unpooled.wrappedBuffer(new byte[8192]))));
        assertThat(refusal("/api/x")).isInstanceOf(StoreNotFoundException.class);
    }

    @Test
    @DisplayName("a body larger than allowed is refused, promised or not")
    void boundsBodies() {
        hub.answer = (request, response) ->
                response.send(Flux.range(0, 100).map(i -> Unpooled.wrappedBuffer(new byte[100])));
        assertThat(refusal("/api/x")).isInstanceOf(LimitExceededException.class);
        hub.answer = (request, response) -> Site.text(response, "x".repeat(1001));
        assertThat(refusal("/api/x")).isInstanceOf(LimitExceededException.class).hasMessageContaining("1001");
        hub.answer = (request, response) -> Site.text(response, "x".repeat(1000));
        assertThat(client.get(hub.at("/api/x"), 1000).block(PATIENCE).body().remaining())
                .isEqualTo(1000);
    }

    @Test
    @DisplayName("a head larger than allowed is refused")
    void boundsHeads() {
        hub.answer = (request, response) -> Site.text(response.header("X-Long", "x".repeat(70_000)), "");
        assertThat(refusal("/api/x")).isInstanceOf(LimitExceededException.class);
        hub.answer = (request, response) -> Site.text(response.header("X-Long", "x".repeat(30_000)), "");
        assertThat(refusal("/api/x")).isNull();
    }

    @Test
    @DisplayName("a compressed body is refused, as a plain one was asked for")
    void refusesCompression() {
        hub.answer = (request, response) -> Site.text(response.header("Content-Encoding", "gzip"), "zzz");
        assertThat(refusal("/api/x"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("compressed");
    }

    @Test
    @DisplayName("offline nothing is sent")
    void offlineSendsNothing() {
        client = client(NetOptions.builder(hub.at("/")).offline(true));
        assertThat(refusal("/api/x"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("offline");
        assertThatThrownBy(() -> client.file(hub.at("/f"), "lab/toy/f", OptionalLong.of(5))
                        .flatMapMany(source -> source.stream(0))
                        .blockLast(PATIENCE))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("lab/toy/f");
        assertThat(hub.asked).isEmpty();
    }

    @Test
    @DisplayName("a closed client refuses, and what runs ends")
    void closes() {
        hub.answer = (request, response) -> Mono.never();
        Mono<HubAnswer> running = client.get(hub.at("/api/x"), 10).cache();
        var unused = running.subscribe(answer -> {}, failure -> {});
        while (hub.asked.isEmpty()) {
            Thread.onSpinWait();
        }
        client.close().block(PATIENCE);
        assertThatThrownBy(() -> running.block(PATIENCE)).isInstanceOf(StoreClosedException.class);
        assertThat(refusal("/api/x")).isInstanceOf(StoreClosedException.class);
        client.close().block(PATIENCE);
    }

    @Test
    @DisplayName("a token that cannot be one is refused without being shown")
    void refusesBrokenToken() {
        client = HubClients.of(NetOptions.builder(hub.at("/"))
                .token(() -> Optional.of("t0k\nX: y"))
                .build());
        assertThat(refusal("/api/x")).hasMessageContaining("token").hasMessageNotContaining("t0k");
        assertThat(hub.asked).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("an endpoint that is no hub's address is refused at once")
    @ValueSource(strings = {"ftp://h", "https:///x", "h", "https://u:p@h", "https://h?q", "https://h#f"})
    void refusesEndpoints(String endpoint) {
        assertThatThrownBy(() -> NetOptions.builder(URI.create(endpoint))).hasMessageContaining("endpoint");
    }

    @Test
    @DisplayName("options show no secret")
    void optionsHideSecrets() {
        NetOptions options = NetOptions.builder(URI.create("https://h/"))
                .token(() -> Optional.of("t0k"))
                .httpsProxy("http://user:pass@proxy:3128")
                .build();
        assertThat(options.toString()).isEqualTo("NetOptions[https://h]");
        assertThat(options.proxyFor(true).orElseThrow().toString()).isEqualTo("proxy:3128");
        assertThatThrownBy(() -> NetOptions.builder(URI.create("https://h")).httpsProxy("socks5://user:pass@proxy"))
                .hasMessageNotContaining("pass@");
    }
}
