package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;
import static io.atomflux.mongo.artifact.Place.RECORDS;

import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.mongo.MongoSpace;
import io.atomflux.mongo.MongoSpace.Duplicate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.bson.BsonDocument;
import reactor.core.publisher.Mono;

/**
 * One change of a record, as updates of single documents.
 *
 * <p>A key has one document, alive or not ({@code live}), whose {@code state} is the revision, or a random text of one that is
 * not alive. Every change is one update on condition of that state and of the {@code epoch}, which never come back, so a late or repeated copy changes
 * nothing; the last 64 states stand in {@code past}, so it can be told later whether an update whose reply was lost was
 * made. A document that is not alive is made before a record where there was none. For sets of files see {@link Sets}; the old one is named in {@code dropped} by the same update, and goes on
 * to its own document after that, by whoever is there.
 */
final class RecordCommit {

    private static final int REMEMBERED = 64;
    private static final int LONGEST_PAUSE_MILLIS = 64;

    private final Place place;
    private final MongoSpace space;
    private final Sets sets;

    RecordCommit(Place place, Sets sets) {
        this.place = place;
        this.space = place.space;
        this.sets = sets;
    }

    /** What became of one update. */
    private enum Made {
        DONE,
        OTHER_STATE,
        KEY_TAKEN,
        IDENTITY_TAKEN
    }

    /** Makes a change; cold. */
    Mono<CommitOutcome> commit(RecordChange change) {
        if (change instanceof RecordChange.Put put) {
            return place.writable().then(repeated(() -> put(put)));
        } else if (change instanceof RecordChange.Delete delete) {
            String state = "deleted " + Place.random();
            return place.writable().then(repeated(() -> delete(delete, state)));
        }
        RecordChange.Rename rename = (RecordChange.Rename) change;
        return place.writable().then(repeated(() -> rename(rename)));
    }

    /** An attempt that is empty found the document changed under its hands. */
    private static Mono<CommitOutcome> repeated(java.util.function.Supplier<Mono<CommitOutcome>> attempt) {
        return Mono.defer(attempt)
                .repeatWhenEmpty(tries -> tries.concatMap(
                        number -> Mono.delay(Duration.ofMillis(ThreadLocalRandom.current()
                                .nextLong(Math.min(LONGEST_PAUSE_MILLIS, 1 + number * number)))),
                        1));
    }

    private Mono<CommitOutcome> put(RecordChange.Put put) {
        StoredRecord record = put.record();
        return space.findOne(RECORDS, doc("order", Records.order(record.key())))
                .filter(stands -> put.expected().isPresent() || isLive(stands))
                .switchIfEmpty(Mono.defer(() -> put.expected().isPresent() ? Mono.empty() : claimed(record.key())))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(found -> {
                    if (found.isEmpty()) {
                        return Mono.just(CommitOutcome.CHANGED);
                    }
                    BsonDocument stands = found.get();
                    boolean fits = isLive(stands)
                            ? put.expected().filter(state(stands)::equals).isPresent()
                            : put.expected().isEmpty();
                    return fits ? put(record, stands) : Mono.just(CommitOutcome.CHANGED);
                });
    }

    /** Makes a document that is not alive for a key, or finds the one there; empty if there is one that is. */
    private Mono<BsonDocument> claimed(String key) {
        BsonDocument fresh = doc("_id", Place.random(), "key", key, "state", "claimed " + Place.random(), "epoch", 0L);
        return space.change(
                        RECORDS,
                        doc("order", Records.order(key), "live", false),
                        doc("$setOnInsert", fresh, "$currentDate", doc("gone", true)),
                        true)
                .onErrorResume(
                        failure -> failure instanceof Duplicate || MongoSpace.isUnknown(failure),
                        e -> space.findOne(RECORDS, doc("order", Records.order(key))))
                .repeatWhenEmpty(20, tries -> tries);
    }

