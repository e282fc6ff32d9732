package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** What is tried again, when, and for how long. */
@Timeout(60)
class RetriesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final Site hub = new Site();
    private FastTime time = new FastTime();
    private HubClient client = client(options -> options);

    private HubClient client(UnaryOperator<NetOptions.Builder> more) {
        return HubClients.of(more.apply(NetOptions.builder(hub.at("/"))
                        .scheduler(time)
                        .clock(Clock.fixed(NOW, ZoneOffset.UTC))
                        .random(() -> 0.5)
                        .answerTimeout(Duration.ofHours(20))
                        .retryBudget(Duration.ofHours(24))
                        .idleTimeout(Duration.ofHours(20)))
                .build());
    }

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        time.dispose();
        hub.close();
    }

    private void stopTime() {
        client.close().block(PATIENCE);
        time.dispose();
        time = FastTime.standing();
    }

    /** Loads what a first request needs; ends the client that did. */
    private void warm() {
        failing(0, response -> Mono.never());
        get("/warm");
        hub.asked.clear();
        client.close().block(PATIENCE);
    }

    private String get(String target) {
        HubAnswer answer = client.get(hub.at(target), 100).block(PATIENCE);
        return StandardCharsets.UTF_8.decode(answer.body()).toString();
    }

    private interface Reply {
        Publisher<Void> to(HttpServerResponse response);
    }

    /** Fails so many times, then answers. */
    private void failing(int times, Reply reply) {
        AtomicInteger left = new AtomicInteger(times);
        hub.answer =
                (request, response) -> left.getAndDecrement() > 0 ? reply.to(response) : Site.text(response, "fine");
    }

    @ParameterizedTest
    @DisplayName("what may pass is tried again after 1, 2, 4, 8 and 8 s")
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void triesAgain(int status) {
        failing(5, response -> Site.text(response.status(status), "no"));
        assertThat(get("/api/x")).isEqualTo("fine");
        assertThat(time.waits).containsExactly(1000L, 2000L, 4000L, 8000L, 8000L);
        assertThat(hub.asked).hasSize(6);
    }

    @Test
    @DisplayName("after five more attempts it is told how long was tried, and what the last answer was")
    void givesUp() {
        failing(100, response -> Site.text(response.status(503).header("X-Request-Id", "r7"), "{\"error\":\"down\"}"));
        assertThatThrownBy(() -> get("/api/x?q=secret"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("6 attempts failed within ")
                .hasMessageContaining("answer 503 \"down\", X-Request-Id r7")
                .hasMessageNotContaining("secret");
        assertThat(hub.asked).hasSize(6);
    }

    @ParameterizedTest
    @DisplayName("refusals are not tried again")
    @ValueSource(ints = {400, 401, 403, 404, 410, 416, 418})
    void doesNotInsist(int status) {
        failing(100, response -> Site.text(response.status(status), "no"));
        assertThatThrownBy(() -> get("/api/x"));
        assertThat(hub.asked).hasSize(1);
    }

    @ParameterizedTest(name = "random {0}: {1} ms")
    @DisplayName("waits are spread by a fifth")
    @CsvSource({"0.0,800", "0.25,900", "0.75,1100"})
    void spreadsWaits(double random, long expected) {
        client = client(options -> options.random(() -> random));
        failing(1, response -> Site.text(response.status(503), "no"));
        get("/api/x");
        assertThat(time.waits).containsExactly(expected);
    }

    @ParameterizedTest(name = "{1}: {2}")
    @DisplayName("a wait that the server tells is kept to, and half a second more")
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | RateLimit | \"api\";r=0;t=20 | 20500",
                "429 | RateLimit | \"api\"; r=0; t=20 | 20500",
                "429 | Retry-After | 7 | 7500",
                "503 | Retry-After | 7 | 7500",
                "429 | Retry-After | Sun, 01 Mar 2026 12:00:30 GMT | 30500",
                "429 | Retry-After | Sun, 01 Mar 2026 11:00:30 GMT | 500",
                "429 | Retry-After | soon | 1000",
                "429 | RateLimit | \"api\";r=5;t=20 | 1000"
            })
    void keepsToServer(int status, String header, String value, long expected) {
        failing(1, response -> Site.text(response.status(status).header(header, value), "no"));
        assertThat(get("/x")).isEqualTo("fine");
        assertThat(time.waits).containsExactly(expected);
    }

    @Test
    @DisplayName("requests left do not explain a refusal: the other header counts")
    void quotaLeftIsNoReason() {
        failing(
                1,
                response -> Site.text(
                        response.status(429)
                                .header("RateLimit", "\"api\";r=5;t=100")
                                .header("Retry-After", "3"),
                        "no"));
        assertThat(get("/x")).isEqualTo("fine");
        assertThat(time.waits).containsExactly(3500L);
    }

    @Test
    @DisplayName("a wait longer than allowed is told at once")
    void refusesLongWaits() {
        failing(1, response -> Site.text(response.status(429).header("Retry-After", "331"), "no"));
        assertThatThrownBy(() -> get("/x"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("331 s")
                .hasMessageContaining("330 s");
        assertThat(hub.asked).hasSize(1);
    }

    @Test
    @DisplayName("the budget of time ends trying before the count does")
    void keepsToBudget() {
        stopTime();
        client = client(options -> options.retries(50).retryBudget(Duration.ofSeconds(20)));
        failing(100, response -> Site.text(response.status(503), "no"));
        assertThatThrownBy(() -> get("/x")).isInstanceOf(StoreUnavailableException.class);
        // 1 + 2 + 4 + 8 s pass; the next 8 s would be too many.
        assertThat(time.waits).containsExactly(1000L, 2000L, 4000L, 8000L);
    }

    @Test
    @DisplayName("a spent quota holds back requests of its class only, on a success as well")
    void spentQuotaHoldsBack() {
        stopTime();
        client = client(options -> options);
        AtomicInteger count = new AtomicInteger();
        hub.answer = (request, response) -> Site.text(
                count.getAndIncrement() == 0 ? response.header("RateLimit", "\"api\";r=0;t=50") : response, "fine");
        get("/api/a");
        get("/datasets/l/t/resolve/c/f");
        assertThat(time.waits).isEmpty();
        get("/api/b");
        assertThat(time.waits).containsExactly(50_000L);
    }

    @Test
    @DisplayName("a connection that breaks, before or in a body, is tried again")
    void brokenConnections() {
        failing(1, response -> {
            response.withConnection(connection -> connection.channel().close());
            return Mono.never();
        });
        assertThat(get("/x")).isEqualTo("fine");
        failing(1, response -> Evil.cut(response.header("Content-Length", "100"), new byte[50]));
        assertThat(get("/x")).isEqualTo("fine");
        assertThat(time.waits).containsExactly(1000L, 1000L);
    }

    @Test
    @DisplayName("a server that is not there is tried again, and told with its address")
    void nobodyListens() {
        hub.close();
        assertThatThrownBy(() -> get("/x"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("127.0.0.1:" + hub.port());
        assertThat(time.waits).hasSize(5);
    }

    @Test
    @DisplayName("an answer that does not come in time is a failure that may pass")
    void slowAnswers() {
        warm();
        // two seconds, that the second answer comes in time on a machine that is busy
        client = client(
                options -> options.answerTimeout(Duration.ofSeconds(2000)).retries(1));
        failing(1, response -> Mono.never());
        assertThat(get("/x")).isEqualTo("fine");
        client.close().block(PATIENCE);
        client =
                client(options -> options.answerTimeout(Duration.ofSeconds(300)).retries(1));
        failing(100, response -> Mono.never());
        assertThatThrownBy(() -> get("/x")).hasMessageContaining("no answer within 300 s");
    }

    @Test
    @DisplayName("a body that stops coming is a failure that may pass")
    void stalledBodies() {
        warm();
        client = client(options -> options.idleTimeout(Duration.ofSeconds(2000)).retries(1));
        failing(1, response -> Evil.stall(response.header("Content-Length", "9"), new byte[3]));
        assertThat(get("/x")).isEqualTo("fine");
        assertThat(hub.asked).hasSize(2);
    }

    @Test
    @DisplayName("cancelling a wait leaves nothing that would try again")
    void cancelledWait() {
        client.close().block(PATIENCE);
        time.dispose();
        time = new FastTime(1); // so that nothing but the cancelling ends the wait
        client = client(options -> options);
        failing(100, response -> Site.text(response.status(429).header("Retry-After", "300"), "no"));
        Disposable running = client.get(hub.at("/x"), 10).subscribe();
        while (time.waits.isEmpty()) {
            Thread.onSpinWait();
        }
        running.dispose();
        while (time.pending.get() > 0) {
            Thread.onSpinWait(); // until the one who was about to wait has noticed; the timeout of this class ends it
        }
        assertThat(hub.asked).hasSize(1);
    }

    @Test
    @DisplayName("no retries: the failure itself is told")
    void noRetries() {
        client = client(options -> options.retries(0));
        failing(1, response -> Site.text(response.status(503), "no"));
        assertThatThrownBy(() -> get("/x")).hasMessageContaining("in trouble: answer 503");
        failing(1, response -> Site.text(response.status(403), "no"));
        assertThatThrownBy(() -> get("/x")).isInstanceOf(StoreAccessException.class);
        assertThat(time.waits).isEmpty();
    }
}
