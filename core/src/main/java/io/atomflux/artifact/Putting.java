package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.error.WriteFailedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One put: looks what stands, writes the files once, and commits the record on the condition that what it saw still stands,
 * else looks again. Whatever ends it before the commit discards the files; ended during the commit, the storage decides
 * which of commit and discarding comes first.
 */
final class Putting {

    private final Scope scope;
    private final Plan plan;
    private final Staging staging;
    private @Nullable Content content; // one attempt runs at a time
    private volatile boolean published;

    private Putting(Scope scope, Plan plan) {
        this.scope = scope;
        this.plan = plan;
        this.staging = new Staging(scope.core().storage().files());
    }

    static Mono<PutResult> run(Scope scope, Plan plan) {
        return scope.changing(
                "putting an artifact",
                Mono.usingWhen(
                        Mono.fromSupplier(() -> new Putting(scope, plan)),
                        Putting::put,
                        Putting::ended,
                        (putting, failure) -> putting.discarded(failure),
                        Putting::discarded));
    }

    private Mono<PutResult> put() {
        return scope.persistently(plan.label(), Mono.defer(this::attempt))
                .delayUntil(
                        result -> result.action() == PutResult.Action.KEPT_EXISTING ? Mono.empty() : plan.published());
    }

    private Mono<PutResult> attempt() {
        return Core.orNothing(plan.standing())
                .map(plan::decide)
                .switchIfEmpty(Mono.fromSupplier(() -> plan.decide(null)))
                .flatMap(decision -> decision.kind() == Plan.Decision.Kind.KEEP
                        ? Mono.just(result(decision, PutResult.Action.KEPT_EXISTING))
                        : written().flatMap(ready -> committed(decision, ready)));
    }

    private Mono<Content> written() {
        Content known = content;
        return known != null ? Mono.just(known) : plan.content(staging).doOnNext(made -> content = made);
    }

    /** Empty if something else stands by now. */
    private Mono<PutResult> committed(Plan.Decision decision, Content ready) {
        RecordChange change =
                new RecordChange.Put(ready.under(decision.key(), decision.generation()), decision.expected());
        return scope.core().storage().commit(change).flatMap(outcome -> switch (outcome) {
            case APPLIED -> {
                boolean created = decision.expected().isEmpty();
                published = true;
                yield Mono.just(result(decision, created ? PutResult.Action.CREATED : PutResult.Action.REPLACED));
            }
            case CHANGED, IDENTITY_TAKEN -> Mono.empty();
            case FILES_SWEPT ->
                Mono.error(new WriteFailedException(
                        scope.core().name(),
                        Outcome.NOT_APPLIED,
                        new StoreUnavailableException(
                                scope.core().name(),
                                "the files of artifact \"%s\" were swept, as nothing was written for the retention; put it again"
                                        .formatted(decision.key()),
                                null)));
        });
    }

    private PutResult result(Plan.Decision decision, PutResult.Action action) {
        return new PutResult(ArtifactKey.parse(scope.relative(decision.key())), action, decision.generation());
    }

    /** After a decision to keep what stands there may be files all the same, written for an earlier one. */
    private Mono<Void> ended() {
        scope.core().sweeping().happened();
        return discarded();
    }

    private Mono<Void> discarded() {
        return published ? Mono.empty() : staging.discard();
    }

    private Mono<Void> discarded(Throwable failure) {
        return discarded().onErrorResume(second -> {
            failure.addSuppressed(second);
            return Mono.empty();
        });
    }
}