    private Mono<CommitOutcome> put(StoredRecord record, BsonDocument stands) {
        Optional<String> old = Records.optional(stands, "set");
        Optional<String> fresh =
                record.fileSet().filter(set -> !Optional.of(set).equals(old));
        String document = Bson.text(stands, "_id");
        BsonDocument update =
                doc("$set", next(Records.present(record), record.revision(), stands), "$unset", Records.absent(record));
        Optional<String> dropped = old.filter(set -> !record.fileSet().equals(Optional.of(set)));
        dropped.ifPresent(set -> update.append("$push", doc("dropped", set)));
        Mono<Boolean> ready = fresh.map(set -> sets.publishing(set, document)).orElse(Mono.just(true));
        return ready.flatMap(publishable -> publishable
                ? update(stands, update, record.revision())
                        .flatMap(made -> made == Made.DONE
                                ? settled(document, fresh, dropped).thenReturn(CommitOutcome.APPLIED)
                                : outcome(made))
                : Mono.just(CommitOutcome.FILES_SWEPT));
    }

    private Mono<CommitOutcome> delete(RecordChange.Delete delete, String state) {
        return standing(delete.key(), delete.expected(), stands -> {
            Optional<String> old = Records.optional(stands, "set");
            BsonDocument update = doc(
                    "$set", next(doc("live", false), state, stands),
                    "$unset", doc("manifest", "", "terms", "", "identity", "", "set", ""),
                    "$currentDate", doc("gone", true));
            old.ifPresent(set -> update.append("$push", doc("dropped", set)));
            return update(stands, update, state)
                    .flatMap(made -> made == Made.DONE
                            ? settled(Bson.text(stands, "_id"), Optional.empty(), old)
                                    .thenReturn(CommitOutcome.APPLIED)
                            : outcome(made));
        });
    }

    private Mono<CommitOutcome> rename(RecordChange.Rename rename) {
        StoredRecord record = rename.record();
        return standing(rename.from(), rename.expected(), stands -> {
            BsonDocument update = doc(
                    "$set", next(Records.present(record), record.revision(), stands), "$unset", Records.absent(record));
            return update(stands, update, record.revision()).flatMap(made -> switch (made) {
                case DONE -> Mono.just(CommitOutcome.APPLIED);
                case KEY_TAKEN -> aside(record.key());
                case OTHER_STATE, IDENTITY_TAKEN -> outcome(made);
            });
        });
    }

    private Mono<CommitOutcome> standing(
            String key, String expected, java.util.function.Function<BsonDocument, Mono<CommitOutcome>> change) {
        return space.findOne(RECORDS, doc("order", Records.order(key)))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(found -> found.isPresent()
                                && isLive(found.get())
                                && state(found.get()).equals(expected)
                        ? change.apply(found.get())
                        : Mono.just(CommitOutcome.CHANGED));
    }

    /** Takes a key from a document that is not alive, which stays for those who ask what became of their update. */
    private Mono<CommitOutcome> aside(String key) {
        return space.findOne(RECORDS, doc("order", Records.order(key)))
                .flatMap(stands -> isLive(stands)
                        ? Mono.just(CommitOutcome.CHANGED)
                        : space.change(RECORDS, same(stands), doc("$unset", doc("order", "")), false)
                                .onErrorResume(MongoSpace::isUnknown, lost -> Mono.empty())
                                .then(Mono.empty()));
    }

    private static Mono<CommitOutcome> outcome(Made made) {
        return switch (made) {
            case DONE -> Mono.just(CommitOutcome.APPLIED);
            case OTHER_STATE -> Mono.empty();
            case KEY_TAKEN -> Mono.just(CommitOutcome.CHANGED);
            case IDENTITY_TAKEN -> Mono.just(CommitOutcome.IDENTITY_TAKEN);
        };
    }

    private static BsonDocument same(BsonDocument stands) {
        return doc("_id", Bson.text(stands, "_id"), "state", state(stands), "epoch", Bson.number(stands, "epoch"));
    }

    private static boolean isLive(BsonDocument stands) {
        return stands.getBoolean("live", org.bson.BsonBoolean.FALSE).getValue();
    }

