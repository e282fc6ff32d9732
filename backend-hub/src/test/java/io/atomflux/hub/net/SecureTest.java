package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.hub.bytes.ByteRange;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.http.server.HttpServer;

/** Who is trusted, and the ways through proxies. */
@Timeout(60)
class SecureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String BODY = "0123456789";

    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private Path resource(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            try (var in = SecureTest.class.getResourceAsStream(name)) {
                Files.copy(in, file);
            }
        }
        return file;
    }

    /** A server whose certificate is of the test's own authority, for the host {@code hub.example} and 127.0.0.1. */
    private Site secure(String certificate) throws IOException {
        var context = SslContextBuilder.forServer(
                        resource(certificate + ".pem").toFile(),
                        resource(certificate + ".key").toFile())
                .sslProvider(io.netty.handler.ssl.SslProvider.JDK)
                .build();
        Site site = new Site(
                "https",
                0,
                server -> server.secure(spec -> spec.sslContext(context)),
                (request, response) -> Site.serve(request, response, BODY.getBytes(StandardCharsets.UTF_8)));
        open.add(site);
        return site;
    }

    private Site plain() {
        Site site = new Site(
                "http",
                0,
                UnaryOperator.<HttpServer>identity()::apply,
                (request, response) -> Site.serve(request, response, BODY.getBytes(StandardCharsets.UTF_8)));
        open.add(site);
        return site;
    }

    private HubClient client(URI endpoint, UnaryOperator<NetOptions.Builder> more) {
        NetOptions options = more.apply(NetOptions.builder(endpoint)
                        .token(() -> Optional.of("t0k"))
                        .retries(0))
                .build();
        HubClient client = new NettyHubClient(
                options,
                new Transport(
                        options,
                        new RedirectsTest.Names(Map.of(
                                "hub.example",
                                "127.0.0.1",
                                "other.example",
                                "127.0.0.1",
                                "proxy.example",
                                "127.0.0.1"))));
        open.add(() -> client.close().block(PATIENCE));
        return client;
    }

    private String get(HubClient client, URI uri) {
        HubAnswer answer = client.get(uri, 1000).block(PATIENCE);
        return StandardCharsets.UTF_8.decode(answer.body()).toString();
    }

    private static URI named(Site site, String host) {
        return URI.create("https://" + host + ":" + site.port());
    }

    @Test
    @DisplayName("a server of a private authority is trusted if the authority is given, and only then")
    void trustsExtraAuthority() throws IOException {
        Site site = secure("hub");
        URI endpoint = named(site, "hub.example");
        Path authority = resource("authority.pem");
        assertThat(get(client(endpoint, options -> options.extraTrust(authority)), URI.create(endpoint + "/x")))
                .isEqualTo(BODY);
        assertThat(site.asked.get(0).header("authorization")).isEqualTo("Bearer t0k");

        assertThatThrownBy(() -> get(client(endpoint, options -> options), URI.create(endpoint + "/x?s=secret")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("not trusted")
                .hasMessageNotContaining("secret");
        assertThat(site.asked).hasSize(1);
    }

    @Test
    @DisplayName("a certificate for another host is refused")
    void verifiesHost() throws IOException {
        Site site = secure("hub");
        URI endpoint = named(site, "other.example");
        Path authority = resource("authority.pem");
        assertThatThrownBy(() ->
                        get(client(endpoint, options -> options.extraTrust(authority)), URI.create(endpoint + "/x")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("another host's");
        assertThat(site.asked).isEmpty();
    }

    @Test
    @DisplayName("a file that holds no certificates is refused by its name")
    void refusesBadTrustFile() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.pem"), "nonsense");
        URI endpoint = URI.create("https://hub.example:1");
        for (Path path : List.of(bad, folder.resolve("missing.pem"))) {
            assertThatThrownBy(() -> get(client(endpoint, options -> options.extraTrust(path)), endpoint))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining(path.getFileName().toString());
        }
    }

    @Test
    @DisplayName("from https to http nobody goes")
    void staysSecure() throws IOException {
        Site site = secure("hub");
        Site bare = plain();
        site.answer = (request, response) ->
                Site.redirect(response, 302, bare.at("/x?s=secret").toString());
        URI endpoint = named(site, "hub.example");
        Path authority = resource("authority.pem");
        assertThatThrownBy(() ->
                        get(client(endpoint, options -> options.extraTrust(authority)), URI.create(endpoint + "/x")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("from https to http")
                .hasMessageNotContaining("secret");
        assertThat(bare.asked).isEmpty();
    }

    @Test
    @DisplayName("another port with TLS gets no token")
    void otherPortGetsNoToken() throws IOException {
        Site site = secure("hub");
        Site storage = secure("hub");
        site.answer = (request, response) -> Site.redirect(response, 302, named(storage, "hub.example") + "/blob?s=1");
        URI endpoint = named(site, "hub.example");
        Path authority = resource("authority.pem");
        HubClient client = client(endpoint, options -> options.extraTrust(authority));
        assertThat(HubClientTest.bytes(client.file(URI.create(endpoint + "/f"), "f", OptionalLong.of(10))
                        .flatMap(file -> file.read(new ByteRange(2, 3)))
                        .block(PATIENCE)))
                .asString()
                .isEqualTo("234");
        assertThat(storage.asked.get(0).headers()).doesNotContainKey("authorization");
    }

    @Test
    @DisplayName("what is no TLS, and what is no HTTP, is told")
    void tellsWrongProtocol() {
        Site bare = plain();
        URI endpoint = named(bare, "hub.example");
        assertThatThrownBy(() -> get(client(endpoint, options -> options), URI.create(endpoint + "/x")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("not with TLS");
    }

    @Test
    @DisplayName("through a tunnel the proxy learns the host, and neither token nor path")
    void tunnels() throws Exception {
        Site site = secure("hub");
        ProxyDouble proxy = new ProxyDouble("user:pa ss");
        open.add(proxy);
        URI endpoint = named(site, "hub.example");
        Path authority = resource("authority.pem");
        HubClient client = client(
                endpoint,
                options ->
                        options.extraTrust(authority).httpsProxy("http://user:pa%20ss@proxy.example:" + proxy.port()));
        assertThat(get(client, URI.create(endpoint + "/x"))).isEqualTo(BODY);
        assertThat(get(client, URI.create(endpoint + "/y"))).isEqualTo(BODY);
        assertThat(proxy.requests).containsOnly("CONNECT hub.example:" + site.port() + " HTTP/1.1");
        assertThat(proxy.heads.toString()).doesNotContain("t0k");
        assertThat(site.targets()).containsExactly("/x", "/y");
    }

    @Test
    @DisplayName("a proxy that wants another login is told without ours")
    void tellsRefusedLogin() throws Exception {
        Site site = secure("hub");
        ProxyDouble proxy = new ProxyDouble("user:right");
        open.add(proxy);
        URI endpoint = named(site, "hub.example");
        HubClient client =
                client(endpoint, options -> options.httpsProxy("http://user:wrong@127.0.0.1:" + proxy.port()));
        assertThatThrownBy(() -> get(client, URI.create(endpoint + "/x")))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("wants a login")
                .hasMessageContaining("through the proxy 127.0.0.1:" + proxy.port())
                .hasMessageNotContaining("wrong");
    }

    @Test
    @DisplayName("requests without TLS name the whole address to the proxy")
    void plainProxy() throws Exception {
        Site site = plain();
        ProxyDouble proxy = new ProxyDouble("u:p");
        open.add(proxy);
        HubClient client = client(
                URI.create("http://hub.example:" + site.port()),
                options -> options.httpProxy("u:p@127.0.0.1:" + proxy.port()));
        URI uri = URI.create("http://hub.example:" + site.port() + "/a%2Fb?c=%20");
        assertThat(get(client, uri)).isEqualTo(BODY);
        assertThat(proxy.requests).containsExactly("GET " + uri + " HTTP/1.1");
        assertThat(site.asked.get(0).header("host")).isEqualTo("hub.example:" + site.port());
    }

    @Test
    @DisplayName("excepted hosts are reached without the proxy")
    void exceptions() throws Exception {
        Site site = plain();
        for (String none : List.of("*", "hub.example", ".example", "a, example ,b", "HUB.example:" + site.port())) {
            HubClient client = client(
                    URI.create("http://hub.example:" + site.port()),
                    options -> options.httpProxy("127.0.0.1:1").noProxy(none));
            assertThat(get(client, URI.create("http://hub.example:" + site.port() + "/x")))
                    .isEqualTo(BODY);
        }
        HubClient client = client(
                URI.create("http://hub.example:" + site.port()),
                options -> options.httpProxy("127.0.0.1:1").noProxy("b.example,ample,hub.example:1"));
        assertThatThrownBy(() -> get(client, URI.create("http://hub.example:" + site.port() + "/x")))
                .isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    @DisplayName("a proxy is not asked for addresses of this machine or the network")
    void guardsBehindProxy() throws Exception {
        ProxyDouble proxy = new ProxyDouble("u:p");
        open.add(proxy);
        HubClient client = client(
                URI.create("http://hub.example"),
                options ->
                        options.httpProxy("u:p@127.0.0.1:" + proxy.port()).httpsProxy("u:p@127.0.0.1:" + proxy.port()));
        for (String target :
                List.of("http://127.0.0.1:9/", "https://169.254.169.254/", "http://[::1]/", "http://localhost/")) {
            assertThatThrownBy(() -> get(client, URI.create(target)))
                    .as(target)
                    .isInstanceOf(StoreAccessException.class);
        }
        assertThat(proxy.requests).isEmpty();
    }
}
