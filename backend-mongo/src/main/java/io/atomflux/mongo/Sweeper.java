package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Clears away what nobody will miss: rows of writers that show no life any more, and what was replaced long enough ago.
 *
 * <p>A writer's right to publish is taken away first, with its mark on record, and its rows from that mark on are deleted
 * afterwards, and once more after the expiry, since a slow writer may still insert. Garbage is deleted from the far end of its
 * chain, so that any sweeper can go on where another stopped. Time is the server's; it decides when to sweep, never
 * whether that is right.
 */
final class Sweeper {

    private static final BsonDocument NO_FIELDS = doc("_id", 1);

    private final Paged paged;
    private final Set<Long> twice = new HashSet<>(); // dead numbers whose rows were deleted again; guarded by itself

    Sweeper(Paged paged) {
        this.paged = paged;
    }

    /** Does what is due; harmless at any time, in any number of processes. */
    Mono<Void> sweep() {
        return sweep(paged.clock.after(paged.settings.deadline()));
    }

    Mono<Void> sweep(long deadline) {
        return Mono.zip(
                        paged.patiently(paged.documents.serverTime(), deadline),
                        paged.patiently(paged.root(), deadline))
                .flatMap(now -> secondPass(now.getT2(), now.getT1(), deadline)
                        .then(overdue(now.getT2(), now.getT1(), deadline))
                        .then(garbage(now.getT2(), now.getT1(), deadline)));
    }

    private boolean isPast(Instant at, Duration since, Instant now) {
        return !at.plus(since).isAfter(now);
    }

    // ------------------------------------------------------------------ writers

    private Mono<Void> overdue(Root root, Instant now, long deadline) {
        int places = Math.max(0, paged.settings.deadMost() - root.dead().size());
        return Flux.fromIterable(root.clients())
                .filter(client -> isPast(client.at(), paged.settings.expiry(), now))
                .take(places)
                .concatMap(client -> bury(client, deadline))
                .then();
    }

    /** Takes a writer's right to publish, then deletes what it did not publish. */
    Mono<Void> bury(Root.Client client, long deadline) {
        String live = "clients.c" + client.number();
        String dead = "dead.c" + client.number();
        return paged.patiently(
                        paged.documents.change(
                                doc("_id", Root.ID, live + ".m", client.mark(), live + ".at", within(client.at())),
                                doc(
                                        "$unset", doc(live, ""),
                                        "$inc", doc("nclients", -1),
                                        "$set", doc(dead + ".m", client.mark()),
                                        "$currentDate", doc(dead + ".at", true)),
                                NO_FIELDS,
                                false),
                        deadline)
                .flatMap(buried -> unpublished(client, deadline)); // a lost reply: the second pass deletes
    }

    /** A server may keep a time more finely than it shows it; the stand-in for MongoDB does. */
    private static BsonDocument within(Instant millisecond) {
        long millis = millisecond.toEpochMilli();
        return doc("$gte", new BsonDateTime(millis), "$lt", new BsonDateTime(millis + 1));
    }

    private Mono<Void> unpublished(Root.Client client, long deadline) {
        return paged.deleteRange(
                ClientNumber.id(client.number(), client.mark()), ClientNumber.id(client.number() + 1, 0), deadline);
    }

    private Mono<Void> secondPass(Root root, Instant now, long deadline) {
        List<Root.Client> old = root.dead().stream()
                .filter(dead -> isPast(dead.at(), paged.settings.expiry(), now))
                .sorted((a, b) -> a.at().compareTo(b.at()))
                .toList();
        long overdue = root.clients().stream()
                .filter(client -> isPast(client.at(), paged.settings.expiry(), now))
                .count();
        long over = Math.max(0, root.dead().size() + overdue - paged.settings.deadMost());
        return Flux.fromIterable(old)
                .filter(dead -> !isDoneTwice(dead.number()))
                .concatMap(dead -> unpublished(dead, deadline).then(Mono.<Void>fromRunnable(() -> done(dead.number()))))
                .thenMany(Flux.fromIterable(old).take(over))
                .concatMap(dead -> paged.patiently(
                        paged.documents.change(
                                doc("_id", Root.ID, "dead.c" + dead.number() + ".m", dead.mark()),
                                doc("$unset", doc("dead.c" + dead.number(), "")),
                                NO_FIELDS,
                                false),
                        deadline))
                .then();
    }

