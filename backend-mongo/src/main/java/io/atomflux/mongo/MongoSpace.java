package io.atomflux.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Collections of a MongoDB whose names begin alike; what other packages of this artefact are made of. Not for users of
 * stores.
 *
 * <p>Commands are sent once each, reach a majority and read the primary, with the options rows have. Making an instance does
 * no I/O; may be used by many threads.
 */
public final class MongoSpace {

    private static final BsonDocument ALL = new BsonDocument();

    private static final Duration FOREVER = Duration.ofDays(36500);

    private final Opening opening;
    private final MongoErrors errors;
    private final Calls calls;
    private final Mono<Session> session;
    private volatile boolean used;
    private volatile boolean closed;

    MongoSpace(Opening opening, SharedClients clients) {
        this.opening = opening;
        this.errors = new MongoErrors(
                opening.name(), opening.address().servers(), opening.address().secrets());
        this.calls = new Calls(opening.name());
        this.session = Mono.defer(() -> {
                    used = true; // before the look at the other one, as closing sets that one first
                    return closed ? Mono.<Session>error(new StoreClosedException(opening.name())) : opened(clients);
                })
                .cache(opened -> FOREVER, failure -> Duration.ZERO, () -> Duration.ZERO);
    }

    private record Session(MongoDatabase database, boolean threadsForAll, Mono<Void> release) {}

    /**
     * Makes the space of a group; does no I/O.
     *
     * @param otherwise the group if the options have none
     * @throws io.atomflux.error.InvalidOptionException naming what is wrong
     */
    public static MongoSpace of(Location location, OpenOptions options, String otherwise) {
        return new MongoSpace(Opening.of(location, options, otherwise), SharedClients.PROCESS);
    }

    private Mono<Session> opened(SharedClients clients) {
        if (opening.options().client().isPresent()) {
            MongoClient given = opening.options().client().get();
            return Mono.fromSupplier(() -> new Session(given.getDatabase(database()), true, Mono.empty()));
        }
        return clients.lease(opening.address().uri())
                .map(lease ->
                        new Session(lease.client().getDatabase(database()), lease.threadsForAll(), lease.release()))
                .onErrorMap(errors::ofRead);
    }

    private String database() {
        return opening.address().database();
    }

    /** Returns the place for messages, without credentials. */
    public String name() {
        return opening.name();
    }

    /** Returns for how long it makes sense to ask what became of a change. */
    public Duration deadline() {
        return opening.options().deadline();
    }

    private Mono<Documents> documents(String part) {
        return session.map(open -> new DriverDocuments(
                open.database,
                opening.address().collection() + part,
                isRelaxed(),
                opening.options().timeout(),
                errors,
                open.threadsForAll));
    }

    private boolean isRelaxed() {
        return opening.options().consistency() == MongoOptions.Consistency.RELAXED;
    }

    private <T> Mono<T> one(String part, Function<Documents, Mono<T>> command) {
        return calls.call(() -> documents(part).flatMap(command));
    }

    private <T> Flux<T> many(String part, Function<Documents, Flux<T>> command) {
        // Not counted to its end, which comes when whoever reads it wants; refused as all else is.
        return calls.call(() -> documents(part)).flatMapMany(command);
    }

    /** Finds a document; empty if there is none. */
    public Mono<BsonDocument> findOne(String part, BsonDocument filter) {
        return one(part, documents -> documents.findOne(filter, ALL));
    }

    /** Finds documents in any order; cold, with a cursor that follows demand. */
    public Flux<BsonDocument> find(String part, BsonDocument filter) {
        return many(part, documents -> documents.find(filter, ALL, 0).map(found -> found));
    }

    /** Finds documents in the ascending order of a field, at most so many. */
    public Mono<List<BsonDocument>> page(String part, BsonDocument filter, String field, int limit) {
        List<BsonDocument> stages = List.of(
                new BsonDocument("$match", filter),
                new BsonDocument("$sort", new BsonDocument(field, new BsonInt32(1))),
                new BsonDocument("$limit", new BsonInt32(limit)));
        return one(
                part,
                documents -> documents
                        .aggregate(stages)
                        .map(found -> (BsonDocument) found)
                        .collectList());
    }

