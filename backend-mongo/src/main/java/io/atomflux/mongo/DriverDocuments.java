package io.atomflux.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.reactivestreams.client.FindPublisher;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.atomflux.adapter.Deadlines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Commands on one collection through the reactive driver.
 *
 * <p>Where few threads of the driver take the replies of all connections, results arrive on Reactor's parallel threads
 * instead, so that a slow subscriber cannot hold up the replies of others. Where each reply has a thread of its own they stay
 * there: the change of threads would cost as much as a small find does.
 */
final class DriverDocuments implements Documents {

    private static final int DUPLICATE_KEY = 11000;
    private static final int NO_SUCH_COMMAND = 59;
    private static final BsonDocumentCodec TREES = new BsonDocumentCodec();

    private final MongoDatabase database;
    private final MongoCollection<RawBsonDocument> collection;
    private final MongoErrors errors;
    private final Deadlines deadlines;
    private final boolean threadsForAll;

    /** As the other, for a client of which no more is known. */
    DriverDocuments(MongoDatabase database, String collection, boolean relaxed, Duration timeout, MongoErrors errors) {
        this(database, collection, relaxed, timeout, errors, true);
    }

    /**
     * @param relaxed whether the database's own concerns apply; else the primary is read and a majority written
     * @param timeout how long to wait for the reply to one command
     * @param threadsForAll whether few threads of the driver take the replies of all connections
     */
    DriverDocuments(
            MongoDatabase database,
            String collection,
            boolean relaxed,
            Duration timeout,
            MongoErrors errors,
            boolean threadsForAll) {
        MongoDatabase strict = relaxed
                ? database
                : database.withReadPreference(ReadPreference.primary())
                        .withReadConcern(ReadConcern.MAJORITY)
                        .withWriteConcern(WriteConcern.MAJORITY);
        this.database = strict;
        this.collection = strict.getCollection(collection, RawBsonDocument.class);
        this.errors = errors;
        this.deadlines = new Deadlines(timeout);
        this.threadsForAll = threadsForAll;
    }

    private DriverDocuments(
            MongoDatabase database,
            MongoCollection<RawBsonDocument> collection,
            Deadlines deadlines,
            MongoErrors errors,
            boolean threadsForAll) {
        this.database = database;
        this.collection = collection;
        this.errors = errors;
        this.deadlines = deadlines;
        this.threadsForAll = threadsForAll;
    }

    @Override
    public Documents linearizable() {
        return new DriverDocuments(
                database, collection.withReadConcern(ReadConcern.LINEARIZABLE), deadlines, errors, threadsForAll);
    }

    private <T> Mono<T> once(Mono<T> command) {
        Mono<T> bounded = command.timeout(deadlines.passed());
        return threadsForAll ? bounded.publishOn(Schedulers.parallel()) : bounded;
    }

    private <T> Mono<T> read(Mono<T> command) {
        return once(command).onErrorMap(errors::ofRead);
    }

    private <T> Mono<T> write(Mono<T> command) {
        return once(command).onErrorMap(errors::ofChange);
    }

    @Override
    public Flux<RawBsonDocument> find(BsonDocument filter, BsonDocument projection, int batchSize) {
        return Flux.defer(() -> {
            FindPublisher<RawBsonDocument> find = collection.find(filter);
            if (!projection.isEmpty()) {
                find.projection(projection);
            }
            // Without a number of its own the driver asks for batches as small as the demand.
            return stream(Flux.from(find.batchSize(batchSize == 0 ? Integer.MAX_VALUE : batchSize)));
        });
    }

    private Flux<RawBsonDocument> stream(Flux<RawBsonDocument> documents) {
        Flux<RawBsonDocument> bounded =
                documents.timeout(deadlines.passed(), first -> Mono.never()); // later ones wait for demand
        return (threadsForAll ? bounded.publishOn(Schedulers.parallel()) : bounded).onErrorMap(errors::ofRead);
    }

    @Override
    public Mono<BsonDocument> findOne(BsonDocument filter, BsonDocument projection) {
        return read(Mono.defer(() -> {
            FindPublisher<RawBsonDocument> find = collection.find(filter);
            if (!projection.isEmpty()) {
                find.projection(projection);
            }
            return Mono.from(find.first());
        }));
    }

    @Override
    public Mono<BsonDocument> change(
            BsonDocument condition, BsonDocument update, BsonDocument projection, boolean upsert) {
        return write(Mono.defer(() -> {
            FindOneAndUpdateOptions options =
                    new FindOneAndUpdateOptions().upsert(upsert).returnDocument(ReturnDocument.AFTER);
            if (!projection.isEmpty()) {
                options.projection(projection);
            }
            return Mono.from(collection.findOneAndUpdate(condition, update, options));
        }));
    }

    @Override
    public Flux<BsonValue> insert(List<? extends BsonDocument> documents) {
        if (documents.isEmpty()) {
            return Flux.empty();
        }
        List<RawBsonDocument> raw = new ArrayList<>(documents.size());
        for (BsonDocument document : documents) {
            raw.add(document instanceof RawBsonDocument given ? given : new RawBsonDocument(document, TREES));
        }
        return once(Mono.defer(() -> Mono.from(collection.insertMany(raw, new InsertManyOptions().ordered(false)))))
                .flatMapMany(inserted -> Flux.<BsonValue>empty())
                .onErrorResume(MongoBulkWriteException.class, failure -> duplicates(failure, documents))
                .onErrorMap(errors::ofChange);
    }

    private static Flux<BsonValue> duplicates(MongoBulkWriteException failure, List<? extends BsonDocument> documents) {
        boolean onlyDuplicates = failure.getWriteConcernError() == null
                && failure.getWriteErrors().stream().allMatch(error -> error.getCode() == DUPLICATE_KEY);
        return onlyDuplicates
                ? Flux.fromIterable(failure.getWriteErrors())
                        .sort(Comparator.comparingInt(BulkWriteError::getIndex))
                        .map(error -> Objects.requireNonNull(
                                documents.get(error.getIndex()).get("_id")))
                : Flux.error(failure);
    }

    @Override
    public Mono<Long> delete(BsonDocument filter) {
        return write(Mono.defer(() -> Mono.from(collection.deleteMany(filter)))
                .map(deleted -> deleted.wasAcknowledged() ? deleted.getDeletedCount() : 0L));
    }

    @Override
    public Flux<RawBsonDocument> aggregate(List<BsonDocument> stages) {
        return Flux.defer(() -> stream(Flux.from(collection.aggregate(stages).batchSize(Integer.MAX_VALUE))));
    }

    @Override
    public Mono<Void> drop() {
        return write(Mono.defer(() -> Mono.from(collection.drop())));
    }

    @Override
    public Mono<Instant> serverTime() {
        return read(Mono.defer(() -> localTime("hello")
                .onErrorResume(
                        MongoCommandException.class,
                        // Before 4.4.2 and in servers that only speak MongoDB's protocol it has its older name.
                        e -> e.getErrorCode() == NO_SUCH_COMMAND ? localTime("isMaster") : Mono.error(e))));
    }

    private Mono<Instant> localTime(String command) {
        return Mono.from(database.runCommand(
                        new BsonDocument(command, new BsonInt32(1)), ReadPreference.primary(), BsonDocument.class))
                .map(reply ->
                        Instant.ofEpochMilli(reply.getDateTime("localTime").getValue()));
    }
}
