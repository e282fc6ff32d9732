package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.value.Row;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Adds rows at the end: each call writes its rows under fresh ids, then one entry for each call goes into the root's open
 * list; calls that waited during one publish share the next.
 *
 * <p>Calls of one number are published in the order their ids were drawn, because the mark that a publish moves says that
 * everything below is decided. A call that fails or is cancelled while its rows are written has them deleted before the
 * next publish of that number.
 */
final class AppendLane {

    /** How often the length of the open list is looked at while it grows to its bound. */
    private static final int LOOKS = 12;

    private final Paged paged;
    private final Registration registration;
    private final Staging staging;
    private final Sealer sealer;
    private final Runnable afterPublish;
    private @Nullable Session session; // guarded by this
    private volatile int unseen; // entries published since the length of the list was looked at; roughly counted

    /** Moves the open list into the tree. */
    interface Sealer {
        /** Begins to make room for so many entries; what it returns tells the end. */
        Mono<Void> seal(int room);
    }

    private enum State {
        STAGING,
        READY,
        WITHDRAWN
    }

    /** One call. */
    private static final class Slot {
        final Entry entry;
        final long first;
        final long end;
        final Sinks.One<Long> size = Sinks.one();
        State state = State.STAGING; // guarded by its session

        Slot(Entry entry, long first, long end) {
            this.entry = entry;
            this.first = first;
            this.end = end;
        }
    }

    /** The calls of one number, in the order of their ids. */
    private static final class Session {
        final ClientNumber number;
        final ArrayDeque<Slot> slots = new ArrayDeque<>(); // guarded by this, as is the next
        boolean publishing;

        Session(ClientNumber number) {
            this.number = number;
        }
    }

    AppendLane(Paged paged, Registration registration, Sealer sealer, Runnable afterPublish) {
        this.paged = paged;
        this.registration = registration;
        this.staging = new Staging(paged);
        this.sealer = sealer;
        this.afterPublish = afterPublish;
    }

    /** Adds rows, at least one. */
    Mono<Long> append(List<Row> rows, BooleanSupplier cancelled) {
        return add(number -> new Batch(number, rows), cancelled);
    }

    /** Adds reserved rows, at least one. */
    Mono<Long> reserve(long count, BooleanSupplier cancelled) {
        return add(number -> new Batch(number, count), cancelled);
    }

    private interface Drawing {
        Batch draw(ClientNumber number);
    }

    /** The ids of one call and what has to be written. */
    private final class Batch {
        final List<Row> rows;
        final long[] ids;
        final List<BsonDocument> pages = new ArrayList<>();
        final Entry entry;
        final long first;
        final long end;

        Batch(ClientNumber number, long reserved) {
            rows = List.of();
            ids = new long[0];
            first = number.take(1);
            end = first + 1;
            entry = Entry.run(first, reserved);
        }

        Batch(ClientNumber number, List<Row> rows) {
            this.rows = rows;
            ids = new long[rows.size()];
            int written = (int) rows.stream().filter(row -> !row.isReserved()).count();
            if (written == 0) {
                first = number.take(1);
                end = first + 1;
                entry = Entry.run(first, ids.length);
                return;
            }
            TreeEdit edit = new TreeEdit(id -> null, paged.settings.fanOut(), paged.settings.small());
            Ref shape = ids.length == 1 ? null : edit.join(edit.build(ids));
            int pageCount = shape == null ? 0 : Staging.count(shape);
            first = number.take(written + pageCount);
            end = first + written + pageCount;
            long[] next = {first};
            for (int i = 0; i < ids.length; i++) {
                ids[i] = rows.get(i).isReserved() ? 0 : next[0]++;
            }
            if (shape == null) {
                entry = Entry.row(ids[0]);
            } else {
                Ref built = Objects.requireNonNull(edit.join(edit.build(ids)));
                Ref top = Staging.written(built, () -> next[0]++, pages, paged.cache::put);
                entry = Entry.page(top.id(), top.rows());
            }
        }
    }

