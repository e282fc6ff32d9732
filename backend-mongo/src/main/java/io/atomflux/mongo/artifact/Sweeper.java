package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;
import static io.atomflux.mongo.artifact.Place.RECORDS;
import static io.atomflux.mongo.artifact.Place.SETS;

import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.mongo.MongoLocks;
import io.atomflux.mongo.MongoSpace;
import java.time.Duration;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Removes what nobody can need any more; any number at once, killed at any point, the next one goes on.
 *
 * <p>Takes a set away from whoever might publish it before it removes files, see {@link Sets}. Documents of sets, and of
 * records that are not alive, stay for a while longer: for chunks of writers that noticed late, and for those who ask what
 * became of a change.
 */
final class Sweeper {

    private static final Duration LINGERING = Duration.ofMinutes(10);

    private final MongoSpace space;
    private final Sets sets;
    private final MongoFiles files;
    private final MongoLocks locks;

    Sweeper(MongoSpace space, Sets sets, MongoFiles files, MongoLocks locks) {
        this.space = space;
        this.sets = sets;
        this.files = files;
        this.locks = locks;
    }

    Mono<SweepReport> sweep(Duration retention) {
        return space.now().flatMap(now -> {
            long overdue = now - retention.toMillis();
            long gone = overdue - LINGERING.toMillis();
            return settle().thenMany(Flux.defer(() -> swept(overdue, now)))
                    .reduce(
                            new SweepReport(0, 0, List.of()),
                            (all, bytes) -> new SweepReport(all.sets() + 1, all.bytes() + bytes, List.of()))
                    .flatMap(report -> forget(gone).thenReturn(report));
        });
    }

    /** Goes on with what a killed process did not note. */
    private Mono<Void> settle() {
        return space.find(RECORDS, doc("dropped", doc("$gte", "")))
                .concatMap(
                        record -> Flux.fromIterable(Bson.texts(record, "dropped"))
                                .concatMap(set -> sets.drop(set, Bson.text(record, "_id")), 1),
                        1)
                .then();
    }

    /**
     * Sweeps the sets that are due; the sizes of their files.
     *
     * <p>Those that another sweeper took but did not clear are looked for when all others are done: one of this sweeper's own is
     * in the same state for a moment.
     */
    private Flux<Long> swept(long overdue, long now) {
        BsonDocument due = upTo(overdue);
        return Flux.concat(
                space.find(SETS, doc("state", doc("$in", List.of("staged", "publishing", "dropped")), "touched", due))
                        .concatMap(set -> swept(set, now), 1),
                space.find(SETS, doc("state", "swept", "cleared", doc("$exists", false), "touched", due))
                        .concatMap(set -> swept(set, now), 1));
    }

    /** A server may keep a time more finely than it shows it; the stand-in for MongoDB does. */
    private static BsonDocument upTo(long millisecond) {
        return doc("$lt", Bson.time(millisecond + 1));
    }

    /** Sweeps one set; the size of its files, or empty if it stays. */
    private Mono<Long> swept(BsonDocument seen, long now) {
        String set = Bson.text(seen, "_id");
        return switch (Bson.text(seen, "state")) {
            case "staged" -> taken(seen);
            case "publishing" ->
                sets.disarm(set, Bson.text(seen, "doc"))
                        .flatMap(free -> free ? taken(seen) : sets.live(set).then(Mono.<Long>empty()));
            case "dropped" ->
                Bson.times(seen, "holds").stream().anyMatch(until -> until > now) ? Mono.<Long>empty() : taken(seen);
            default -> files.remove(set);
        };
    }

    private Mono<Long> taken(BsonDocument seen) {
        return sets.sweep(seen)
                .onErrorResume(MongoSpace::isUnknown, lost -> Mono.just(false)) // the next sweep sees what it became
                .flatMap(mine -> mine ? files.remove(Bson.text(seen, "_id")) : Mono.empty());
    }

    private Mono<Void> forget(long gone) {
        BsonDocument before = upTo(gone);
        return space.find(SETS, doc("state", "swept", "cleared", true, "touched", before))
                .concatMap(
                        set -> files.remove(Bson.text(set, "_id"))
                                .then(space.insisting(
                                        () -> space.delete(SETS, doc("_id", Bson.text(set, "_id"), "state", "swept")))),
                        1)
                .then(space.insisting(() -> space.delete(
                        RECORDS,
                        doc(
                                "live",
                                false,
                                "gone",
                                before,
                                "dropped",
                                doc("$in", new BsonArray(List.of(new BsonArray(), org.bson.BsonNull.VALUE)))))))
                .then(locks.forget(gone));
    }
}
