package io.atomflux.mongo;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The commands the layouts use on one collection.
 *
 * <p>Each call is one round trip (a find: one, and one more for each further batch) and is sent once, never again by the
 * driver. Only single-document atomicity is relied on.
 *
 * <p>Errors: {@link Unanswered} when a change may or may not have been made; of the {@code AtomfluxException} family when it
 * was certainly not.
 */
interface Documents {

    /**
     * Finds documents in any order.
     *
     * @param projection which fields, or empty for all
     * @param batchSize documents for each round trip; 0 for as many as the server gives
     * @return cold; the cursor is closed on cancel
     */
    Flux<RawBsonDocument> find(BsonDocument filter, BsonDocument projection, int batchSize);

    /** Finds one document; empty if there is none. */
    Mono<BsonDocument> findOne(BsonDocument filter, BsonDocument projection);

    /**
     * Changes one document ({@code findAndModify}) and answers with it as it is afterwards.
     *
     * @param upsert whether to create it if there is none
     * @return cold; empty if no document fits the condition: nothing was changed
     */
    Mono<BsonDocument> change(BsonDocument condition, BsonDocument update, BsonDocument projection, boolean upsert);

    /**
     * Inserts documents, unordered, in as many commands as the server's limits ask for.
     *
     * @return cold; the ids that stood there already (a duplicate key), in the order given; empty when all were written
     */
    Flux<org.bson.BsonValue> insert(List<? extends BsonDocument> documents);

    /** Deletes documents; answers how many. */
    Mono<Long> delete(BsonDocument filter);

    /** Runs an aggregation; cold, the cursor is closed on cancel. */
    Flux<RawBsonDocument> aggregate(List<BsonDocument> stages);

    /** Drops the collection. */
    Mono<Void> drop();

    /** Asks the primary for its time. */
    Mono<Instant> serverTime();

    /**
     * Returns the same commands, whose reads of one document are linearizable: a primary that was deposed without knowing it
     * does not answer. For {@code consistency=linearizable}; a server without elections answers as ever.
     */
    Documents linearizable();

    /** The reply was lost: executed once, later, or never. */
    final class Unanswered extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unanswered(@Nullable Throwable cause) {
            super("no reply", cause);
        }
    }
}