    private static String state(BsonDocument stands) {
        return Bson.text(stands, "state");
    }

    private static BsonDocument next(BsonDocument fields, String state, BsonDocument stands) {
        List<String> past = new ArrayList<>(Bson.texts(stands, "past"));
        past.add(state);
        fields.putAll(doc("state", state, "past", past.subList(Math.max(0, past.size() - REMEMBERED), past.size())));
        return fields;
    }

    /** Makes one update of a document; sends it again, unchanged, until it is known what became of it. */
    private Mono<Made> update(BsonDocument stands, BsonDocument update, String state) {
        long end = System.nanoTime() + space.deadline().toNanos();
        return space.change(RECORDS, same(stands), update, false)
                .map(changed -> Made.DONE)
                .defaultIfEmpty(Made.OTHER_STATE)
                .onErrorResume(Duplicate.class, e -> Mono.just(e.isOf("order") ? Made.KEY_TAKEN : Made.IDENTITY_TAKEN))
                .onErrorResume(MongoSpace::isUnknown, lost -> resolved(stands, update, state, lost, end));
    }

    private Mono<Made> resolved(BsonDocument stands, BsonDocument update, String state, Throwable lost, long end) {
        return Mono.delay(Duration.ofMillis(1 + ThreadLocalRandom.current().nextLong(20)))
                .then(space.insisting(() -> space.findOne(RECORDS, doc("_id", Bson.text(stands, "_id")))))
                .defaultIfEmpty(new BsonDocument())
                .onErrorMap(failure -> unknown(failure))
                .flatMap(now -> {
                    List<String> past = Bson.texts(now, "past");
                    if (past.contains(state)) {
                        return Mono.just(Made.DONE);
                    } else if (state(now).equals(state(stands))) {
                        return System.nanoTime() - end < 0
                                ? again(stands, update, state, lost, end)
                                : Mono.error(unknown(lost));
                    } else if (now.isEmpty() || past.size() < REMEMBERED || past.contains(state(stands))) {
                        return Mono.just(Made.OTHER_STATE);
                    }
                    return Mono.error(unknown(lost)); // so much has happened since that nobody remembers
                });
    }

    private Mono<Made> again(BsonDocument stands, BsonDocument update, String state, Throwable lost, long end) {
        return space.change(RECORDS, same(stands), update, false)
                .map(changed -> Made.DONE)
                .onErrorResume(
                        Duplicate.class,
                        e -> overtaken(stands, state, e.isOf("order") ? Made.KEY_TAKEN : Made.IDENTITY_TAKEN))
                // the first copy came between, or another's change, or a sweeper: the past tells
                .switchIfEmpty(Mono.defer(() -> overtaken(stands, state, Made.OTHER_STATE)))
                .onErrorResume(failure -> System.nanoTime() - end < 0
                        ? resolved(stands, update, state, lost, end)
                        : Mono.error(unknown(failure)));
    }

    /** Lets no copy that is still on its way be made any more, and tells whether one was. */
    private Mono<Made> overtaken(BsonDocument stands, String state, Made otherwise) {
        BsonDocument document = doc("_id", Bson.text(stands, "_id"));
        return space.change(RECORDS, document, doc("$inc", doc("epoch", 1L)), false)
                .map(now -> Bson.texts(now, "past").contains(state) ? Made.DONE : otherwise)
                .defaultIfEmpty(otherwise);
    }

    private WriteFailedException unknown(Throwable failure) {
        return new WriteFailedException(space.name(), Outcome.UNKNOWN, failure);
    }

    /** Notes what was published and what was replaced; if it fails, a sweeper does it. */
    private Mono<Void> settled(String document, Optional<String> published, Optional<String> dropped) {
        return Mono.justOrEmpty(published)
                .flatMap(sets::live)
                .then(Mono.justOrEmpty(dropped).flatMap(set -> sets.drop(set, document)))
                .onErrorComplete();
    }
}
