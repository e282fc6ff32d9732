package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;

import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.mongo.MongoSpace;
import java.util.List;
import java.util.UUID;
import org.bson.BsonDocument;
import reactor.core.publisher.Mono;

/** The collections of one store: made by the first change, missing before that. */
final class Place {

    static final String RECORDS = ".records";
    static final String SETS = ".sets";
    static final String LOCKS = ".locks";
    static final String FILES = ".files";
    static final String CHUNKS = ".chunks";

    private static final BsonDocument STORE = doc("_id", "store");

    final MongoSpace space;
    private final boolean readOnly;
    private volatile boolean known;

    Place(MongoSpace space, boolean readOnly) {
        this.space = space;
        this.readOnly = readOnly;
    }

    static String random() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    Mono<String> id() {
        return found().switchIfEmpty(Mono.defer(() -> readOnly ? Mono.error(missing()) : make()));
    }

    private Mono<String> found() {
        return space.findOne(SETS, STORE).map(store -> Bson.text(store, "id")).doOnNext(id -> known = true);
    }

    /** The indexes first: once the store is there, identities are unique. */
    private Mono<String> make() {
        return space.insisting(() -> space.index(RECORDS, true, "order")
                .then(space.index(RECORDS, true, "identity"))
                .then(space.index(RECORDS, false, "terms"))
                .then(space.index(RECORDS, false, "dropped"))
                .then(space.index(RECORDS, false, "gone"))
                .then(space.index(SETS, false, "state", "touched"))
                .then(space.index(CHUNKS, true, "files_id", "n"))
                .then(space.insert(SETS, List.of(doc("_id", "store", "id", random()))))
                .then(found()));
    }

    private StoreNotFoundException missing() {
        return new StoreNotFoundException(space.name(), "a store of artifacts; the first change makes one");
    }

    /** Completes if the store exists. */
    Mono<Void> existing() {
        return Mono.defer(() -> known
                ? Mono.empty()
                : found().switchIfEmpty(Mono.error(this::missing)).then());
    }

    /** Completes once the store exists; makes it, or fails if it is only read. */
    Mono<Void> writable() {
        return Mono.defer(() -> {
            if (readOnly) {
                return Mono.error(new ReadOnlyStoreException(space.name(), "change of artifacts"));
            }
            return known ? Mono.empty() : id().then();
        });
    }
}