    private boolean isDoneTwice(long number) {
        synchronized (twice) {
            return twice.contains(number);
        }
    }

    private void done(long number) {
        synchronized (twice) {
            twice.add(number);
        }
    }

    // ------------------------------------------------------------------ garbage

    private Mono<Void> garbage(Root root, Instant now, long deadline) {
        if (!isPast(root.turned(), paged.settings.retention(), now)) {
            return Mono.empty();
        }
        if (root.old() != 0) {
            return empty(root.old())
                    .then(paged.patiently(
                            paged.documents.change(
                                    doc("_id", Root.ID, "old", root.old()),
                                    doc("$set", doc("old", BsonNull.VALUE)),
                                    NO_FIELDS,
                                    false),
                            deadline))
                    .then();
        }
        return root.young() == 0 ? Mono.empty() : turn(root, deadline);
    }

    /** Makes the young chain the old one. */
    private Mono<Void> turn(Root root, long deadline) {
        return paged.patiently(
                        paged.documents.change(
                                doc(
                                        "_id",
                                        Root.ID,
                                        "struct",
                                        root.view().struct(),
                                        "young",
                                        root.young(),
                                        "old",
                                        BsonNull.VALUE),
                                doc(
                                        "$set", doc("old", root.young(), "young", BsonNull.VALUE),
                                        "$inc", doc("struct", 1L),
                                        "$currentDate", doc("turned", true)),
                                NO_FIELDS,
                                false),
                        deadline)
                .then();
    }

    /** Deletes a chain from its far end: what each document lists, then the document. */
    private Mono<Void> empty(long head) {
        return Mono.just(head)
                .expand(id -> paged.patiently(paged.documents.findOne(doc("_id", id), doc("prev", 1)), deadline())
                        .map(document -> Bson.idOrZero(document, "prev")) // none: the rest was deleted before
                        .filter(prev -> prev != 0))
                .collectList()
                .flatMapMany(chain -> {
                    Collections.reverse(chain);
                    return Flux.fromIterable(chain);
                })
                .concatMap(this::emptyOne, 1)
                .then();
    }

    private long deadline() {
        return paged.clock.after(paged.settings.deadline()); // for each step: a chain may be long
    }

    private Mono<Void> emptyOne(long id) {
        return paged.patiently(paged.documents.findOne(doc("_id", id), Bson.EMPTY), deadline())
                .flatMap(document -> {
                    long[] trees = document.containsKey("trees") ? Page.Longs.fromBson(document, "trees") : new long[0];
                    return Flux.range(0, trees.length)
                            .concatMap(i -> fell(trees[i]), 1)
                            .then(Mono.defer(() -> paged.delete(Page.Longs.fromBson(document, "ids"), deadline())))
                            .then(paged.delete(new long[] {id}, deadline()));
                });
    }

    /** Deletes a page with everything below it, from the bottom. */
    private Mono<Void> fell(long id) {
        return paged.patiently(paged.documents.findOne(doc("_id", id), Bson.EMPTY), deadline())
                .flatMap(document -> below(paged.page(document)).then(paged.delete(new long[] {id}, deadline())));
    }

    private Mono<Void> below(Page page) {
        if (page instanceof Page.Leaf leaf) {
            return paged.delete(leaf.ids(), deadline());
        }
        Page.Inner inner = (Page.Inner) page;
        return Flux.range(0, inner.entries())
                .map(inner::kid)
                .filter(Ref::isStored)
                .concatMap(kid -> fell(kid.id()), 1)
                .then();
    }
}