    private Mono<Long> add(Drawing drawing, BooleanSupplier cancelled) {
        return registration.current().flatMap(number -> {
            Session mine;
            Slot slot;
            Batch batch;
            synchronized (this) {
                Session now = session;
                if (now == null || now.number != number) {
                    now = new Session(number);
                    session = now;
                }
                mine = now;
                synchronized (mine) {
                    batch = drawing.draw(number);
                    slot = new Slot(batch.entry, batch.first, batch.end);
                    mine.slots.add(slot);
                }
            }
            long deadline = paged.clock.after(paged.settings.deadline());
            return staging.rows(number, batch.rows, batch.ids, cancelled, deadline)
                    .then(staging.pages(number, batch.pages, deadline))
                    .then(Mono.<Void>defer(
                            () -> cancelled.getAsBoolean() ? Mono.error(new Staging.Cancelled()) : Mono.empty()))
                    .then(Mono.defer(() -> {
                        ready(mine, slot, State.READY);
                        return slot.size.asMono();
                    }))
                    .onErrorResume(failure -> !isReady(mine, slot), failure -> withdraw(mine, slot, failure));
        });
    }

    private static boolean isReady(Session session, Slot slot) {
        synchronized (session) {
            return slot.state == State.READY;
        }
    }

    /** Deletes what a call wrote that will not be published, and fails it. */
    private Mono<Long> withdraw(Session session, Slot slot, Throwable failure) {
        long deadline = paged.clock.after(paged.settings.deadline());
        return paged.deleteRange(slot.first, slot.end, deadline)
                .onErrorResume(undeleted -> {
                    session.number.retire(); // the sweeper deletes it; nothing more may be published above
                    failure.addSuppressed(undeleted);
                    return Mono.empty();
                })
                .then(Mono.defer(() -> {
                    session.number.retireIfDoubtful();
                    ready(session, slot, State.WITHDRAWN);
                    return Mono.error(notApplied(failure));
                }));
    }

    private Throwable notApplied(Throwable failure) {
        return failure instanceof Documents.Unanswered
                ? new WriteFailedException(paged.name, Outcome.NOT_APPLIED, failure.getCause())
                : failure;
    }

    private void ready(Session session, Slot slot, State state) {
        synchronized (session) {
            slot.state = state;
        }
        drain(session);
    }

    // ------------------------------------------------------------------ publishing

    private void drain(Session session) {
        List<Slot> together = new ArrayList<>();
        synchronized (session) {
            if (session.publishing) {
                return;
            }
            while (!session.slots.isEmpty()
                    && session.slots.peekFirst().state != State.STAGING
                    && together.size() < paged.settings.groupMost()) {
                Slot slot = session.slots.removeFirst();
                if (slot.state == State.READY) {
                    together.add(slot);
                }
            }
            if (together.isEmpty()) {
                return;
            }
            session.publishing = true;
        }
        Mono.defer(() -> publish(session, together)) // whatever goes wrong there, the calls behind have their turn
                .doFinally(signal -> {
                    synchronized (session) {
                        session.publishing = false;
                    }
                    drain(session);
                })
                .subscribe(done -> {}, failure -> fail(together, failure));
    }

    private Mono<Void> publish(Session session, List<Slot> together) {
        if (session.number.isRetired()) {
            return swept(session, together, OptionalLong.empty(), null);
        }
        BsonArray entries = new BsonArray();
        long rows = 0;
        for (Slot slot : together) {
            entries.add(slot.entry.toBson());
            rows += slot.entry.rows();
        }
        BsonDocument update = doc(
                "$push",
                doc(
                        "open", doc("$each", entries),
                        "log",
                                ChangeLog.push(
                                        ChangeLog.appended(rows, together.get(together.size() - 1).end),
                                        paged.settings.logMost())),
                "$inc",
                doc("rev", 1L, "size", rows));
        Publish publish = new Publish(
                paged,
                session.number,
                doc("open." + (paged.settings.openMost() - entries.size()), doc("$exists", false)),
                update,
                RootReply.projection(),
                together.get(together.size() - 1).end);
        long deadline = paged.clock.after(paged.settings.deadline());
        return attempt(publish, session, together, deadline);
    }

    private Mono<Void> attempt(Publish publish, Session session, List<Slot> together, long deadline) {
        return publish.run(deadline).flatMap(end -> switch (end.fate()) {
            case MADE -> made(end, together);
            case LOST -> noRoom(publish, session, together, deadline);
            case GONE -> swept(session, together, end.sweptAt(), end.failure());
            case REFUSED -> withdrawAll(session, together, end.failure());
            case UNKNOWN -> {
                fail(together, new WriteFailedException(paged.name, Outcome.UNKNOWN, end.failure()));
                yield Mono.empty();
            }
        });
    }

