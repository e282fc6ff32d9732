package io.atomflux.hub.net;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreClosedException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClient.ResponseReceiver;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.transport.ProxyProvider;

/**
 * Threads, connections, trust and proxies of one client; made when the first request is sent, as that reads files. For many
 * threads.
 */
final class Transport {

    private static final Duration QUIET = Duration.ofSeconds(5);
    // Shorter than any server's patience known, so that a kept connection is rarely one that was just closed.
    private static final Duration KEPT = Duration.ofSeconds(20);

    private final NetOptions options;
    private final @Nullable AddressResolverGroup<InetSocketAddress> givenNames;
    private final boolean natives;
    private final Mono<Ready> ready;
    private @Nullable Ready made; // guarded by this
    private boolean closed; // guarded by this

    Transport(NetOptions options, @Nullable AddressResolverGroup<InetSocketAddress> givenNames) {
        this(options, givenNames, true);
    }

    /**
     * Prepares a transport.
     *
     * @param givenNames who looks up hosts; null for the system's servers
     * @param natives whether to use epoll or kqueue where there is one; NIO otherwise
     */
    Transport(NetOptions options, @Nullable AddressResolverGroup<InetSocketAddress> givenNames, boolean natives) {
        this.options = options;
        this.natives = natives;
        this.givenNames = givenNames;
        this.ready = Mono.fromCallable(this::make)
                .subscribeOn(Schedulers.boundedElastic())
                .cacheInvalidateIf(parts -> false);
    }

    /** What it takes to send requests. */
    private record Ready(
            Loops loops,
            ConnectionProvider connections,
            AddressResolverGroup<InetSocketAddress> names,
            AddressGuard guard,
            HttpClient direct,
            HttpClient unresolved,
            Optional<Mono<HttpClient>> tunnel) {}

    private Optional<Proxy> proxy(URI uri) {
        if (uri.getHost() == null) {
            return Optional.empty(); // no address at all, which is told elsewhere
        }
        return options.proxyFor(Locations.secure(uri)).filter(found -> !Proxy.excepted(options.noProxy(), uri));
    }

    /** Says where requests for an address go. */
    String where(URI uri) {
        return Locations.origin(uri)
                + proxy(uri).map(proxy -> " through the proxy " + proxy).orElse("");
    }

    /**
     * Returns a prepared request.
     *
     * @param line learns which connection it goes over
     */
    Mono<ResponseReceiver<?>> request(Hop hop, Optional<String> token, Line line) {
        return ready.flatMap(parts -> {
            synchronized (this) {
                if (closed) {
                    return Mono.error(
                            new StoreClosedException(options.endpoint().toString()));
                }
            }
            URI uri = hop.uri();
            boolean secure = Locations.secure(uri);
            Optional<Proxy> proxy = proxy(uri);
            if (proxy.isEmpty()) {
                return Mono.just(headed(parts.direct(), hop, token, line).get().uri(uri));
            }
            try {
                parts.guard().check(uri);
            } catch (RefusedAddressException e) {
                return Mono.error(e);
            }
            if (secure && parts.tunnel().isPresent()) {
                return parts.tunnel()
                        .get()
                        .map(client -> headed(client, hop, token, line).get().uri(uri));
            }
            return Mono.just(viaProxy(parts, proxy.get(), hop, token, line));
        });
    }

