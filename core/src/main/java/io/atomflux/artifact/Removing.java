package io.atomflux.artifact;

import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import reactor.core.publisher.Mono;

/** Deletes and moves artifacts. */
final class Removing {

    private Removing() {}

    /** Tells whether there was one. */
    static Mono<Boolean> delete(Scope scope, String key, OptionalLong generation) {
        String full = scope.full(key);
        Mono<Boolean> attempt = Core.orNothing(scope.core().storage().load(full))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(standing -> standing.isEmpty() ? Mono.just(false) : delete(scope, standing.get(), generation));
        return scope.changing("deleting an artifact", scope.persistently(key, attempt));
    }

    private static Mono<Boolean> delete(Scope scope, StoredRecord standing, OptionalLong generation) {
        if (generation.isPresent() && ValuePlan.generation(scope, standing) != generation.getAsLong()) {
            return Mono.error(new ArtifactConflictException(
                    scope.core().name(),
                    scope.relative(standing.key()),
                    "generation %d (expected: %d); read it again and decide anew"
                            .formatted(ValuePlan.generation(scope, standing), generation.getAsLong())));
        }
        return unreferred(scope, standing.key())
                .then(scope.core().storage().commit(new RecordChange.Delete(standing.key(), standing.revision())))
                .flatMap(outcome -> outcome == CommitOutcome.APPLIED ? Mono.just(true) : Mono.empty());
    }

    /** Fails if others refer to it, and the store was opened to look at that. */
    private static Mono<Void> unreferred(Scope scope, String full) {
        if (!scope.core().options().isCheckingReferences()) {
            return Mono.empty();
        }
        return scope.core()
                .storage()
                .lookup(List.of(TermRange.exactly(Term.ofText(Term.REFERENCE, full))))
                .filter(record -> !record.key().equals(full) && refersTo(record, full))
                .next()
                .flatMap(record -> Mono.error(new ArtifactConflictException(
                        scope.core().name(),
                        scope.relative(full),
                        "artifact \"%s\" refers to it; delete that first".formatted(record.key()))));
    }

    /** Terms of keys beyond 256 bytes are cut off, so that the object decides. */
    private static boolean refersTo(StoredRecord record, String full) {
        return record.terms().contains(Term.ofText(Term.REFERENCE, full));
    }

    static Mono<Void> rename(Scope scope, String from, String to) {
        String source = scope.full(from);
        String target = scope.full(to);
        Mono<Boolean> attempt = scope.core()
                .storage()
                .load(source)
                .switchIfEmpty(Mono.error(
                        () -> new ArtifactNotFoundException(scope.core().name(), from)))
                .flatMap(standing -> scope.core()
                        .storage()
                        .load(target)
                        .hasElement()
                        .flatMap(taken -> taken
                                ? Mono.error(
                                        new ArtifactExistsException(scope.core().name(), to))
                                : unreferred(scope, source).then(moved(scope, standing, target))));
        return scope.changing(
                "renaming an artifact", scope.persistently(from, attempt).then());
    }

    private static Mono<Boolean> moved(Scope scope, StoredRecord standing, String target) {
        Manifest manifest = scope.artifact(standing).whole().manifest().withKey(target);
        Optional<String> identity =
                standing.identity().map(own -> Scope.holds(scope.core(), own, target) ? own : scope.moved(own));
        StoredRecord record = new StoredRecord(
                target,
                Canonical.random(),
                identity,
                Content.moved(standing.terms(), target),
                manifest.toJson(),
                standing.fileSet());
        return scope.core()
                .storage()
                .commit(new RecordChange.Rename(record, standing.key(), standing.revision()))
                .flatMap(outcome -> switch (outcome) {
                    case APPLIED -> Mono.just(true);
                    case IDENTITY_TAKEN ->
                        Mono.error(new ArtifactConflictException(
                                scope.core().name(),
                                scope.relative(target),
                                "the same thing is there under another key"));
                    case CHANGED, FILES_SWEPT -> Mono.empty();
                });
    }
}