    /**
     * Changes one document and answers with it as it is afterwards; empty if no document fits the condition.
     *
     * @param upsert whether to make one if there is none
     * @signals Duplicate if it would break a unique index; WriteFailedException with outcome unknown if the reply was lost
     */
    public Mono<BsonDocument> change(String part, BsonDocument condition, BsonDocument update, boolean upsert) {
        return one(
                part,
                documents -> documents
                        .change(condition, update, ALL, upsert)
                        .onErrorMap(this::shown)
                        .onErrorMap(
                                failure -> failure instanceof StoreIoException
                                        && String.valueOf(failure.getCause()).contains("E11000"),
                                failure -> new Duplicate(String.valueOf(failure.getCause()))));
    }

    /** Inserts documents that may be there already: a repeated or late copy changes nothing. Asks again for lost replies. */
    public Mono<Void> insert(String part, List<BsonDocument> inserted) {
        return one(
                part,
                documents -> documents.insert(inserted).onErrorMap(this::shown).then());
    }

    /** Deletes documents; how many. */
    public Mono<Long> delete(String part, BsonDocument filter) {
        return one(part, documents -> documents.delete(filter).onErrorMap(this::shown));
    }

    private Throwable shown(Throwable failure) {
        return failure instanceof Documents.Unanswered
                ? new WriteFailedException(name(), Outcome.UNKNOWN, failure.getCause())
                : failure;
    }

    /** Sends something again that may run twice, until it is answered or the deadline is over. */
    public <T> Mono<T> insisting(Supplier<Mono<T>> repeatable) {
        return Mono.defer(() -> {
            long end = System.nanoTime() + deadline().toNanos();
            return Mono.defer(repeatable)
                    .retryWhen(Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(5))
                            .maxBackoff(Duration.ofMillis(640))
                            .filter(failure -> System.nanoTime() < end && isPassing(failure)));
        });
    }

    private static boolean isPassing(Throwable failure) {
        return failure instanceof AtomfluxException known && (known.retryable() || isUnknown(failure));
    }

    /** Tells whether a change may have been made although it failed. */
    public static boolean isUnknown(Throwable failure) {
        return failure instanceof WriteFailedException write && write.outcome() == Outcome.UNKNOWN;
    }

    /** Makes an index on a field, unless it is there; documents without the field are not in it. */
    public Mono<Void> index(String part, boolean unique, String... fields) {
        BsonDocument key = new BsonDocument();
        for (String field : fields) {
            key.append(field, new BsonInt32(1));
        }
        BsonDocument index = new BsonDocument("key", key)
                .append("name", new BsonString(String.join("_", fields) + "_1"))
                .append("unique", BsonBoolean.valueOf(unique))
                .append("sparse", BsonBoolean.TRUE);
        BsonDocument command = new BsonDocument(
                        "createIndexes", new BsonString(opening.address().collection() + part))
                .append("indexes", new BsonArray(List.of(index)));
        if (!isRelaxed()) {
            command.append("writeConcern", WriteConcern.MAJORITY.asDocument());
        }
        return calls.call(() -> session.flatMap(open ->
                        Mono.from(open.database.runCommand(command, ReadPreference.primary(), BsonDocument.class)))
                .timeout(opening.options().timeout())
                .onErrorMap(errors::ofRead)
                .then());
    }

    /** Returns the time of the primary in milliseconds since 1970. */
    public Mono<Long> now() {
        return one("", documents -> documents.serverTime().map(time -> time.toEpochMilli()));
    }

    /** Waits for running calls, refuses later ones, and gives the client back; cold, idempotent. */
    public Mono<Void> close() {
        return calls.close().then(Mono.defer(() -> {
            closed = true; // a call that was cancelled may still be on its way to the session
            return used ? session.onErrorComplete().flatMap(Session::release) : Mono.<Void>empty();
        }));
    }

    /** A unique index stood in the way of a change; nothing was changed. */
    public static final class Duplicate extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Duplicate(String told) {
            super(told);
        }

        /** Tells whether it was the index on a field. */
        public boolean isOf(String field) {
            return String.valueOf(getMessage()).contains(field + "_1");
        }
    }
}
