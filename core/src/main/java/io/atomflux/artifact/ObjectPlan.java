package io.atomflux.artifact;

import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.value.Values;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Puts an object of a data class: where the same thing is there already, the rule of the class decides which is kept. */
final class ObjectPlan<T> implements Plan {

    private final Scope scope;
    private final ArtifactType<T> type;
    private final T object;
    private final Files files;
    private final PutOptions options;
    private final Map<String, @Nullable Object> descriptor;
    private final Optional<String> identity;
    private final List<Term> terms;
    private final Optional<String> givenKey;
    private final Optional<Map<String, @Nullable Object>> metadata;

    /**
     * @param metadata taken over from another store; empty to tell what is so now
     * @throws IllegalArgumentException if the object is not valid, or a file it must come with is not given
     */
    ObjectPlan(
            Scope scope,
            ArtifactType<T> type,
            T object,
            Files files,
            PutOptions options,
            Optional<Map<String, @Nullable Object>> metadata) {
        this.scope = scope;
        this.type = type;
        this.object = object;
        this.files = files;
        this.options = options;
        this.metadata = metadata;
        type.validate(object);
        this.descriptor = plain(type.write(object));
        this.identity = scope.identity(type, object);
        this.terms = Content.termsOf(type, object);
        this.givenKey = options.key().map(scope::full);
        if (files.areNamed()) {
            checkFiles(files.sources().keySet());
        }
    }

    private static Map<String, @Nullable Object> plain(Map<String, @Nullable Object> written) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        written.forEach((name, value) -> plain.put(name, Values.of(name, value)));
        return plain;
    }

    private void checkFiles(Set<String> names) {
        Set<String> missing = new HashSet<>(type.requiredFiles(object));
        missing.removeAll(names);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(
                    "object of data class %s: no file %s (expected: all files it names, found: %s)"
                            .formatted(type.tag(), missing, names));
        }
    }

    @Override
    public String label() {
        return type.tag() + " " + options.key().orElse("new");
    }

    @Override
    public Mono<StoredRecord> standing() {
        Mono<StoredRecord> byKey =
                Mono.justOrEmpty(givenKey).flatMap(key -> scope.core().storage().load(key));
        return identity.isPresent()
                ? scope.core().storage().loadByIdentity(identity.get()).switchIfEmpty(byKey)
                : byKey;
    }

    /** Tells whether what stands is the same thing. */
    boolean isSame(StoredRecord standing) {
        return identity.isPresent() && standing.identity().equals(identity);
    }

    @Override
    public Decision decide(@Nullable StoredRecord standing) {
        if (standing == null || !isSame(standing)) {
            return ValuePlan.decide(scope, givenKey.orElseGet(() -> scope.full(Canonical.random())), standing, options);
        }
        StoredArtifact there = scope.artifact(standing).whole();
        Decision byMode = ValuePlan.decide(scope, standing.key(), standing, options);
        if (byMode.kind() == Decision.Kind.KEEP) {
            return byMode;
        }
        return switch (type.replacement().choose(there.read(type), object)) {
            case REPLACE -> byMode;
            case KEEP -> Decision.keep(standing.key(), there.manifest().generation());
            case INCOMPATIBLE ->
                throw new ArtifactConflictException(
                        scope.core().name(),
                        there.key(),
                        "is the same thing of data class %s, and neither may replace the other; delete it first"
                                .formatted(type.tag()));
        };
    }

    @Override
    public Mono<Content> content(Staging staging) {
        return staging.write(files)
                .then(Mono.fromRunnable(() -> checkFiles(new HashSet<>(
                        staging.entries().stream().map(FileEntry::name).toList()))))
                .then(staging.seal())
                .then(Mono.defer(() -> metadata.map(Mono::just)
                        .orElseGet(() -> scope.core().stamps().now(Optional.empty(), options.metadata()))))
                .map(stamped -> new Content(
                        Optional.of(type.tag()),
                        descriptor,
                        Optional.empty(),
                        stamped,
                        staging.entries(),
                        List.of(),
                        staging.set(),
                        identity,
                        terms,
                        Scope.references(type, descriptor).values().stream()
                                .flatMap(List::stream)
                                .map(scope::full)
                                .toList()));
    }

    @Override
    public Mono<Void> published() {
        return Flux.fromIterable(files.moved()).concatMap(LocalData::remove).then();
    }
}