    private Mono<Void> noRoom(Publish publish, Session session, List<Slot> together, long deadline) {
        Throwable late = new StoreBusyException(paged.name, "its open list stays full", null);
        Mono<Void> sealed = paged.clock.isPast(deadline) ? Mono.error(late) : sealer.seal(together.size());
        return sealed.then(Mono.just(true))
                .onErrorResume(failure -> {
                    if (publish.isDoubtful()) {
                        session.number.retire();
                        fail(together, new WriteFailedException(paged.name, Outcome.UNKNOWN, failure));
                        return Mono.empty();
                    }
                    return withdrawAll(session, together, failure).then(Mono.empty());
                })
                .flatMap(sealedNow -> attempt(publish, session, together, deadline));
    }

    private Mono<Void> made(Publish.End end, List<Slot> together) {
        RootReply reply = end.reply() != null ? RootReply.of(end.reply()) : null;
        long size = reply != null ? reply.size() : seen(end.asked(), together);
        if (reply != null) {
            IndexView known = paged.view();
            if (known.struct() == reply.struct() && known.rev() + 1 == reply.rev()) {
                paged.remember(known.plus(
                        reply.rev(), together.stream().map(slot -> slot.entry).toList()));
            }
        }
        for (int i = together.size() - 1; i >= 0; i--) {
            together.get(i).size.tryEmitValue(size);
            size -= together.get(i).entry.rows();
        }
        afterPublish.run();
        unseen += together.size();
        return sealIfLong().then(reply == null ? Mono.empty() : Wanting.courtesy(paged, reply.want()));
    }

    /**
     * Moves the open list into the tree when it is long; looks after every few entries of its own.
     *
     * <p>A projection that shows the entry behind the bound would tell without looking, but the stand-in for MongoDB
     * fails on one that begins behind the list's end. Who does not look in time finds no room, and seals then.
     */
    private Mono<Void> sealIfLong() {
        int bound = paged.settings.sealAbove();
        if (unseen <= bound / LOOKS) {
            return Mono.empty();
        }
        unseen = 0;
        return paged.documents
                .findOne(doc("_id", Root.ID, "open." + bound, doc("$exists", true)), doc("_id", 1))
                .flatMap(isLong -> sealer.seal(0))
                .onErrorComplete(Paged::isPassing);
    }

    /** Tells the size after own entries, from a root read later; what is there then, if too much happened since. */
    private static long seen(@Nullable Root root, List<Slot> together) {
        return root == null ? 0 : root.sizeAfter(together.get(together.size() - 1).end);
    }

    /** The server refused: the calls fail, and what they wrote goes before the next publish. */
    private Mono<Void> withdrawAll(Session session, List<Slot> together, @Nullable Throwable failure) {
        Throwable told =
                failure == null ? new WriteFailedException(paged.name, Outcome.NOT_APPLIED, null) : notApplied(failure);
        long deadline = paged.clock.after(paged.settings.deadline());
        Slot last = together.get(together.size() - 1);
        return paged.deleteRange(together.get(0).first, last.end, deadline)
                .onErrorResume(undeleted -> {
                    session.number.retire();
                    return Mono.empty();
                })
                .then(Mono.fromRunnable(() -> {
                    session.number.retireIfDoubtful();
                    fail(together, told);
                }));
    }

    /** The number was swept: nothing of it was or will be published. */
    private Mono<Void> swept(Session session, List<Slot> together, OptionalLong sweptAt, @Nullable Throwable failure) {
        session.number.retire();
        Mono<Void> cleaned = Mono.empty();
        if (sweptAt.isPresent()) {
            long from = ClientNumber.id(session.number.number(), sweptAt.getAsLong());
            cleaned = paged.deleteRange(from, session.number.end(), paged.clock.after(paged.settings.deadline()))
                    .onErrorComplete(Paged::isPassing); // the sweeper does the same, twice
        }
        return cleaned.then(Mono.fromRunnable(() -> fail(together, new Swept(failure))));
    }

    /** A call that was certainly not made because its number was swept or retired; it may begin anew. */
    static final class Swept extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Swept(@Nullable Throwable cause) {
            super("swept", cause, false, false);
        }
    }

    private static void fail(List<Slot> together, Throwable failure) {
        together.forEach(slot -> slot.size.tryEmitError(failure));
    }
}
