package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.hub.bytes.ByteRange;
import io.netty.buffer.Unpooled;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;

/** Servers that mean harm, byte by byte: each ends in an error of ours, soon, and nobody learns the token. */
@Timeout(60)
class HostileServersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final FastTime time = new FastTime(60);
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Flux<String> answer = Flux.empty();
    private final DisposableServer server = TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> in.receive().take(1).concatMap(request -> {
                requests.incrementAndGet();
                return out.send(
                        answer.map(text -> Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1)), buffer -> true);
            }))
            .bindNow();
    private HubClient client = client(Duration.ofMinutes(20));

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        server.disposeNow();
        time.dispose();
    }

    private HubClient client(Duration timeout) {
        return HubClients.of(NetOptions.builder(at(""))
                .token(() -> Optional.of("t0k3n"))
                .scheduler(time)
                .answerTimeout(timeout)
                .idleTimeout(timeout)
                .retries(0)
                .build());
    }

    /** Makes the client wait half a second only. */
    private void hurry() {
        client.close().block(PATIENCE);
        client = client(Duration.ofSeconds(30));
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    private Throwable failure() {
        Throwable failure = catchThrowable(() -> client.get(at("/f"), 1000).block(PATIENCE));
        assertSafe(failure);
        return failure;
    }

    private static void assertSafe(Throwable failure) {
        assertThat(failure).isInstanceOf(AtomfluxException.class);
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain("t0k3n").doesNotContain("passw0rd");
    }

    private static Flux<String> forEver(String text) {
        return Flux.generate(sink -> sink.next(text.repeat(100)));
    }

    @ParameterizedTest(name = "{0} …")
    @DisplayName("what never ends is left, in a head, a body, or before either")
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK~ | X-A: bbbbbbbbbbbbbbbbbbbbbbbb~",
                "HTTP/1.1 200 OK~X-A: | a",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~ | 3~abc~",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1;x= | y",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~ | X-Trailer: aaaaaaaaaaaaaaaaaaa~",
                "HTTP/1.1 302 Found~Location: /g~Transfer-Encoding: chunked~~ | 3~abc~",
                "HTTP/1.1 404 Not Found~~ | abc",
                "HTTP/1.1 200 OK~~ | abc",
                "HTTP/1.0 200 OK~~ | abc",
                "HTTP/1.1 | 2",
                "HTTP/1.1 100 Continue~~ | HTTP/1.1 100 Continue~~",
                "HTTP/1.1 103 Early Hints~~ | HTTP/1.1 103 Early Hints~~"
            })
    void leavesEndless(String beginning, String then) {
        hurry();
        answer =
                Flux.just(beginning.replace("~", "\r\n").stripLeading()).concatWith(forEver(then.replace("~", "\r\n")));
        failure();
    }

    @ParameterizedTest
    @DisplayName("a head that comes letter by letter, or never, is left after the time for answers")
    @ValueSource(
            strings = {"", "H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Hints\r\n\r\n"})
    void leavesSlowHeads(String beginning) {
        hurry();
        answer = Flux.just(beginning)
                .concatWith(Flux.interval(Duration.ofMillis(50))
                        .map(i -> beginning.length() > 1 ? "X" : "")
                        .concatWith(Mono.never()));
        assertThat(failure()).hasMessageMatching("(?s).*(no answer within 30 s|answer 103).*");
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("lies about lengths and encodings, and bodies where none may be, are refused")
    @ValueSource(
            strings = {
                "200 OK~Content-Length: 5~~abc",
                "200 OK~Content-Length: -5~~abc",
                "200 OK~Content-Length: 99999999999999999999~~abc",
                "200 OK~Content-Length: 1000001~~abc",
                "200 OK~Content-Length: 3~Content-Length: 4~~abcd",
                "200 OK~Content-Length: 3x~~abc",
                "200 OK~Transfer-Encoding: chunked~~zz~abc~0~~",
                "200 OK~Transfer-Encoding: chunked~~-3~abc~0~~",
                "200 OK~Transfer-Encoding: chunked~~fffffffffffffffff~abc~0~~",
                "200 OK~Transfer-Encoding: chunked~~3~abc~",
                "200 OK~Content-Encoding: gzip~Content-Length: 3~~abc",
                "200 OK~Content-Encoding: br, identity~Content-Length: 3~~abc",
                "304 Not Modified~Content-Length: 3~~abc",
                "304 Not Modified~~abc",
                "101 Switching Protocols~Upgrade: h2c~~abc",
                "999 What~~abc",
                "000 What~~abc",
                "2x0 What~~abc"
            })
    void refusesLies(String text) {
        answer = Flux.just("HTTP/1.1 " + text.replace("~", "\r\n"));
        failure();
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("targets that are no address of a web server are not followed")
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://127.0.0.1/f",
                "javascript:alert(1)",
                "http://user:passw0rd@127.0.0.1/f",
                "http://b\u00fccher.example:1/f",
                "http://127.0.0.1:0/f",
                "http://127.0.0.1:65536/f",
                "http://127.0.0.1:99999999999/f",
                "http://127.0.0.1:-1/f",
                "http:///f",
                "http:f",
                "//",
                "http://[::1/f",
                "http://%31/f",
                "http://a_b.invalid:1/f",
                "\u0000",
                "http://127.0.0.1\u000b/f"
            })
    void refusesTargets(String location) {
        answer = Flux.just("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n");
        failure();
        assertThat(requests).hasValue(1);
    }

    @ParameterizedTest
    @DisplayName("waits that make no sense tell nothing, or are refused as too long")
    @ValueSource(
            strings = {
                "-5",
                "NaN",
                "1e9",
                "1000000000000000000",
                "999999999999999",
                "Fri, 31 Dec 9999 23:59:59 GMT",
                "Fri, 31 Dec 999999999 23:59:59 GMT",
                "Thu, 01 Jan 0000 00:00:00 GMT",
                "+1",
                "5, 6"
            })
    void survivesWaits(String wait) {
        answer = Flux.just("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\nRetry-After: " + wait
                + "\r\nRateLimit: \"api\";r=0;t=" + wait + "\r\n\r\n");
        failure();
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("parts that are not what was asked for are refused")
    @ValueSource(
            strings = {
                "204 No Content~~abc",
                "206 Partial~Content-Range: bytes 0-99999999999999999999/100~~abc",
                "206 Partial~Content-Range: bytes -1-9/100~~abc",
                "206 Partial~Content-Range: bytes 0-9/100~Content-Length: 3~~abc",
                "206 Partial~Content-Range: bytes 0-9/100~Transfer-Encoding: chunked~~3~abc~0~~",
                "206 Partial~Content-Type: multipart/byteranges; boundary=x~~--x",
                "200 OK~Content-Length: 100~Transfer-Encoding: chunked~~3~abc~0~~"
            })
    void refusesParts(String text) {
        answer = Flux.just("HTTP/1.1 " + text.replace("~", "\r\n"));
        assertSafe(catchThrowable(() -> client.file(at("/f"), "f", OptionalLong.of(100))
                .flatMap(file -> file.read(new ByteRange(0, 10)))
                .block(PATIENCE)));
    }
}
