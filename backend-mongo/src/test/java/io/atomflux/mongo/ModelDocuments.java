package io.atomflux.mongo;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The commands on a {@link ModelCollection}, each passing a gate that says when, and whether, it happens. */
class ModelDocuments implements Documents {

    final ModelCollection collection;
    private final Gate gate;

    /** Decides when a command is executed and what its caller hears. */
    interface Gate {
        <T> Mono<List<T>> pass(String command, boolean changes, Supplier<List<T>> execution);
    }

    /** Executes at once. */
    static final Gate OPEN = new Gate() {
        @Override
        public <T> Mono<List<T>> pass(String command, boolean changes, Supplier<List<T>> execution) {
            return Mono.fromSupplier(execution);
        }
    };

    ModelDocuments(ModelCollection collection, Gate gate) {
        this.collection = collection;
        this.gate = gate;
    }

    @Override
    public Flux<RawBsonDocument> find(BsonDocument filter, BsonDocument projection, int batchSize) {
        return gate.pass("find " + filter, false, () -> collection.find(filter, projection))
                .flatMapIterable(all -> all);
    }

    @Override
    public Mono<BsonDocument> findOne(BsonDocument filter, BsonDocument projection) {
        return find(filter, projection, 1).next().cast(BsonDocument.class);
    }

    @Override
    public Mono<BsonDocument> change(
            BsonDocument condition, BsonDocument update, BsonDocument projection, boolean upsert) {
        return gate.pass("change " + condition + " " + update, true, () -> {
                    BsonDocument after = collection.change(condition, update, projection);
                    return after == null ? List.<BsonDocument>of() : List.of(after);
                })
                .flatMapIterable(all -> all)
                .next();
    }

    @Override
    public Flux<BsonValue> insert(List<? extends BsonDocument> documents) {
        return gate.pass(
                        "insert " + documents.stream().map(d -> d.get("_id")).toList(),
                        true,
                        () -> collection.insert(documents))
                .flatMapIterable(all -> all);
    }

    @Override
    public Mono<Long> delete(BsonDocument filter) {
        return gate.pass("delete " + filter, true, () -> List.of(collection.delete(filter)))
                .map(all -> all.get(0));
    }

    @Override
    public Flux<RawBsonDocument> aggregate(List<BsonDocument> stages) {
        return gate.pass("aggregate", false, () -> collection.aggregate(stages)).flatMapIterable(all -> all);
    }

    @Override
    public Mono<Void> drop() {
        return gate.pass("drop", true, () -> {
                    collection.drop();
                    return List.of();
                })
                .then();
    }

    @Override
    public Mono<Instant> serverTime() {
        return gate.pass("time", false, () -> List.of(collection.now())).map(all -> all.get(0));
    }

    @Override
    public Documents linearizable() {
        return this;
    }
}
