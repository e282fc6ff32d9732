package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.error.StoreUnavailableException;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One conditional update of the root, sent until its outcome is known: made by whichever copy of the command comes first,
 * refused, or unknown when the deadline is past.
 *
 * <p>After a lost reply the root is asked, and the identical command is sent again; a new one would be a second change. The
 * number's own idea of its mark is never used to clean up, only the mark the sweeper recorded.
 */
final class Publish {

    private final Paged paged;
    private final ClientNumber number;
    private final BsonDocument condition;
    private final BsonDocument update;
    private final BsonDocument projection;
    private final long markBefore;
    private final long markAfter;
    private long firstSent;
    private boolean doubt; // a copy is on its way that may be made later; signals of one publish do not overlap

    /** What became of it. */
    enum Fate {
        /** Made. */
        MADE,
        /** Not made, because of the other condition: room, structure or revision. */
        LOST,
        /** Not made and never will be: the number was swept. */
        GONE,
        /** Not made, the server refused the command or could not be reached. */
        REFUSED,
        /** Nobody can tell. */
        UNKNOWN
    }

    /**
     * The end of a publish.
     *
     * @param fate what became of it
     * @param reply the root's fields asked for, if the reply came
     * @param asked the root as seen when asked, if it had to be
     * @param sweptAt the mark the sweeper recorded, if there is one; own ids from there on may be deleted
     * @param failure the last failure
     */
    record End(
            Fate fate,
            @Nullable BsonDocument reply,
            @Nullable Root asked,
            OptionalLong sweptAt,
            @Nullable Throwable failure) {}

    /**
     * @param condition without the root's id and the number's mark, which are added
     * @param update without the move of the mark and the sign of life, which are added
     * @param after the id from which on nothing of the number is decided
     */
    Publish(
            Paged paged,
            ClientNumber number,
            BsonDocument condition,
            BsonDocument update,
            BsonDocument projection,
            long after) {
        this.paged = paged;
        this.number = number;
        this.markBefore = number.mark();
        this.markAfter = ClientNumber.sequenceOf(after);
        if (markAfter <= markBefore) {
            throw new IllegalStateException("mark after: %d (expected: above %d)".formatted(markAfter, markBefore));
        }
        this.condition = doc("_id", Root.ID, number.field() + ".m", markBefore);
        this.condition.putAll(condition);
        this.update = update;
        this.projection = projection;
        Bson.add(update, "$set", number.field() + ".m", markAfter);
        Bson.add(update, "$currentDate", number.field() + ".at", true);
    }

    /** Sends it; may be repeated after {@link Fate#LOST}, and remembers copies that are still on their way. */
    Mono<End> run(long deadline) {
        return Mono.defer(() -> {
            if (!doubt) {
                firstSent = paged.clock.now();
            }
            return send(deadline, 0);
        });
    }

    private Mono<End> send(long deadline, int round) {
        return paged.documents
                .change(condition, update, projection, false)
                .map(reply -> made(reply, null))
                .switchIfEmpty(Mono.defer(() -> ask(deadline, round, true, null)))
                .onErrorResume(failure -> failed(failure, deadline, round));
    }

    private Mono<End> failed(Throwable failure, long deadline, int round) {
        if (failure instanceof Documents.Unanswered) {
            doubt = true;
        } else if (!doubt) { // this copy was certainly not made, and there is no other
            return Mono.just(new End(Fate.REFUSED, null, null, OptionalLong.empty(), failure));
        }
        return ask(deadline, round, false, failure);
    }

    private End made(@Nullable BsonDocument reply, @Nullable Root asked) {
        number.markMoved(markAfter);
        number.confirm(firstSent);
        return new End(Fate.MADE, reply, asked, OptionalLong.empty(), null);
    }

    private Mono<End> ask(long deadline, int round, boolean answered, @Nullable Throwable failure) {
        return paged.patiently(paged.root(), deadline)
                .flatMap(root -> decide(root, deadline, round, answered, failure))
                .onErrorResume(asking -> {
                    if (doubt) {
                        return Mono.just(unknown(asking));
                    }
                    if (asking instanceof LayoutStore.Vanished) {
                        return Mono.just(new End(Fate.GONE, null, null, OptionalLong.empty(), asking));
                    }
                    return Mono.just(new End(Fate.REFUSED, null, null, OptionalLong.empty(), asking));
                });
    }

    private Mono<End> decide(Root root, long deadline, int round, boolean answered, @Nullable Throwable failure) {
        OptionalLong mark = root.mark(number.number());
        if (mark.isEmpty()) {
            OptionalLong swept = root.deadMark(number.number());
            if (swept.isPresent() && swept.getAsLong() == markAfter) {
                return Mono.just(made(null, root));
            } else if (swept.isPresent() || !doubt) {
                return Mono.just(new End(Fate.GONE, null, root, swept, failure));
            }
            return Mono.just(unknown(failure));
        } else if (mark.getAsLong() == markAfter) {
            return Mono.just(made(null, root));
        } else if (mark.getAsLong() != markBefore) {
            return Mono.just(unknown(failure)); // of a store made anew
        } else if (answered) {
            return Mono.just(new End(Fate.LOST, null, root, OptionalLong.empty(), null));
        } else if (paged.clock.isPast(deadline)) {
            return Mono.just(unknown(failure));
        }
        return paged.clock.pause(round).then(Mono.defer(() -> send(deadline, round + 1)));
    }

    private End unknown(@Nullable Throwable failure) {
        number.retire();
        return new End(
                Fate.UNKNOWN,
                null,
                null,
                OptionalLong.empty(),
                failure != null ? failure : new StoreUnavailableException(paged.name, "no reply in time", null));
    }

    /** Tells whether a copy of the command may be made later. */
    boolean isDoubtful() {
        return doubt;
    }
}
