package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Puts a plain value under a key. */
final class ValuePlan implements Plan {

    private final Scope scope;
    private final String key;
    private final Object value;
    private final ArtifactCodec codec;
    private final PutOptions options;

    ValuePlan(Scope scope, String key, Object value, ArtifactCodec codec, PutOptions options) {
        this.scope = scope;
        this.key = key;
        this.value = value;
        this.codec = codec;
        this.options = options;
    }

    @Override
    public String label() {
        return scope.relative(key);
    }

    @Override
    public Mono<StoredRecord> standing() {
        return scope.core().storage().load(key);
    }

    @Override
    public Decision decide(@Nullable StoredRecord standing) {
        return decide(scope, key, standing, options);
    }

    /** Decides for a key by its mode and the generation that is expected. */
    static Decision decide(Scope scope, String key, @Nullable StoredRecord standing, PutOptions options) {
        long generation = standing == null ? 0 : generation(scope, standing);
        String relative = scope.relative(key);
        if (options.generation().isPresent() && options.generation().getAsLong() != generation) {
            throw new ArtifactConflictException(
                    scope.core().name(),
                    relative,
                    "generation %d (expected: %d); read it again and decide anew"
                            .formatted(generation, options.generation().getAsLong()));
        }
        if (standing == null) {
            return Decision.write(key, 1, null);
        }
        return switch (options.mode()) {
            case REPLACE -> Decision.write(key, generation + 1, standing);
            case KEEP -> Decision.keep(key, generation);
            case FAIL -> throw new ArtifactExistsException(scope.core().name(), relative);
        };
    }

    /** Returns the generation of what stands; 0 if its manifest is damaged, so that its replacement begins anew. */
    static long generation(Scope scope, StoredRecord standing) {
        StoredArtifact artifact = scope.artifact(standing);
        return artifact.damage().isPresent() ? 0 : artifact.manifest().generation();
    }

    @Override
    public Mono<Content> content(Staging staging) {
        return codec.write(value, staging, options.codecOptions())
                .flatMap(parameters -> staging.seal().then(content(staging, parameters)));
    }

    private Mono<Content> content(Staging staging, Map<String, @Nullable Object> parameters) {
        return scope.core()
                .stamps()
                .now(Optional.of(codec.id()), options.metadata())
                .map(metadata -> new Content(
                        Optional.empty(),
                        Map.of(),
                        Optional.of(new Manifest.CodecReference(codec.id(), codec.version(), parameters)),
                        metadata,
                        staging.entries(),
                        List.of(),
                        staging.set(),
                        Optional.empty(),
                        List.of(),
                        List.of()));
    }
}
