package io.atomflux.artifact;

import io.atomflux.artifact.spi.StoredRecord;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Puts a copy of an artifact that is no object of a known class, as it is, under the key it has; the same content stays. */
final class CopyPlan implements Plan {

    private final Scope scope;
    private final Artifact artifact;
    private final String key;

    CopyPlan(Scope scope, Artifact artifact) {
        this.scope = scope;
        this.artifact = artifact;
        this.key = scope.full(artifact.key());
    }

    @Override
    public String label() {
        return artifact.key();
    }

    @Override
    public Mono<StoredRecord> standing() {
        return scope.core().storage().load(key);
    }

    @Override
    public Decision decide(@Nullable StoredRecord standing) {
        Decision replacing = ValuePlan.decide(scope, key, standing, PutOptions.none());
        return standing != null && isSame(scope.artifact(standing))
                ? Decision.keep(key, replacing.generation() - 1)
                : replacing;
    }

    private boolean isSame(StoredArtifact there) {
        Manifest mine = artifact.manifest();
        Manifest theirs = there.manifest();
        return there.damage().isEmpty()
                && mine.type().equals(theirs.type())
                && mine.descriptor().equals(theirs.descriptor())
                && mine.codec().equals(theirs.codec())
                && mine.files().equals(theirs.files())
                && mine.files().stream().allMatch(file -> file.sha256().isPresent());
    }

    @Override
    public Mono<Content> content(Staging staging) {
        Manifest manifest = artifact.manifest();
        return staging.write(Files.of(artifact.files()))
                .then(staging.seal())
                .then(Mono.fromSupplier(() -> new Content(
                        manifest.type(),
                        manifest.descriptor(),
                        manifest.codec(),
                        manifest.metadata(),
                        staging.entries(),
                        manifest.payloads(),
                        staging.set(),
                        Optional.empty(),
                        List.of(),
                        List.of())));
    }
}
