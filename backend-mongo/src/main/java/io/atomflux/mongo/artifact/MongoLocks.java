package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;
import static io.atomflux.mongo.artifact.Place.LOCKS;

import io.atomflux.adapter.LockCells;
import io.atomflux.mongo.MongoSpace;
import io.atomflux.mongo.MongoSpace.Duplicate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.BsonDocument;
import reactor.core.publisher.Mono;

/**
 * Locks as documents: who, until when by the primary's clock, and a token.
 *
 * <p>A token is greater than the one before, and not less than the time it was given at in microseconds; so tokens grow also
 * for a name whose document was removed, unless the primary's clock goes back by more than documents are kept.
 */
final class MongoLocks implements LockCells {

    private final Place place;
    private final MongoSpace space;

    MongoLocks(Place place) {
        this.place = place;
        this.space = place.space;
    }

    @Override
    public String store() {
        return space.name();
    }

    @Override
    public Mono<Attempt> take(String name, String holder, Duration lease) {
        return place.writable().then(Mono.defer(() -> {
            AtomicBoolean doubt = new AtomicBoolean();
            return space.insisting(() -> attempt(name, holder, lease, doubt.get())
                    .doOnError(MongoSpace::isUnknown, lost -> doubt.set(true)));
        }));
    }

    private Mono<Attempt> attempt(String name, String holder, Duration lease, boolean doubt) {
        return space.findOne(LOCKS, doc("_id", name))
                .defaultIfEmpty(new BsonDocument())
                .zipWith(space.now())
                .flatMap(seen -> {
                    BsonDocument stands = seen.getT1();
                    long now = seen.getT2();
                    long token = Bson.number(stands, "token");
                    String owner = Bson.text(stands, "holder");
                    if (doubt && owner.equals(holder)) {
                        return Mono.just(Attempt.taken(token)); // by the call whose reply was lost
                    }
                    if (!owner.isEmpty() && Bson.time(stands, "until") > now) {
                        return Mono.just(Attempt.heldBy(owner));
                    }
                    long next = Math.max(token + 1, now * 1000);
                    BsonDocument same = stands.isEmpty()
                            ? doc("_id", name, "token", doc("$exists", false))
                            : doc("_id", name, "token", token, "holder", owner, "until", stands.getDateTime("until"));
                    BsonDocument mine =
                            doc("holder", holder, "token", next, "until", Bson.time(now + lease.toMillis()));
                    return space.change(LOCKS, same, doc("$set", mine), stands.isEmpty())
                            .map(taken -> Attempt.taken(next))
                            .onErrorResume(Duplicate.class, e -> Mono.empty())
                            .defaultIfEmpty(Attempt.heldBy("one who was faster"));
                });
    }

    @Override
    public Mono<Boolean> renew(String name, String holder, long token, Duration lease) {
        return space.now()
                .flatMap(now -> space.change(
                                LOCKS,
                                doc("_id", name, "token", token, "holder", holder),
                                doc("$set", doc("until", Bson.time(now + lease.toMillis()))),
                                false)
                        .hasElement());
    }

    @Override
    public Mono<Void> giveBack(String name, String holder, long token) {
        return space.insisting(() -> space.now()
                        .flatMap(now -> space.change(
                                LOCKS,
                                doc("_id", name, "token", token, "holder", holder),
                                doc("$set", doc("holder", "", "until", Bson.time(now))),
                                false)))
                .then();
    }

    /** Removes documents of locks that nobody has held since. */
    Mono<Void> forget(long since) {
        return space.insisting(() -> space.delete(LOCKS, doc("holder", "", "until", doc("$lte", Bson.time(since)))))
                .then();
    }
}
