package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.doc;
import static io.atomflux.mongo.AsebytesDocs.number;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.WriteFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The life of one change: sort keys are reserved under a name, documents inserted, and one update lists them.
 *
 * <p>That update is conditional on the name still standing in {@code af.open}, and takes it away; so a late or repeated copy
 * of it fails by itself, and so does it once a sweeper took the name. A lost reply is answered by asking, then by sending the
 * identical command again. A name is used once. Longer than most files: the steps and what follows when each is lost are one
 * protocol.
 */
final class AsebytesAttempts {

    private static final long FIRST_PAUSE = 5;
    private static final int MOST_DOUBLINGS = 7;

    private final String store;
    private final Documents documents;
    private final AsebytesIndex index;
    private final AsebytesTimes times;
    private final Scheduler timer;
    private final String client;
    private final LongUnaryOperator jitter;
    private final AtomicLong sequence = new AtomicLong();
    private volatile @Nullable AsebytesHead last; // what the next reservation tries first
    private volatile boolean doubtful;

    AsebytesAttempts(
            String store,
            Documents documents,
            AsebytesIndex index,
            AsebytesTimes times,
            Scheduler timer,
            String client,
            LongUnaryOperator jitter) {
        this.store = store;
        this.documents = documents;
        this.index = index;
        this.times = times;
        this.timer = timer;
        this.client = client;
        this.jitter = jitter;
    }

    /** The attempt came to nothing, for certain; a new one may succeed. */
    static final class Again extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final boolean collided;