    private HttpClient headed(HttpClient client, Hop hop, Optional<String> token, Line line) {
        return client.doOnRequest((request, connection) -> line.over(connection))
                .headers(headers -> {
                    headers.set(HttpHeaderNames.USER_AGENT, options.userAgent());
                    headers.set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
                    hop.range().ifPresent(range -> headers.set(HttpHeaderNames.RANGE, range));
                    token.ifPresent(secret -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + secret));
                });
    }

    /** A request to a proxy names the whole address (RFC 9112 section 3.2.2). */
    private ResponseReceiver<?> viaProxy(Ready parts, Proxy proxy, Hop hop, Optional<String> token, Line line) {
        URI uri = hop.uri();
        String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        return headed(parts.unresolved(), hop, token, line)
                .remoteAddress(proxy::address)
                .headers(headers -> {
                    headers.set(HttpHeaderNames.HOST, uri.getRawAuthority());
                    proxy.authorization().ifPresent(login -> headers.set(HttpHeaderNames.PROXY_AUTHORIZATION, login));
                })
                .get()
                .uri(target.startsWith("/") ? target : "/" + target);
    }

    /** Closes what was opened; later requests fail. Cold. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            Ready parts;
            synchronized (this) {
                closed = true;
                parts = made;
                made = null;
            }
            if (parts == null) {
                return Mono.empty();
            }
            // The connections first, as their loops close them.
            // Each within bounds of time, whatever servers do.
            return Flux.concatDelayError(
                            parts.connections().disposeLater().take(QUIET),
                            Mono.<Void>fromRunnable(parts.names()::close),
                            Mono.<Void>fromRunnable(parts.guard()::close),
                            parts.loops().disposeLater(Duration.ZERO, QUIET).take(QUIET.multipliedBy(2)))
                    .then();
        });
    }

    private synchronized Ready make() throws IOException, GeneralSecurityException {
        if (closed) {
            throw new StoreClosedException(options.endpoint().toString());
        }
        if (made != null) {
            return made; // by one who was cancelled before he could tell
        }
        SslContext tls = tls();
        Loops loops = new Loops(natives);
        ConnectionProvider connections = ConnectionProvider.builder("atomflux-hub")
                .maxConnections(options.parallelRequests())
                // Requests queue for permits, not here; what waits here waits for a connection to be given back.
                .pendingAcquireMaxCount(-1)
                .pendingAcquireTimeout(options.answerTimeout())
                .maxIdleTime(KEPT)
                .build();
        AddressResolverGroup<InetSocketAddress> names = givenNames != null ? givenNames : dns(loops);
        AddressGuard guard = new AddressGuard(options.endpoint(), names);
        HttpClient common = HttpClient.create(connections)
                .runOn(loops, true)
                .protocol(HttpProtocol.HTTP11)
                .disableRetry(true)
                .keepAlive(true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        options.connectTimeout().toMillis())
                .httpResponseDecoder(spec -> spec.maxInitialLineLength(8192).maxHeaderSize(Wire.LARGEST_HEAD))
                .secure(spec -> spec.sslContext(tls).handshakeTimeout(options.connectTimeout()));
        HttpClient direct = common.resolver(guard);
        HttpClient unresolved = common.noSSL().resolver(names).doOnChannelInit(WholeTargets::install);
        Optional<Mono<HttpClient>> tunnel =
                options.proxyFor(true).map(proxy -> tunnel(common, proxy, names, loops.group()));
        made = new Ready(loops, connections, names, guard, direct, unresolved, tunnel);
        return made;
    }

    private DnsAddressResolverGroup dns(Loops loops) {
        return new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                .datagramChannelType(loops.onChannelClass(DatagramChannel.class, loops.group()))
                .queryTimeoutMillis(options.connectTimeout().toMillis()));
    }

    /** Netty's handler for tunnels wants the proxy's address, not its name; looked up anew now and then. */
    private Mono<HttpClient> tunnel(
            HttpClient common, Proxy proxy, AddressResolverGroup<InetSocketAddress> names, EventLoopGroup loops) {
        Mono<InetSocketAddress> found = Mono.create(sink -> names.getResolver(loops.next())
                .resolve(proxy.address())
                .addListener(future -> {
                    if (future.isSuccess()) {
                        sink.success((InetSocketAddress) future.getNow());
                    } else {
                        sink.error(future.cause());
                    }
                }));
        return found.map(address -> common.resolver(NoopAddressResolverGroup.INSTANCE)
                        .proxy(spec -> {
                            ProxyProvider.Builder builder = spec.type(ProxyProvider.Proxy.HTTP)
                                    .socketAddress(address)
                                    .connectTimeoutMillis(
                                            options.connectTimeout().toMillis());
                            proxy.user()
                                    .ifPresent(user -> builder.username(user).password(name -> proxy.password()));
                        }))
                .cache(client -> Duration.ofMinutes(1), failure -> Duration.ZERO, () -> Duration.ZERO);
    }

    private SslContext tls() throws GeneralSecurityException, SSLException, IOException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(io.netty.handler.ssl.SslProvider.JDK)
                .endpointIdentificationAlgorithm("HTTPS");
        if (options.extraTrust().isPresent()) {
            builder.trustManager(trust(options.extraTrust().get()));
        }
        return builder.build();
    }

    /** Whom the system trusts, and whom the file names. */
    private static TrustManager trust(Path pem) throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null, null);
        TrustManagerFactory system = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        system.init((KeyStore) null);
        int count = 0;
        for (TrustManager manager : system.getTrustManagers()) {
            if (manager instanceof X509TrustManager) {
                for (X509Certificate known : ((X509TrustManager) manager).getAcceptedIssuers()) {
                    all.setCertificateEntry("system" + count++, known);
                }
            }
        }
        try (InputStream in = Files.newInputStream(pem)) {
            for (Certificate extra : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                all.setCertificateEntry("extra" + count++, extra);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new InvalidOptionException(
                    "extra trust", "%s holds no readable certificates in PEM form (%s)".formatted(pem, e.getMessage()));
        }
        TrustManagerFactory both = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        both.init(all);
        return both.getTrustManagers()[0];
    }
}
