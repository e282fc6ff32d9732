package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreUnavailableException;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where redirects lead, what goes along, and where nobody follows. */
@Timeout(60)
class RedirectsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Site hub = new Site();
    private final Site other = new Site();
    private final List<HubClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(client -> client.close().block(PATIENCE));
        hub.close();
        other.close();
    }

    private HubClient client(URI endpoint, Map<String, String> names) {
        NetOptions options = NetOptions.builder(endpoint)
                .token(() -> Optional.of("t0k"))
                .retries(0)
                .build();
        HubClient client = new NettyHubClient(options, new Transport(options, new Names(names)));
        clients.add(client);
        return client;
    }

    private String get(URI uri) {
        return text(client(hub.at(""), Map.of()).get(uri, 1000).block(PATIENCE));
    }

    private static String text(HubAnswer answer) {
        return StandardCharsets.UTF_8.decode(answer.body()).toString();
    }

    @ParameterizedTest
    @DisplayName("all five redirects are followed, relative ones with their query")
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void followsRelative(int status) {
        hub.answer = (request, response) -> request.uri().equals("/api/resolve-cache/f?%2Fd=&etag=%22a%22")
                ? Site.text(response, "here")
                : Site.redirect(response, status, "/api/resolve-cache/f?%2Fd=&etag=%22a%22");
        assertThat(get(hub.at("/datasets/f"))).isEqualTo("here");
        assertThat(hub.asked)
                .hasSize(2)
                .allSatisfy(asked -> assertThat(asked.header("authorization")).isEqualTo("Bearer t0k"));
    }

    @Test
    @DisplayName("the target is asked for byte for byte")
    void keepsTarget() {
        String target = "/a%2Fb/%C3%A9+~*%7e/x;y=1?X-Sig=s%2B1~*&b[]=1&c=%20+%22:@/?!$'()";
        other.answer = (request, response) -> Site.text(response, "there");
        hub.answer =
                (request, response) -> Site.redirect(response, 302, other.at("").toString() + target);
        assertThat(get(hub.at("/datasets/f"))).isEqualTo("there");
        assertThat(other.targets()).containsExactly(target);
    }

    @Test
    @DisplayName("another port gets no token, and neither does the hub when the chain comes back")
    void tokenStaysOff() {
        other.answer = (request, response) ->
                Site.redirect(response, 302, hub.at("/back").toString());
        hub.answer = (request, response) -> request.uri().equals("/back")
                ? Site.text(response, "back")
                : Site.redirect(
                        response.header("Set-Cookie", "a=b"),
                        302,
                        other.at("/over").toString());
        assertThat(get(hub.at("/datasets/f"))).isEqualTo("back");
        assertThat(hub.asked.get(0).header("authorization")).isEqualTo("Bearer t0k");
        assertThat(hub.asked.get(1).headers()).doesNotContainKeys("authorization", "cookie");
        assertThat(other.asked.get(0).headers())
                .doesNotContainKeys("authorization", "cookie")
                .containsEntry("accept-encoding", "identity");
    }

    @Test
    @DisplayName("an address outside of the hub gets no token in the first place")
    void foreignAddressGetsNoToken() {
        other.answer = (request, response) -> Site.text(response, "there");
        assertThat(get(other.at("/api/x"))).isEqualTo("there");
        assertThat(other.asked.get(0).headers()).doesNotContainKey("authorization");
    }

    @Test
    @DisplayName("another name of the same machine is another host: no token")
    void otherNameGetsNoToken() {
        other.answer = (request, response) -> Site.text(response, "there");
        hub.answer = (request, response) -> Site.redirect(response, 302, "http://localhost:" + hub.port() + "/named");
        hub.answer = (request, response) -> request.uri().equals("/named")
                ? Site.text(response, "named")
                : Site.redirect(response, 302, "http://localhost:" + hub.port() + "/named");
        assertThat(text(client(hub.at(""), Map.of("localhost", "127.0.0.1"))
                        .get(hub.at("/f"), 100)
                        .block(PATIENCE)))
                .isEqualTo("named");
        assertThat(hub.asked.get(1).headers()).doesNotContainKey("authorization");
    }

    @Test
    @DisplayName("a loop ends with an error that names no query")
    void refusesLoop() {
        hub.answer = (request, response) ->
                Site.redirect(response, 302, request.uri().startsWith("/a") ? "/b?sig=secret" : "/a?sig=secret");
        assertThatThrownBy(() -> get(hub.at("/a?sig=secret")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("loop")
                .hasMessageNotContaining("secret");
        assertThat(hub.asked).hasSize(2);
    }

    @Test
    @DisplayName("ten redirects are followed, the eleventh is not")
    void refusesManyHops() {
        AtomicInteger last = new AtomicInteger(10);
        hub.answer = (request, response) -> {
            int step = Integer.parseInt(request.uri().substring(1));
            return step == last.get() ? Site.text(response, "end") : Site.redirect(response, 307, "/" + (step + 1));
        };
        assertThat(get(hub.at("/0"))).isEqualTo("end");
        last.set(11);
        assertThatThrownBy(() -> get(hub.at("/0"))).hasMessageContaining("more than 10 times");
    }

    @ParameterizedTest
    @DisplayName("what is no address of a web server is not followed")
    @ValueSource(
            strings = {
                "ftp://host/x",
                "file:///etc/passwd",
                "http:///x",
                "http://user:pw@127.0.0.1/x",
                "http://2130706433/x",
                "http://0x7f000001/x",
                "http://127.1/x",
                "http://[::1/x",
                ""
            })
    void refusesOddTargets(String location) {
        hub.answer = (request, response) -> Site.redirect(response, 302, location);
        assertThatThrownBy(() -> get(hub.at("/f")))
                .isInstanceOfAny(StoreUnavailableException.class, StoreAccessException.class)
                .hasMessageNotContaining("pw");
        assertThat(hub.asked).hasSize(1);
    }

    @ParameterizedTest
    @DisplayName("a hub on this machine leads neither into the network nor to where clouds keep credentials")
    @ValueSource(
            strings = {
                "http://10.0.0.1/x",
                "http://192.168.0.1/x",
                "http://100.64.0.1/x",
                "http://169.254.169.254/latest/meta-data",
                "http://[::ffff:169.254.169.254]/x",
                "http://[fd00::1]/x",
                "http://[fe80::1]/x",
                "http://0.0.0.0/x",
                "http://224.0.0.1/x",
                "http://metadata.example/x",
                "http://mixed.example/x"
            })
    void refusesAddresses(String location) {
        hub.answer = (request, response) -> Site.redirect(response, 302, location);
        HubClient client = client(
                hub.at(""), Map.of("metadata.example", "169.254.169.254", "mixed.example", "10.0.0.1 169.254.1.1"));
        assertThatThrownBy(() -> client.get(hub.at("/f"), 100).block(PATIENCE))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("not followed");
    }

    @Test
    @DisplayName(
            "a public hub does not lead to this machine, by address or by name, even if the name was harmless before")
    void publicHubStaysPublic() {
        Names names = new Names(Map.of("rebinding.example", "127.0.0.1", "localhost", "127.0.0.1"));
        AddressGuard guard = new AddressGuard(URI.create("https://8.8.8.8"), names);
        io.netty.channel.EventLoopGroup loops =
                new io.netty.channel.MultiThreadIoEventLoopGroup(1, io.netty.channel.nio.NioIoHandler.newFactory());
        try {
            AddressResolver<InetSocketAddress> resolver = guard.getResolver(loops.next());
            for (String host :
                    List.of("127.0.0.1", "::1", "::ffff:127.0.0.1", "rebinding.example", "localhost", "10.0.0.1")) {
                InetSocketAddress address = Addresses.literal(host) == null
                        ? InetSocketAddress.createUnresolved(host, 80)
                        : new InetSocketAddress(Addresses.literal(host), 80);
                assertThat(resolver.isResolved(address)).isFalse();
                assertThat(resolver.resolveAll(address).awaitUninterruptibly().cause())
                        .as(host)
                        .isInstanceOf(RefusedAddressException.class);
                assertThat(resolver.resolve(address).awaitUninterruptibly().cause())
                        .isInstanceOf(RefusedAddressException.class);
            }
            InetSocketAddress fine = new InetSocketAddress(Addresses.literal("1.1.1.1"), 80);
            assertThat(resolver.resolveAll(fine).awaitUninterruptibly().getNow())
                    .containsExactly(fine);
        } finally {
            loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
                    .awaitUninterruptibly();
        }
    }

    @Test
    @DisplayName("a hub whose name is of this machine may lead to this machine")
    void homeNameAllowsItsKind() {
        other.answer = (request, response) -> Site.text(response, "there");
        hub.answer = (request, response) ->
                Site.redirect(response, 302, other.at("/x").toString());
        URI endpoint = URI.create("http://home.example:" + hub.port());
        HubClient client = client(endpoint, Map.of("home.example", "127.0.0.1"));
        assertThat(text(client.get(URI.create(endpoint + "/f"), 100).block(PATIENCE)))
                .isEqualTo("there");
        assertThat(other.asked.get(0).headers()).doesNotContainKey("authorization");
    }

    @Test
    @DisplayName("an unknown host is told by its name")
    void unknownHost() {
        hub.answer = (request, response) -> Site.redirect(response, 302, "http://nowhere.example/x?sig=secret");
        assertThatThrownBy(() -> get(hub.at("/f")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("nowhere.example")
                .hasMessageContaining("no such host")
                .hasMessageNotContaining("secret");
    }

    /** Names of a test; nothing is looked up. */
    static final class Names extends AddressResolverGroup<InetSocketAddress> {
        final List<String> asked = new CopyOnWriteArrayList<>();
        private final Map<String, String> known;

        Names(Map<String, String> known) {
            this.known = known;
        }

        private List<InetAddress> find(String name) {
            asked.add(name);
            return known.containsKey(name)
                    ? Arrays.stream(known.get(name).split(" "))
                            .map(Addresses::literal)
                            .collect(Collectors.toList())
                    : List.of();
        }

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new InetNameResolver(executor) {
                @Override
                protected void doResolve(String name, Promise<InetAddress> promise) {
                    List<InetAddress> found = find(name);
                    if (found.isEmpty()) {
                        promise.setFailure(new UnknownHostException(name));
                    } else {
                        promise.setSuccess(found.get(0));
                    }
                }

                @Override
                protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
                    List<InetAddress> found = find(name);
                    if (found.isEmpty()) {
                        promise.setFailure(new UnknownHostException(name));
                    } else {
                        promise.setSuccess(found);
                    }
                }
            }.asAddressResolver();
        }
    }
}
