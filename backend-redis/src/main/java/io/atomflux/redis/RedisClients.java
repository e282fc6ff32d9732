package io.atomflux.redis;

import io.atomflux.error.InvalidOptionException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The driver's clients of this process: one for each place and way of connecting, shared, counted, closed by the last.
 *
 * <p>A client handed in by the user is used and left open; only the connection made with it is closed.
 */
final class RedisClients {

    private static final int IO_THREADS =
            Math.min(4, Math.max(2, Runtime.getRuntime().availableProcessors()));

    private static final Duration REFRESH = Duration.ofSeconds(60);

    private static final Map<Key, Shared> SHARED = new HashMap<>(); // guarded by itself

    private RedisClients() {}

    /** What has to be equal for two stores to share a client. */
    private record Key(
            RedisPlace place,
            Duration connectTimeout,
            Duration timeout,
            int maxWaiting,
            boolean allowEviction,
            boolean verifyPeer) {}

    /** The use of a client by one store; close it once. */
    interface Lease {

        LettuceCommands commands();

        /** Gives it back; cold, repeats do nothing. Ends when the last user's client is down. */
        Mono<Void> close();
    }

    /** Takes a client; does no I/O, which begins with the first command. */
    static Lease lease(RedisPlace place, RedisOptions options, String store) {
        if (options.client().isPresent()) {
            AbstractRedisClient client = options.client().get();
            Link link = new Link(new DriverConnector(place, options, store, () -> client), store);
            return counted(new LettuceCommands(link, options.timeout()), link.close());
        }
        Key key = new Key(
                place,
                options.connectTimeout(),
                options.timeout(),
                options.maxWaiting(),
                options.allowEviction(),
                options.verifyPeer());
        Shared shared;
        synchronized (SHARED) {
            shared = SHARED.computeIfAbsent(key, k -> new Shared(place, options, store));
            shared.users++;
        }
        Shared taken = shared;
        return counted(taken.commands, Mono.defer(() -> {
            synchronized (SHARED) {
                if (--taken.users > 0) {
                    return Mono.empty();
                }
                SHARED.remove(key);
            }
            return taken.close();
        }));
    }

    /** Returns how many clients stand, for tests of leaks. */
    static int open() {
        synchronized (SHARED) {
            return SHARED.size();
        }
    }

    private static Lease counted(LettuceCommands commands, Mono<Void> release) {
        AtomicBoolean released = new AtomicBoolean();
        Mono<Void> once = Mono.defer(() -> released.compareAndSet(false, true) ? release : Mono.<Void>empty());
        return new Lease() {
            @Override
            public LettuceCommands commands() {
                return commands;
            }

            @Override
            public Mono<Void> close() {
                return once;
            }
        };
    }

    private static final class Shared {

        private final RedisPlace place;
        private final RedisOptions options;
        private final Link link;
        private final LettuceCommands commands;
        private int users; // guarded by SHARED
        private @Nullable AbstractRedisClient client; // guarded by this
        private @Nullable ClientResources resources; // guarded by this

        Shared(RedisPlace place, RedisOptions options, String store) {
            this.place = place;
            this.options = options;
            this.link = new Link(new DriverConnector(place, options, store, this::client), store);
            this.commands = new LettuceCommands(link, options.timeout());
        }

        private synchronized AbstractRedisClient client() {
            if (client == null) {
                resources = DefaultClientResources.builder()
                        .nettyCustomizer(EventLoops.KNOWN)
                        .ioThreadPoolSize(IO_THREADS)
                        .computationThreadPoolSize(2)
                        .reconnectDelay(
                                Delay.fullJitter(Duration.ofMillis(5), Duration.ofSeconds(1), 5, TimeUnit.MILLISECONDS))
                        .build();
                client = make(place, options, resources);
            }
            return client;
        }

        private Mono<Void> close() {
            return link.close().then(Mono.defer(() -> {
                AbstractRedisClient made;
                ClientResources used;
                synchronized (this) {
                    made = client;
                    used = resources;
                }
                if (made == null || used == null) {
                    return Mono.empty();
                }
                return Mono.fromFuture(made.shutdownAsync(0, 5, TimeUnit.SECONDS), true)
                        .then(Mono.create(sink -> {
                            var unused = used.shutdown(0, 5, TimeUnit.SECONDS).addListener(done -> sink.success());
                        }));
            }));
        }
    }

    private static AbstractRedisClient make(RedisPlace place, RedisOptions options, ClientResources resources) {
        if (place.kind() == RedisPlace.Kind.SOCKET && !EpollProvider.isAvailable() && !KqueueProvider.isAvailable()) {
            throw new InvalidOptionException(
                    "location",
                    "redis-socket:// needs a native transport of Netty on the class path, for this platform and a Netty"
                            + " of this version (expected: io.netty:netty-transport-native-epoll or -kqueue)");
        }
        List<RedisURI> uris = place.uris(options);
        if (place.kind() == RedisPlace.Kind.CLUSTER) {
            RedisClusterClient client = RedisClusterClient.create(resources, uris);
            ClusterClientOptions.Builder settings = ClusterClientOptions.builder()
                    .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                            .enablePeriodicRefresh(REFRESH)
                            .build());
            settle(settings, place, options);
            client.setOptions(settings.build());
            return client;
        }
        RedisClient client = RedisClient.create(resources, uris.get(0));
        ClientOptions.Builder settings = ClientOptions.builder();
        settle(settings, place, options);
        client.setOptions(settings.build());
        return client;
    }

    private static void settle(ClientOptions.Builder settings, RedisPlace place, RedisOptions options) {
        SocketOptions.Builder socket = SocketOptions.builder()
                .connectTimeout(options.connectTimeout())
                .keepAlive(SocketOptions.KeepAliveOptions.builder()
                        .enable()
                        .idle(Duration.ofSeconds(30))
                        .interval(Duration.ofSeconds(10))
                        .count(3)
                        .build())
                .tcpNoDelay(true);
        if (EpollProvider.isAvailable()) { // elsewhere the driver cannot ask for it
            socket.tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                    .enable()
                    .tcpUserTimeout(options.timeout().multipliedBy(2))
                    .build());
        }
        // The size of the queue is left to Sender: the driver's bounded queues take a lock for each command.
        settings.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP2)
                .socketOptions(socket.build());
        if (place.encrypted() && options.verifyPeer()) {
            settings.sslOptions(SslOptions.builder().trustManager(trusted()).build());
        }
    }

    /** What this JVM trusts, read here: the driver would read it for each connection anew, on its event loop. */
    private static TrustManagerFactory trusted() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            return trust;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificates this JVM trusts cannot be read", e);
        }
    }
}
