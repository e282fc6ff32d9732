package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;
import static io.atomflux.mongo.artifact.Place.RECORDS;
import static io.atomflux.mongo.artifact.Place.SETS;

import io.atomflux.mongo.MongoSpace;
import java.util.List;
import org.bson.BsonDocument;
import reactor.core.publisher.Mono;

/**
 * The life of a set of files, kept in one document: {@code staged}, {@code publishing} under a document of the records, {@code
 * live}, {@code dropped}, {@code swept}; each step one conditional update, none ever back.
 *
 * <p>Publishing moves the set to {@code publishing} before the record is changed, on condition of the epoch the record's
 * document had before that. So who wants to sweep an overdue set in that state moves the epoch on first, unless the document
 * names the set: then a slow publisher's update fails and it looks again, finding its set swept, or having renewed it in time,
 * which the sweeper's last step is conditional on.
 */
final class Sets {

    private static final BsonDocument NOW = doc("touched", true);
    private static final BsonDocument MOVED = doc("rev", 1L); // two touches may be of the same moment

    private final MongoSpace space;

    Sets(MongoSpace space) {
        this.space = space;
    }

    Mono<BsonDocument> find(String set) {
        return space.findOne(SETS, doc("_id", set));
    }

    Mono<Void> begin(String set) {
        BsonDocument update = doc("$setOnInsert", doc("state", "staged", "rev", 0L), "$currentDate", NOW);
        return space.insisting(() -> space.change(SETS, doc("_id", set), update, true))
                .then();
    }

    /** Shows that a set is still written to; empty if it must not be any more. */
    Mono<BsonDocument> touch(String set) {
        return space.insisting(() -> space.change(
                SETS,
                doc("_id", set, "state", "staged", "sealed", doc("$exists", false)),
                doc("$inc", MOVED, "$currentDate", NOW),
                false));
    }

    Mono<BsonDocument> seal(String set) {
        return space.insisting(() -> space.change(
                SETS,
                doc("_id", set, "state", "staged"),
                doc("$set", doc("sealed", true), "$inc", MOVED, "$currentDate", NOW),
                false));
    }

    /** Moves a set to be published under a document of the records; false if it was published before, or swept. */
    Mono<Boolean> publishing(String set, String document) {
        return space.insisting(() -> space.change(
                        SETS,
                        doc("_id", set, "$or", List.of(doc("state", "staged"), publishingUnder(document))),
                        doc("$set", doc("state", "publishing", "doc", document), "$inc", MOVED, "$currentDate", NOW),
                        false))
                .map(moved -> true)
                .switchIfEmpty(Mono.defer(() -> moved(set, document)));
    }

    private static BsonDocument publishingUnder(String document) {
        return doc("state", "publishing", "doc", document);
    }

    /** A set that was to be published under another document is moved once no update there can succeed any more. */
    private Mono<Boolean> moved(String set, String document) {
        return find(set)
                .filter(found -> Bson.text(found, "state").equals("publishing"))
                .flatMap(found -> {
                    String other = Bson.text(found, "doc");
                    return disarm(set, other)
                            .filter(free -> free)
                            .flatMap(free -> space.insisting(() -> space.change(
                                    SETS,
                                    doc("_id", set, "state", "publishing", "doc", doc("$in", List.of(other, document))),
                                    doc("$set", doc("doc", document), "$inc", MOVED, "$currentDate", NOW),
                                    false)));
                })
                .map(moved -> true)
                .defaultIfEmpty(false);
    }

    /** Makes every update fail that would publish a set under a document; false if it was published there. */
    Mono<Boolean> disarm(String set, String document) {
        BsonDocument unpublished = doc("_id", document, "set", doc("$ne", set), "dropped", doc("$ne", set));
        return space.insisting(() -> space.change(RECORDS, unpublished, doc("$inc", doc("epoch", 1L)), false))
                .map(disarmed -> true)
                .switchIfEmpty(Mono.defer(() -> space.findOne(RECORDS, doc("_id", document))
                        .map(stands -> false)
                        .defaultIfEmpty(true)));
    }

    Mono<Void> live(String set) {
        return space.insisting(() -> space.change(
                        SETS, doc("_id", set, "state", "publishing"), doc("$set", doc("state", "live")), false))
                .then();
    }

    /** Notes that no record names a set any more, and takes the note of it away from the document that did. */
    Mono<Void> drop(String set, String document) {
        BsonDocument named = doc("_id", set, "state", doc("$in", List.of("publishing", "live")));
        return space.insisting(() -> space.change(
                        SETS, named, doc("$set", doc("state", "dropped"), "$inc", MOVED, "$currentDate", NOW), false))
                .then(space.insisting(
                        () -> space.change(RECORDS, doc("_id", document), doc("$pull", doc("dropped", set)), false)))
                .then();
    }

    /** Takes a set away from its writer or the past, if it is as it was seen. */
    Mono<Boolean> sweep(BsonDocument seen) {
        BsonDocument same = doc(
                "_id", Bson.text(seen, "_id"),
                "state", Bson.text(seen, "state"),
                "rev", Bson.number(seen, "rev"));
        return space.change(SETS, same, doc("$set", doc("state", "swept"), "$inc", MOVED, "$currentDate", NOW), false)
                .hasElement();
    }

    /** Keeps a published set for some time; empty if it is not published, or swept. */
    Mono<BsonDocument> hold(String set, String hold, long until) {
        BsonDocument readable = doc("_id", set, "state", doc("$in", List.of("publishing", "live", "dropped")));
        return space.insisting(() -> space.change(
                SETS, readable, doc("$set", doc("holds." + hold, Bson.time(until)), "$inc", MOVED), false));
    }

    Mono<Void> release(String set, String hold) {
        return space.insisting(() -> space.change(
                        SETS, doc("_id", set), doc("$unset", doc("holds." + hold, ""), "$inc", MOVED), false))
                .then();
    }
}
