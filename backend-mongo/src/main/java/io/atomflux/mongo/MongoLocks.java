package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.adapter.LockCells;
import io.atomflux.mongo.MongoSpace.Duplicate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import reactor.core.publisher.Mono;

/**
 * Locks as documents: who, until when by the primary's clock, and a token.
 *
 * <p>A token is greater than the one before, and not less than the time it was given at in microseconds; so tokens grow also
 * for a name whose document was removed, unless the primary's clock goes back by more than documents are kept. Not for users of stores.
 */
public final class MongoLocks implements LockCells {

    private static final BsonString NOBODY = new BsonString("");

    private final MongoSpace space;
    private final String part;
    private final Mono<Void> writable;

    /**
     * Makes locks that are documents of a collection.
     *
     * @param part what its name ends with
     * @param writable completes once the collection may be written to; subscribed before each attempt to take a lock
     */
    public MongoLocks(MongoSpace space, String part, Mono<Void> writable) {
        this.space = space;
        this.part = part;
        this.writable = writable;
    }

    @Override
    public String store() {
        return space.name();
    }

    @Override
    public Mono<Attempt> take(String name, String holder, Duration lease) {
        return writable.then(Mono.defer(() -> {
            AtomicBoolean doubt = new AtomicBoolean();
            return space.insisting(() -> attempt(name, holder, lease, doubt.get())
                    .doOnError(MongoSpace::isUnknown, lost -> doubt.set(true)));
        }));
    }

    private static long until(BsonDocument lock) {
        return lock.isDateTime("until") ? lock.getDateTime("until").getValue() : 0;
    }

    private Mono<Attempt> attempt(String name, String holder, Duration lease, boolean doubt) {
        return space.findOne(part, doc("_id", name))
                .defaultIfEmpty(new BsonDocument())
                .zipWith(space.now())
                .flatMap(seen -> {
                    BsonDocument stands = seen.getT1();
                    long now = seen.getT2();
                    long token = Bson.idOrZero(stands, "token");
                    String owner = stands.getString("holder", NOBODY).getValue();
                    if (doubt && owner.equals(holder)) {
                        return Mono.just(Attempt.taken(token)); // by the call whose reply was lost
                    }
                    if (!owner.isEmpty() && until(stands) > now) {
                        return Mono.just(Attempt.heldBy(owner));
                    }
                    long next = Math.max(token + 1, now * 1000);
                    BsonDocument same = stands.isEmpty()
                            ? doc("_id", name, "token", doc("$exists", false))
                            : doc("_id", name, "token", token, "holder", owner, "until", stands.getDateTime("until"));
                    BsonDocument mine =
                            doc("holder", holder, "token", next, "until", new BsonDateTime(now + lease.toMillis()));
                    return space.change(part, same, doc("$set", mine), stands.isEmpty())
                            .map(taken -> Attempt.taken(next))
                            .onErrorResume(Duplicate.class, e -> Mono.empty())
                            .defaultIfEmpty(Attempt.heldBy("one who was faster"));
                });
    }

    @Override
    public Mono<Boolean> renew(String name, String holder, long token, Duration lease) {
        return space.now()
                .flatMap(now -> space.change(
                                part,
                                doc("_id", name, "token", token, "holder", holder),
                                doc("$set", doc("until", new BsonDateTime(now + lease.toMillis()))),
                                false)
                        .hasElement());
    }

    @Override
    public Mono<Void> giveBack(String name, String holder, long token) {
        return space.insisting(() -> space.now()
                        .flatMap(now -> space.change(
                                part,
                                doc("_id", name, "token", token, "holder", holder),
                                doc("$set", doc("holder", "", "until", new BsonDateTime(now))),
                                false)))
                .then();
    }

    /** Removes documents of locks that nobody has held since. */
    public Mono<Void> forget(long since) {
        return space.insisting(() ->
                        space.delete(part, doc("holder", "", "until", doc("$lte", new BsonDateTime(since)))))
                .then();
    }
}
