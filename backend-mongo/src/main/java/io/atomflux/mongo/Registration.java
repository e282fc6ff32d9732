package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.error.StoreBusyException;
import java.util.List;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Keeps one number of this process registered: takes one when needed, shows signs of life, takes another when it was swept
 * or is in doubt.
 *
 * <p>A registration compares the next number and raises it, so each number is given once; if the reply is lost the number is
 * abandoned, never asked for again.
 */
final class Registration {

    private static final BsonDocument NO_FIELDS = doc("_id", 1);

    private final Paged paged;
    private final Function<Long, Mono<Void>> makeRoom;
    private @Nullable ClientNumber number; // guarded by this, as is the next
    private @Nullable Mono<ClientNumber> running;

    /**
     * @param makeRoom sweeps overdue writers, by a deadline, when all places are taken
     */
    Registration(Paged paged, Function<Long, Mono<Void>> makeRoom) {
        this.paged = paged;
        this.makeRoom = makeRoom;
    }

    /**
     * Returns a number whose registration was confirmed less than half the expiry ago.
     *
     * @signals Vanished if the store is not there
     * @signals StoreBusyException if all places are taken
     */
    Mono<ClientNumber> current() {
        return Mono.defer(() -> {
            synchronized (this) {
                ClientNumber known = number;
                if (known != null && usable(known) && !isStale(known)) {
                    return Mono.just(known);
                }
                if (running == null) {
                    long deadline = paged.clock.after(paged.settings.deadline());
                    Mono<ClientNumber> work = known != null && usable(known)
                            ? refreshed(known, deadline).switchIfEmpty(Mono.defer(() -> register(deadline)))
                            : register(deadline);
                    running = work.doOnTerminate(this::ended).cache();
                }
                return running;
            }
        });
    }

    private synchronized void ended() {
        running = null;
    }

    private static boolean usable(ClientNumber known) {
        return !known.isRetired() && !known.isSpent();
    }

    private boolean isStale(ClientNumber known) {
        return paged.clock.isPast(known.confirmed() + paged.settings.expiry().toNanos() / 2);
    }

    /** Shows a sign of life if there is a number; called every quarter of the expiry. */
    Mono<Void> beat() {
        return Mono.defer(() -> {
            ClientNumber known = known();
            return known == null || !usable(known)
                    ? Mono.empty()
                    : refreshed(known, paged.clock.after(paged.settings.expiry().dividedBy(4)))
                            .then();
        });
    }

    private synchronized @Nullable ClientNumber known() {
        return number;
    }

    /** Tells the server that the number lives; empty if it was swept. */
    private Mono<ClientNumber> refreshed(ClientNumber known, long deadline) {
        return Mono.defer(() -> {
            long sent = paged.clock.now();
            long mark = known.mark();
            Mono<Boolean> found = paged.documents
                    .findOne(Paged.rootKey(), doc(known.field(), 1))
                    .map(root -> Root.markIn(root, "clients", known.number()).isPresent());
            return paged.patiently(
                            paged.documents
                                    .change(
                                            doc("_id", Root.ID, known.field() + ".m", mark),
                                            doc("$currentDate", doc(known.field() + ".at", true)),
                                            NO_FIELDS,
                                            false)
                                    .map(changed -> Tell.TOLD)
                                    .switchIfEmpty(found.map(there -> there ? Tell.MOVED : Tell.GONE)
                                            .defaultIfEmpty(Tell.GONE)),
                            deadline)
                    .flatMap(tell -> switch (tell) {
                        case TOLD -> {
                            known.confirm(sent);
                            yield Mono.just(known);
                        }
                        case MOVED -> refreshed(known, deadline); // a publish moved the mark meanwhile
                        case GONE -> {
                            known.retire();
                            yield Mono.<ClientNumber>empty();
                        }
                    });
        });
    }

    private enum Tell {
        TOLD,
        MOVED,
        GONE
    }

    private Mono<ClientNumber> register(long deadline) {
        return register(deadline, 0);
    }

    private Mono<ClientNumber> register(long deadline, int round) {
        return paged.patiently(paged.root(), deadline).flatMap(root -> {
            if (root.clientCount() >= paged.settings.clientsMost()) {
                return full(root, deadline, round);
            }
            long wanted = root.nextClient();
            String field = "clients.c" + wanted;
            long sent = paged.clock.now();
            return paged.documents
                    .change(
                            doc(
                                    "_id",
                                    Root.ID,
                                    "nextClient",
                                    wanted,
                                    "nclients",
                                    doc("$lt", paged.settings.clientsMost())),
                            doc(
                                    "$inc", doc("nextClient", 1L, "nclients", 1),
                                    "$set", doc(field + ".m", 1L),
                                    "$currentDate", doc(field + ".at", true)),
                            NO_FIELDS,
                            false)
                    .map(done -> registered(new ClientNumber(wanted, sent)))
                    .onErrorResume(
                            failure -> Paged.isPassing(failure) && !paged.clock.isPast(deadline),
                            lost -> Mono.empty()) // abandoned: if it was registered after all, it will be swept
                    .switchIfEmpty(again(deadline, round));
        });
    }

    private Mono<ClientNumber> again(long deadline, int round) {
        if (round > 0 && paged.clock.isPast(deadline)) {
            return Mono.error(() -> new StoreBusyException(paged.name, "other writers register all the time", null));
        }
        return paged.clock.pause(round).then(Mono.defer(() -> register(deadline, round + 1)));
    }

    private Mono<ClientNumber> full(Root root, long deadline, int round) {
        if (round > 0 && paged.clock.isPast(deadline) || round >= 3) {
            List<String> holders = root.clients().stream()
                    .limit(8)
                    .map(client -> "%d (last heard of %s)".formatted(client.number(), client.at()))
                    .toList();
            return Mono.error(new StoreBusyException(
                    paged.name,
                    "%d writers are registered, e.g. %s; close some, or wait until silent ones expire"
                            .formatted(root.clientCount(), String.join(", ", holders)),
                    null));
        }
        return makeRoom.apply(deadline).then(again(deadline, round));
    }

    private synchronized ClientNumber registered(ClientNumber taken) {
        number = taken;
        return taken;
    }

    /** Gives the number back; only when nothing is staged or in doubt. */
    Mono<Void> giveBack() {
        return Mono.defer(() -> {
            ClientNumber known;
            synchronized (this) {
                known = number;
                number = null;
            }
            if (known == null || known.isRetired()) {
                return Mono.empty();
            }
            known.retire();
            return paged.documents
                    .change(
                            doc("_id", Root.ID, known.field() + ".m", known.mark()),
                            doc("$unset", doc(known.field(), ""), "$inc", doc("nclients", -1)),
                            NO_FIELDS,
                            false)
                    .then();
        });
    }
}
