package io.atomflux.mongo;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.WriteFailedException;
import java.util.List;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes one change: plans it, stages it, publishes it, and begins anew when others were first. */
final class AsebytesWriter {

    /** Grows the range past documents that stand there already, as after Python's clear (hazard M5). */
    private static final int MOST_SKIPPED = 1 << 20;

    private final String store;
    private final AsebytesAttempts attempts;

    AsebytesWriter(String store, AsebytesAttempts attempts) {
        this.store = store;
        this.attempts = attempts;
    }

    /**
     * Makes a change.
     *
     * @param planner plans one round of it
     * @return the number of rows after it
     */
    Mono<Long> write(Supplier<Mono<AsebytesPlan>> planner) {
        return Mono.defer(() -> round(planner, 0, 0, attempts.deadline()));
    }

    private Mono<Long> round(Supplier<Mono<AsebytesPlan>> planner, int round, int skipped, long deadline) {
        // Metadata that Python made get what a condition needs before they are read for a plan.
        return attempts.head()
                .then(Mono.defer(planner))
                .flatMap(plan ->
                        AsebytesPlanner.sizeOfNothing(plan).map(Mono::just).orElseGet(() -> attempt(plan, skipped)))
                .onErrorResume(
                        AsebytesAttempts.Again.class,
                        again -> attempts.now() >= deadline
                                ? Mono.error(() -> new StoreBusyException(
                                        store, "other clients changed it each time it was tried", null))
                                : attempts.pause(round)
                                        .then(round(
                                                planner,
                                                round + 1,
                                                again.collided ? Math.min(MOST_SKIPPED, 2 * skipped + 1) : skipped,
                                                deadline)));
    }

    private Mono<Long> attempt(AsebytesPlan plan, int skipped) {
        long lists = AsebytesGarbage.documents(plan.replaced().length == 0 ? plan.newRows : plan.replaced().length);
        boolean replaces = plan.replaced().length > 0 || !(plan.added > 0);
        long needed = plan.newRows + (replaces ? Math.max(1, lists) : 0);
        return attempts.reserve(needed + skipped)
                .flatMap(attempt -> staged(plan, attempt, attempt.first + skipped)
                        .onErrorResume(failure -> isUndecided(failure)
                                ? Mono.error(failure)
                                : attempts.abandon(attempt)
                                        .onErrorResume(second -> {
                                            failure.addSuppressed(second); // a sweeper finishes it
                                            return Mono.empty();
                                        })
                                        .then(Mono.error(failure))));
    }

    private static boolean isUndecided(Throwable failure) {
        return failure instanceof WriteFailedException write && write.outcome() == Outcome.UNKNOWN;
    }

    private Mono<Long> staged(AsebytesPlan plan, AsebytesAttempts.Attempt attempt, long first) {
        long most = AsebytesDocs.mostRows(attempt.head.next());
        if (plan.added > 0 && attempt.head.count() + plan.added > most) {
            return Mono.error(() -> new LimitExceededException(
                    "rows of " + store + " in the layout of asebytes",
                    attempt.head.count() + plan.added,
                    most,
                    "the sort keys of all rows are one document of at most 16 MiB; copy the store to the paged layout:"
                            + " atomflux copy A B?layout=paged"));
        }
        return plan.documents(first)
                .concatMap(rows -> attempts.stage(attempt, rows), 0)
                .then(Mono.defer(() -> plan.isChange()
                        ? published(plan, attempt, first)
                        : attempts.abandon(attempt).thenReturn(attempt.head.count())));
    }

    private Mono<Long> published(AsebytesPlan plan, AsebytesAttempts.Attempt attempt, long first) {
        BsonDocument condition = plan.condition().clone();
        AsebytesUpdate update = plan.update(attempt.name, first);
        long[] replaced = plan.replaced();
        if (replaced.length == 0) {
            return attempts.publish(attempt, condition, update);
        }
        List<RawBsonDocument> lists = AsebytesGarbage.of(first + plan.newRows, replaced, plan.young());
        condition.putAll(AsebytesPlan.youngIs(plan.young()));
        AsebytesPlan.collect(update, first + plan.newRows + lists.size() - 1);
        return Flux.fromIterable(lists)
                .concatMap(list -> attempts.stage(attempt, List.of(list)), 0)
                .then(Mono.defer(() -> attempts.publish(attempt, condition, update)));
    }
}