        Again(boolean collided) {
            super("again", null, false, false);
            this.collided = collided;
        }
    }

    /** A reserved range of sort keys. */
    static final class Attempt {
        final String name;
        final long sequence;
        final long first;
        final long count;
        final AsebytesHead head;
        private long beatenAt;
        private boolean lateInserts;
        private boolean latePublish;
        private long[] foreign = new long[0];

        private Attempt(String name, long sequence, long first, long count, AsebytesHead head, long now) {
            this.name = name;
            this.sequence = sequence;
            this.first = first;
            this.count = count;
            this.head = head;
            this.beatenAt = now;
        }

        private String open() {
            return "af.open." + name;
        }

        private String dead() {
            return "af.dead." + name;
        }
    }

    /** What the metadata say of an attempt. */
    private enum Fate {
        APPLIED,
        OPEN,
        GONE,
        UNKNOWN
    }

    private record Answer(Fate fate, long size) {}

    long now() {
        return timer.now(TimeUnit.MILLISECONDS);
    }

    long deadline() {
        return now() + times.deadline().toMillis();
    }

    Mono<Long> pause(int tries) {
        long most = FIRST_PAUSE << Math.min(tries, MOST_DOUBLINGS);
        return Mono.delay(Duration.ofMillis(jitter.applyAsLong(most + 1)), timer);
    }

    private String done() {
        return "af.done." + client;
    }

    /** Tells whether the outcome of a change of this client could not be found out. */
    boolean isDoubtful() {
        return doubtful;
    }

    /** Returns what was last seen of the metadata; reads them if nothing was. */
    Mono<AsebytesHead> head() {
        return Mono.defer(() -> {
            AsebytesHead seen = last;
            return seen != null ? Mono.just(seen) : prepared();
        });
    }

    /** Reads the metadata, and adds what Atomflux needs in them if Python made them. */
    Mono<AsebytesHead> prepared() {
        return Mono.defer(() -> prepared(0, deadline()));
    }

    private Mono<AsebytesHead> prepared(int tries, long deadline) {
        return documents
                .findOne(AsebytesDocs.meta(), AsebytesDocs.head())
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(store)))
                .flatMap(meta -> {
                    AsebytesHead head = AsebytesHead.of(meta, store);
                    if (head.group() != null && head.count() >= 0) {
                        last = index.seen(head);
                        return Mono.just(head);
                    }
                    refuseMistyped(AsebytesDocs.COUNT, meta.get(AsebytesDocs.COUNT), head.count() >= 0);
                    refuseMistyped("af.g", child(meta, "af").get("g"), head.group() != null);
                    if (now() >= deadline) {
                        return Mono.error(() -> new StoreBusyException(
                                store, "other clients changed its metadata each time they were completed", null));
                    }
                    Mono<Void> added =
                            head.group() == null ? begin() : index.length().flatMap(this::count);
                    return added.then(tries == 0 ? Mono.just(0L) : pause(tries))
                            .then(Mono.defer(() -> prepared(tries + 1, deadline)));
                });
    }

    /** What is missing can be added; something else in its place is not ours to replace. */
    private void refuseMistyped(String field, @Nullable BsonValue value, boolean fits) {
        if (value != null && !fits) {
            throw new CorruptDataException(
                    store,
                    "the metadata (document " + AsebytesDocs.META + ")",
                    "%s is %s, which neither asebytes nor Atomflux writes; remove or mend the field"
                            .formatted(field, value),
                    null);
        }
    }

    private Mono<Void> begin() {
        BsonDocument none = AsebytesDocs.meta().append("af.g", AsebytesDocs.exists(false));
        BsonDocument fields = new BsonDocument("af.v", new BsonInt32(1))
                .append("af.g", new BsonString(client))
                .append("af.rev", new BsonInt64(0))
                .append("af.net", new BsonInt64(0))
                .append("af.keys", new BsonInt64(0));
        return repeated(() -> documents.change(none, doc("$set", fields), AsebytesDocs.include("_id"), false))
                .then();
    }

    /** Python takes the length of the array where the count is missing; an increment would take nothing. */
    private Mono<Void> count(long length) {
        BsonDocument missing = AsebytesDocs.meta()
                .append(AsebytesDocs.COUNT, AsebytesDocs.exists(false))
                .append(
                        AsebytesDocs.KEYS,
                        length == 0
                                ? doc("$in", new BsonArray(List.of(BsonNull.VALUE, new BsonArray())))
                                : doc("$size", number(length)));
        BsonDocument counted = doc("$set", doc(AsebytesDocs.COUNT, number(length)));
        return repeated(() -> documents.change(missing, counted, AsebytesDocs.include("_id"), false))
                .then();
    }

    /** Sends a command that may be executed any number of times until it is answered. */
    private <T> Mono<T> repeated(Supplier<Mono<T>> command) {
        return Mono.defer(() -> repeated(command, 0, deadline()));
    }

    private <T> Mono<T> repeated(Supplier<Mono<T>> command, int tries, long deadline) {
        return command.get()
                .onErrorResume(
                        Documents.Unanswered.class,
                        lost -> now() >= deadline
                                ? Mono.error(() -> new WriteFailedException(store, Outcome.NOT_APPLIED, lost))
                                : pause(tries).then(repeated(command, tries + 1, deadline)));
    }

    /** Takes sort keys. */
    Mono<Attempt> reserve(long count) {
        return Mono.defer(() -> reserve(count, 0, deadline()));
    }

    private Mono<Attempt> reserve(long count, int tries, long deadline) {
        return head().flatMap(head -> {
            long sequenceNumber = sequence.incrementAndGet();
            String name = client + "-" + sequenceNumber;
            BsonValue next = head.next() == 0
                    ? doc("$in", new BsonArray(List.of(BsonNull.VALUE, new BsonInt32(0))))
                    : number(head.next());
            BsonDocument condition = AsebytesDocs.meta()
                    .append(AsebytesDocs.NEXT, next)
                    .append("af.g", new BsonString(String.valueOf(head.group())))
                    .append(AsebytesDocs.COUNT, AsebytesDocs.exists(true))
                    .append("af.open." + name, AsebytesDocs.exists(false));
            String open = "af.open." + name;
            BsonDocument update = doc(
                            "$inc", doc(AsebytesDocs.NEXT, number(count)).append("af.keys", new BsonInt64(count)))
                    .append("$set", doc(open + ".first", number(head.next())).append(open + ".n", number(count)))
                    .append(
                            "$currentDate",
                            doc(open + ".at", BsonBoolean.TRUE).append(done() + ".at", BsonBoolean.TRUE));
            return documents
                    .change(condition, update, AsebytesDocs.head(), false)
                    .map(meta -> {
                        AsebytesHead after = index.seen(AsebytesHead.of(meta, store));
                        last = after;
                        return new Attempt(name, sequenceNumber, head.next(), count, after, now());
                    })
                    .switchIfEmpty(Mono.defer(() -> another(count, tries, deadline, null)))
                    // The name of a lost reservation is left to the sweeper: nothing was inserted under it.
                    .onErrorResume(Documents.Unanswered.class, lost -> another(count, tries, deadline, lost));
        });
    }

    private Mono<Attempt> another(long count, int tries, long deadline, @Nullable Throwable cause) {
        last = null;
        if (now() >= deadline) {
            return Mono.error(() -> cause == null
                    ? new StoreBusyException(store, "other clients took the sort keys each time", null)
                    : new WriteFailedException(store, Outcome.NOT_APPLIED, cause));
        }
        Mono<Long> before = tries == 0 ? Mono.just(0L) : pause(tries);
        return before.then(Mono.defer(() -> reserve(count, tries + 1, deadline)));
    }

    /** Inserts documents of an attempt, unseen by anyone. */
    Mono<Void> stage(Attempt attempt, List<RawBsonDocument> rows) {
        return beat(attempt).then(Mono.defer(() -> insert(attempt, rows, 0, deadline())));
    }

    private Mono<Void> insert(Attempt attempt, List<RawBsonDocument> rows, int tries, long deadline) {
        return documents
                .insert(rows)
                .map(id -> number(id, -1))
                .collectList()
                .flatMap(taken -> taken.isEmpty() ? Mono.<Void>empty() : compare(attempt, rows, taken, tries > 0))
                .onErrorResume(Documents.Unanswered.class, lost -> {
                    attempt.lateInserts = true;
                    return now() >= deadline
                            ? Mono.error(() -> new WriteFailedException(store, Outcome.NOT_APPLIED, lost))
                            : pause(tries).then(insert(attempt, rows, tries + 1, deadline));
                });
    }

    /** Documents stand there already: those of an earlier copy of the command, or ones left by a reset counter (M5). */
    private Mono<Void> compare(Attempt attempt, List<RawBsonDocument> rows, List<Long> taken, boolean repeated) {
        long[] ids = taken.stream().mapToLong(id -> id).toArray();
        Mono<Long> ours = !repeated
                ? Mono.just(0L)
                : documents
                        .find(AsebytesDocs.byIds(ids, false), new BsonDocument(), 0)
                        .filter(found -> rows.stream().anyMatch(row -> sameBytes(row, found)))
                        .count();
        return ours.flatMap(count -> {
            if (count == ids.length) {
                return Mono.empty();
            }
            attempt.foreign = ids;
            return Mono.error(new Again(true));
        });
    }

    private static boolean sameBytes(RawBsonDocument a, RawBsonDocument b) {
        return a.getByteBuffer().asNIO().equals(b.getByteBuffer().asNIO());
    }

    /** Shows life, so that a long upload is not swept. */
    private Mono<Void> beat(Attempt attempt) {
        return Mono.defer(() -> {
            if (now() - attempt.beatenAt < times.stale().toMillis() / 4) {
                return Mono.empty();
            }
            BsonDocument alive = doc("$currentDate", doc(attempt.open() + ".at", BsonBoolean.TRUE));
            return repeated(() -> documents.change(mine(attempt), alive, AsebytesDocs.include("_id"), false))
                    .switchIfEmpty(Mono.error(() -> new Again(false)))
                    .doOnNext(seen -> attempt.beatenAt = now())
                    .then();
        });
    }

    private static BsonDocument mine(Attempt attempt) {
        return AsebytesDocs.meta().append(attempt.open() + ".first", number(attempt.first));
    }

    /**
     * Makes the change.
     *
     * @param condition what must hold besides the attempt being open
     * @param update what to do besides closing it
     * @return the number of rows after it
     * @signals Again if it was certainly not made
     * @signals WriteFailedException if nobody can tell
     */
    Mono<Long> publish(Attempt attempt, BsonDocument condition, AsebytesUpdate update) {
        BsonDocument all = mine(attempt);
        all.putAll(condition);
        BsonDocument change = update.toDocument(attempt.open(), done(), attempt.sequence);
        return beat(attempt).then(Mono.defer(() -> send(attempt, all, change, 0, deadline())));
    }

    private Mono<Long> send(Attempt attempt, BsonDocument condition, BsonDocument change, int tries, long deadline) {
        return documents
                .change(condition, change, AsebytesDocs.head(), false)
                .map(meta -> {
                    AsebytesHead head = index.seen(AsebytesHead.of(meta, store));
                    last = head;
                    return head.count();
                })
                .switchIfEmpty(Mono.defer(() -> refused(attempt)))
                .onErrorResume(
                        failure -> failure instanceof Documents.Unanswered
                                || attempt.latePublish && failure instanceof AtomfluxException && !isVerdict(failure),
                        lost -> {
                            attempt.latePublish = true;
                            return lost(attempt, condition, change, tries, deadline, lost);
                        });
    }

    private static boolean isVerdict(Throwable failure) {
        return failure instanceof WriteFailedException;
    }

    /** The conditions did not hold. */
    private Mono<Long> refused(Attempt attempt) {
        last = null;
        if (!attempt.latePublish) {
            return Mono.error(new Again(false));
        }
        // An earlier copy was lost: it may be the reason, or may yet come. Taking the name away decides it.
        return withdraw(attempt, deadline()).flatMap(answer -> switch (answer.fate) {
            case APPLIED -> Mono.just(answer.size);
            case GONE -> Mono.error(new Again(false));
            case OPEN, UNKNOWN -> unknown(null);
        });
    }

    private Mono<Long> lost(
            Attempt attempt, BsonDocument condition, BsonDocument change, int tries, long deadline, Throwable cause) {
        last = null;
        return pause(tries).then(ask(attempt, deadline)).flatMap(answer -> switch (answer.fate) {
            case APPLIED -> Mono.just(answer.size);
            case OPEN -> now() >= deadline ? unknown(cause) : send(attempt, condition, change, tries + 1, deadline);
            case GONE -> Mono.error(new Again(false));
            case UNKNOWN -> unknown(cause);
        });
    }

    private <T> Mono<T> unknown(@Nullable Throwable cause) {
        doubtful = true;
        return Mono.error(() -> new WriteFailedException(store, Outcome.UNKNOWN, cause));
    }

    /** Asks what became of an attempt, until there is an answer. */
    private Mono<Answer> ask(Attempt attempt, long deadline) {
        BsonDocument projection = AsebytesDocs.head();
        for (String field : List.of(done(), attempt.open(), attempt.dead(), "af.log")) {
            projection.append(field, new BsonInt32(1));
        }
        return documents
                .findOne(AsebytesDocs.meta(), projection)
                .map(meta -> answer(attempt, meta))
                .defaultIfEmpty(new Answer(Fate.UNKNOWN, -1))
                .onErrorResume(
                        AtomfluxException.class,
                        failure -> now() >= deadline
                                ? Mono.just(new Answer(Fate.UNKNOWN, -1))
                                : pause(MOST_DOUBLINGS).then(ask(attempt, deadline)));
    }

    private Answer answer(Attempt attempt, BsonDocument meta) {
        AsebytesHead head = AsebytesHead.of(meta, store);
        BsonDocument af = child(meta, "af");
        BsonDocument mine = child(child(af, "done"), client);
        if (number(mine.get("m"), 0) >= attempt.sequence) {
            // Where the log forgot it, the size seen now is what can be said.
            long size = AsebytesLog.of(meta, head).stream()
                    .filter(entry -> entry.attempt().equals(attempt.name))
                    .reduce((before, after) -> after)
                    .map(AsebytesLog.Entry::sizeAfter)
                    .orElse(head.count());
            return new Answer(Fate.APPLIED, size);
        } else if (number(child(child(af, "open"), attempt.name).get("first"), -1) == attempt.first) {
            return new Answer(Fate.OPEN, -1);
        }
        // Without either record the group may have been removed and made anew: nobody can tell.
        boolean recorded = child(af, "dead").containsKey(attempt.name) || mine.containsKey("at");
        return new Answer(recorded ? Fate.GONE : Fate.UNKNOWN, -1);
    }

    static BsonDocument child(BsonDocument parent, String name) {
        return parent.get(name) instanceof BsonDocument child ? child : new BsonDocument();
    }

    /** Takes the right to publish away, and leaves a record of the sort keys whose documents are to be deleted. */
    private Mono<Answer> withdraw(Attempt attempt, long deadline) {
        return documents
                .change(
                        mine(attempt),
                        buried(attempt.name, attempt.first, attempt.count),
                        AsebytesDocs.include("_id"),
                        false)
                .map(gone -> new Answer(Fate.GONE, -1))
                .switchIfEmpty(Mono.defer(() -> ask(attempt, deadline)))
                .onErrorResume(
                        failure -> failure instanceof Documents.Unanswered || failure instanceof AtomfluxException,
                        lost -> pause(1).then(ask(attempt, deadline)))
                .flatMap(answer -> answer.fate != Fate.OPEN || now() >= deadline
                        ? Mono.just(answer)
                        : pause(1).then(withdraw(attempt, deadline)));
    }

    static BsonDocument buried(String name, long first, long count) {
        String dead = "af.dead." + name;
        return doc("$unset", doc("af.open." + name, new BsonString("")))
                .append("$set", doc(dead + ".first", number(first)).append(dead + ".n", number(count)))
                .append("$currentDate", doc(dead + ".at", BsonBoolean.TRUE));
    }

    /**
     * Ends an attempt that was not published, and deletes its documents.
     *
     * <p>What fails here is left to a sweeper, which finds the attempt in the metadata.
     */
    Mono<Void> abandon(Attempt attempt) {
        return Mono.defer(() -> {
            last = null;
            if (attempt.foreign.length > 0) {
                // The range holds documents that are not ours: only what was inserted goes, and nothing is left
                // recorded.
                BsonDocument close = doc("$unset", doc(attempt.open(), new BsonString("")));
                return repeated(() -> documents.change(mine(attempt), close, AsebytesDocs.include("_id"), false))
                        .then(delete(own(attempt)));
            }
            return withdraw(attempt, deadline())
                    .flatMap(answer -> answer.fate == Fate.GONE
                            ? delete(AsebytesDocs.range(attempt.first, attempt.count))
                                    .then(forget(attempt))
                            : Mono.empty());
        });
    }

    private static BsonDocument own(Attempt attempt) {
        long[] foreign = attempt.foreign.clone();
        Arrays.sort(foreign);
        List<BsonValue> ids = new ArrayList<>();
        for (long id = attempt.first; id < attempt.first + attempt.count; id++) {
            if (Arrays.binarySearch(foreign, id) < 0) {
                ids.add(number(id));
            }
        }
        return doc("_id", doc("$in", new BsonArray(ids)));
    }

    private Mono<Void> delete(BsonDocument which) {
        return repeated(() -> documents.delete(AsebytesGarbage.ours(which))).then();
    }

    private Mono<Void> forget(Attempt attempt) {
        BsonDocument record = doc("$unset", doc(attempt.dead(), new BsonString("")));
        return attempt.lateInserts // a copy of an insert may still come: a sweeper looks again later
                ? Mono.empty()
                : repeated(() -> documents.change(AsebytesDocs.meta(), record, AsebytesDocs.include("_id"), false))
                        .then();
    }

    /** Takes this client's record away; only when nothing is running. */
    Mono<Void> leave() {
        return Mono.defer(() -> sequence.get() == 0 || doubtful
                ? Mono.empty()
                : documents
                        .change(
                                AsebytesDocs.meta(),
                                doc("$unset", doc(done(), new BsonString(""))),
                                AsebytesDocs.include("_id"),
                                false)
                        .then());
    }
}
