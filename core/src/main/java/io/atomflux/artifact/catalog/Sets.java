package io.atomflux.artifact.catalog;

import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * The life of a set of files in the catalog: ticket, then live, then garbage, then nothing; each step one conditional commit,
 * none ever back.
 *
 * <p>A garbage entry holds the time (i64), whether files may be removed already (u8), and a count that each hold taken
 * on garbage moves, so that a sweeper that looked before cannot go on (i32).
 */
final class Sets {

    /** What became of a set whose ticket was asked for. */
    enum State {
        /** Its ticket was taken away: nobody can publish it any more. */
        TAKEN,
        /** It has neither ticket nor record nor garbage entry. */
        NOBODYS,
        /** It was published. */
        KEPT
    }

    private Sets() {}

    static Bytes garbage(long time) {
        return garbage(time, false, 0);
    }

    private static Bytes garbage(long time, boolean removing, int holds) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + 1 + Integer.BYTES)
                .putLong(time)
                .put((byte) (removing ? 1 : 0))
                .putInt(holds)
                .array());
    }

    static boolean removing(Bytes garbage) {
        return garbage.at(Long.BYTES) != 0;
    }

    /** Takes the ticket of a set away, if it has one. */
    static Mono<State> takeTicket(Catalog catalog, String set) {
        return Mono.defer(() -> maybe(catalog.get(Keys.of(Keys.TICKET, set)))
                        .flatMap(ticket -> ticket.isPresent()
                                ? takeTicket(catalog, set, ticket.get())
                                        .filter(taken -> taken)
                                        .map(taken -> State.TAKEN)
                                : isNobodys(catalog, set).map(nobodys -> nobodys ? State.NOBODYS : State.KEPT)))
                .repeatWhenEmpty(Retries::paced);
    }

    /** Takes a ticket away if it is still the same; from then on the set is garbage whose files may be removed. */
    static Mono<Boolean> takeTicket(Catalog catalog, String set, Bytes ticket) {
        Bytes key = Keys.of(Keys.TICKET, set);
        return catalog.commit(Commit.builder()
                .expect(key, ticket)
                .delete(key)
                .put(Keys.of(Keys.GARBAGE, set), garbage(Times.of(ticket), true, 0))
                .build());
    }

    /**
     * Tells whether a set is at the end of its life. Looks in the order in which sets move, so one that moves meanwhile is met.
     */
    static Mono<Boolean> isNobodys(Catalog catalog, String set) {
        return catalog.get(Keys.of(Keys.TICKET, set))
                .switchIfEmpty(Mono.defer(() -> catalog.get(Keys.of(Keys.LIVE, set))))
                .switchIfEmpty(Mono.defer(() -> catalog.get(Keys.of(Keys.GARBAGE, set))))
                .hasElement()
                .map(named -> !named);
    }

    /** Lets the files of a garbage set be removed, if its entry is still the same. */
    static Mono<Boolean> beginRemoving(Catalog catalog, String set, Bytes garbage) {
        Bytes key = Keys.of(Keys.GARBAGE, set);
        return catalog.commit(Commit.builder()
                .expect(key, garbage)
                .put(key, garbage(Times.of(garbage), true, 0))
                .build());
    }

    /** Removes the files of a set that may be, and last its entry: whoever is killed between is followed by another. */
    static Mono<Long> removeTaken(Catalog catalog, FileStore files, String set) {
        return files.remove(set)
                .flatMap(bytes -> catalog.commit(Commit.builder()
                                .delete(Keys.of(Keys.GARBAGE, set))
                                .build())
                        .thenReturn(bytes));
    }

    /** Puts a hold on a set that is live, or garbage that nobody removes yet; false if it is neither, empty to try again. */
    static Mono<Boolean> hold(Catalog catalog, String set, Bytes hold, Bytes until) {
        Bytes live = Keys.of(Keys.LIVE, set);
        Bytes dead = Keys.of(Keys.GARBAGE, set);
        return maybe(catalog.get(live)).flatMap(owner -> {
            if (owner.isPresent()) {
                return done(catalog, Commit.builder().expect(live, owner.get()).put(hold, until));
            }
            return maybe(catalog.get(dead)).flatMap(garbage -> {
                if (garbage.isEmpty() || removing(garbage.get())) {
                    return Mono.just(false);
                }
                int holds = garbage.get().asBuffer().getInt(Long.BYTES + 1);
                Bytes moved = garbage(Times.of(garbage.get()), false, holds + 1);
                return done(
                        catalog,
                        Commit.builder()
                                .expect(dead, garbage.get())
                                .put(dead, moved)
                                .put(hold, until));
            });
        });
    }

    private static Mono<Boolean> done(Catalog catalog, Commit.Builder commit) {
        return catalog.commit(commit.build()).filter(done -> done);
    }

    private static Mono<Optional<Bytes>> maybe(Mono<Bytes> value) {
        return value.map(Optional::of).defaultIfEmpty(Optional.empty());
    }
}
