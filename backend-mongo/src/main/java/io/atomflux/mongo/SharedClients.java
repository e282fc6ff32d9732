package io.atomflux.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One client of the driver for each URI, shared by all who use it and closed by the last; for any thread.
 *
 * <p>Replays by the driver are off: a change whose reply was lost is sent again only by whoever knows that it is safe.
 */
final class SharedClients {

    /** Those of this process. */
    static final SharedClients PROCESS = new SharedClients(settings -> settings);

    private static final Duration SELECTION = Duration.ofSeconds(10);
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final Duration READING = Duration.ofSeconds(30);

    private final ConcurrentMap<String, Shared> clients = new ConcurrentHashMap<>();
    private final UnaryOperator<MongoClientSettings.Builder> more;

    /** @param more changes the settings of each client; for tests, which listen in */
    SharedClients(UnaryOperator<MongoClientSettings.Builder> more) {
        this.more = more;
    }

    private record Shared(int holders, Mono<Made> client) {}

    /**
     * A client.
     *
     * @param threadsForAll whether few threads take the replies of all connections, as the driver does with TLS; else each
     *     reply has a thread of a pool that grows
     */
    private record Made(MongoClient client, boolean threadsForAll) {}

    /** A share in a client. */
    final class Lease {

        private final String uri;
        private final Made made;
        private final Mono<Void> release;

        private Lease(String uri, Made made) {
            this.uri = uri;
            this.made = made;
            this.release = Mono.defer(() -> giveBack(this.uri)).cache();
        }

        MongoClient client() {
            return made.client;
        }

        /** Tells whether few threads take the replies of all its connections. */
        boolean threadsForAll() {
            return made.threadsForAll;
        }

        /** Gives the share back; cold, once only. */
        Mono<Void> release() {
            return release;
        }
    }

    /** Takes a share when subscribed; connects later, with the first command. */
    Mono<Lease> lease(String uri) {
        return Mono.defer(() -> {
            Shared shared = clients.compute(
                    uri,
                    (key, known) ->
                            known == null ? new Shared(1, creating(uri)) : new Shared(known.holders + 1, known.client));
            return shared.client
                    .map(made -> new Lease(uri, made))
                    .onErrorResume(failure -> giveBack(uri).then(Mono.error(failure)));
        });
    }

    /** Reading the URI may ask DNS and making a client starts threads, so both are kept from the caller's thread. */
    private Mono<Made> creating(String uri) {
        return Mono.fromCallable(() -> {
                    MongoClientSettings settings = settings(uri);
                    return new Made(
                            MongoClients.create(settings),
                            settings.getSslSettings().isEnabled() || settings.getTransportSettings() != null);
                })
                .subscribeOn(Schedulers.boundedElastic())
                .cache();
    }

    private MongoClientSettings settings(String uri) {
        ConnectionString given = new ConnectionString(uri);
        MongoClientSettings.Builder settings = MongoClientSettings.builder()
                .applyToClusterSettings(
                        cluster -> cluster.serverSelectionTimeout(SELECTION.toMillis(), TimeUnit.MILLISECONDS))
                .applyToConnectionPoolSettings(pool -> pool.maxWaitTime(READING.toMillis(), TimeUnit.MILLISECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(CONNECTING.toMillis(), TimeUnit.MILLISECONDS)
                        .readTimeout(READING.toMillis(), TimeUnit.MILLISECONDS))
                .applicationName("atomflux")
                .applyConnectionString(given)
                .retryWrites(false)
                .retryReads(false);
        return more.apply(settings).build();
    }

    private Mono<Void> giveBack(String uri) {
        return Mono.defer(() -> {
            Shared[] last = new Shared[1];
            clients.computeIfPresent(uri, (key, known) -> {
                if (known.holders > 1) {
                    return new Shared(known.holders - 1, known.client);
                }
                last[0] = known;
                return null;
            });
            return last[0] == null ? Mono.empty() : closing(last[0].client);
        });
    }

    private static Mono<Void> closing(Mono<Made> client) {
        return client.onErrorComplete() // it was never made
                .publishOn(Schedulers.boundedElastic())
                .doOnNext(made -> made.client.close())
                .then();
    }

    /** Returns how many clients are open. */
    int open() {
        return clients.size();
    }
}
