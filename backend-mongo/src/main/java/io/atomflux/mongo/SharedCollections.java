package io.atomflux.mongo;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoDatabase;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The collections that are open in this process, each once and counted; for any thread. */
final class SharedCollections {

    private static final int LOOKS_AT_ONCE = 8;

    private final SharedClients clients;
    private final SharedCollection.Layouts layouts;
    private final ConcurrentMap<Key, Shared> open = new ConcurrentHashMap<>();

    SharedCollections(SharedClients clients, SharedCollection.Layouts layouts) {
        this.clients = clients;
        this.layouts = layouts;
    }

    /** The client stands in the options if it was handed in. */
    private record Key(String uri, String database, String collection, MongoOptions options) {}

    private record Opened(SharedCollection collection, Mono<Void> release) {}

    private record Shared(int holders, Mono<Opened> opened) {}

    /** A share in a collection. */
    final class Lease {

        private final SharedCollection collection;
        private final Mono<Void> release;

        private Lease(Key key, SharedCollection collection) {
            this.collection = collection;
            this.release = Mono.defer(() -> giveBack(key)).cache();
        }

        SharedCollection collection() {
            return collection;
        }

        /** Gives the share back; cold, once only. The last one closes the rows, and then the client if it is ours. */
        Mono<Void> release() {
            return release;
        }
    }

    SharedClients clients() {
        return clients;
    }

    /** Takes a share when subscribed. */
    Mono<Lease> lease(MongoAddress address, String name, MongoOptions options) {
        Key key = new Key(
                options.client().isPresent() ? "" : address.uri(), address.database(), address.collection(), options);
        return Mono.defer(() -> {
            Shared shared = open.compute(
                    key,
                    (same, known) -> known == null
                            ? new Shared(1, opening(address, name, options).cache())
                            : new Shared(known.holders + 1, known.opened));
            return shared.opened
                    .map(opened -> new Lease(key, opened.collection))
                    .onErrorResume(failure -> giveBack(key).then(Mono.error(failure)));
        });
    }

    private Mono<Opened> opening(MongoAddress address, String name, MongoOptions options) {
        MongoErrors errors = new MongoErrors(name, address.servers(), address.secrets());
        Optional<MongoClient> given = options.client();
        if (given.isPresent()) {
            return Mono.fromSupplier(
                    () -> new Opened(collection(given.get(), true, address, name, options, errors), Mono.empty()));
        }
        return clients.lease(address.uri())
                .map(lease -> new Opened(
                        collection(lease.client(), lease.threadsForAll(), address, name, options, errors),
                        lease.release()))
                .onErrorMap(errors::ofRead);
    }

    private SharedCollection collection(
            MongoClient client,
            boolean threadsForAll,
            MongoAddress address,
            String name,
            MongoOptions options,
            MongoErrors errors) {
        MongoDatabase database = client.getDatabase(address.database());
        boolean relaxed = options.consistency() == MongoOptions.Consistency.RELAXED;
        BiFunction<String, String, Documents> documents = (collection, store) ->
                new DriverDocuments(database, collection, relaxed, options.timeout(), errors, threadsForAll);
        Flux<String> groups = Flux.from(database.listCollectionNames())
                .onErrorMap(errors::ofRead)
                .filter(MongoAddress::isGroup)
                .flatMap(
                        group -> isOurs(documents.apply(group, name), name)
                                .filter(ours -> ours)
                                .map(ours -> group),
                        LOOKS_AT_ONCE)
                .sort();
        return new SharedCollection(name, options, documents.apply(address.collection(), name), layouts, groups);
    }

    private static Mono<Boolean> isOurs(Documents documents, String name) {
        return Detection.detect(documents, name)
                .map(Optional::isPresent)
                .onErrorReturn(io.atomflux.error.ForeignDataException.class, false);
    }

    private Mono<Void> giveBack(Key key) {
        return Mono.defer(() -> {
            Shared[] last = new Shared[1];
            open.computeIfPresent(key, (same, known) -> {
                if (known.holders > 1) {
                    return new Shared(known.holders - 1, known.opened);
                }
                last[0] = known;
                return null;
            });
            return last[0] == null
                    ? Mono.empty()
                    : last[0].opened
                            .onErrorComplete() // it was never opened
                            .flatMap(opened -> Mono.usingWhen(
                                    Mono.just(opened), closing -> closing.collection.close(), Opened::release));
        });
    }

    /** Returns how many collections are open. */
    int open() {
        return open.size();
    }
}
