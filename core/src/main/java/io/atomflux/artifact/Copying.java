package io.atomflux.artifact;

import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One call of {@link ArtifactStore#copyFrom}: first the keys of what is chosen and of what that refers to are collected,
 * then all are copied, what is referred to before what refers to it, so that its new key is known. Holds all keys.
 */
final class Copying {

    private final Scope scope;
    private final ArtifactStore source;
    private final Predicate<Artifact> chosen;
    private final Map<String, Set<String>> needs = new LinkedHashMap<>(); // key to the keys it refers to
    private final Map<String, String> copied = new LinkedHashMap<>();

    Copying(Scope scope, ArtifactStore source, Predicate<Artifact> chosen) {
        this.scope = scope;
        this.source = source;
        this.chosen = chosen;
    }

    Mono<Map<String, String>> run() {
        return source.artifacts("")
                .filter(chosen)
                .concatMap(artifact -> Flux.just(artifact)
                        .expand(found -> Flux.fromIterable(takenDown(found))
                                .filter(key -> !needs.containsKey(key))
                                .concatMap(source::find)))
                .then(Mono.fromSupplier(this::ordered))
                .flatMapMany(Flux::fromIterable)
                .concatMap(key -> source.find(key).flatMap(this::copied), 1)
                .then(Mono.fromSupplier(() -> Map.copyOf(copied)));
    }

    private Set<String> takenDown(Artifact artifact) {
        if (artifact.damage().isPresent()) {
            throw new CorruptDataException(
                    source.name(),
                    "artifact \"" + artifact.key() + "\"",
                    artifact.damage().get(),
                    null);
        }
        Set<String> keys = new LinkedHashSet<>();
        ArtifactType<?> type =
                artifact.manifest().type().map(scope.core()::type).orElse(null);
        if (type != null) {
            Scope.references(type, artifact.manifest().descriptor()).values().forEach(keys::addAll);
        }
        keys.remove(artifact.key());
        needs.put(artifact.key(), keys);
        return keys;
    }

    /** Returns the keys, those referred to first. */
    private List<String> ordered() {
        Set<String> done = new LinkedHashSet<>();
        for (String start : needs.keySet()) {
            List<String> path = new ArrayList<>(List.of(start));
            while (!path.isEmpty()) {
                String key = path.get(path.size() - 1);
                Optional<String> next = needs.getOrDefault(key, Set.of()).stream()
                        .filter(other -> needs.containsKey(other) && !done.contains(other))
                        .findFirst();
                if (next.isEmpty()) {
                    done.add(key);
                    path.remove(path.size() - 1);
                } else if (path.contains(next.get())) {
                    throw new UnsupportedDataException(
                            source.name(),
                            "artifact \"" + key + "\"",
                            "refers to \"%s\", which refers to it (expected: no circles, as neither can be copied first)"
                                    .formatted(next.get()),
                            null);
                } else {
                    path.add(next.get());
                }
            }
        }
        return List.copyOf(done);
    }

    private Mono<PutResult> copied(Artifact artifact) {
        if (artifact.damage().isPresent()) {
            takenDown(artifact); // damaged since it was looked at
        }
        ArtifactType<?> type =
                artifact.manifest().type().map(scope.core()::type).orElse(null);
        Mono<PutResult> put = type == null ? Putting.run(scope, new CopyPlan(scope, artifact)) : object(type, artifact);
        return put.doOnNext(result -> copied.put(artifact.key(), result.key().toString()));
    }

    /** Gives a new object the key it had, if that is free here. */
    private <T> Mono<PutResult> object(ArtifactType<T> type, Artifact artifact) {
        T object;
        try {
            object = type.read(rewritten(type, artifact.manifest().descriptor()));
        } catch (IllegalArgumentException e) {
            return Mono.error(new CorruptDataException(
                    source.name(), "artifact \"" + artifact.key() + "\"", "descriptor: " + e.getMessage(), e));
        }
        PutOptions options = PutOptions.none().key(artifact.key());
        Mono<PutResult> sameKey =
                Mono.defer(() -> Putting.run(scope, new KeyIfFree(scope, plan(type, object, artifact, options))));
        return sameKey.onErrorResume(
                ArtifactExistsException.class,
                taken -> Putting.run(scope, plan(type, object, artifact, PutOptions.none())));
    }

    private <T> ObjectPlan<T> plan(ArtifactType<T> type, T object, Artifact artifact, PutOptions options) {
        return new ObjectPlan<>(
                scope,
                type,
                object,
                Files.of(artifact.files()),
                options,
                Optional.of(artifact.manifest().metadata()));
    }

    private Map<String, @Nullable Object> rewritten(ArtifactType<?> type, Map<String, @Nullable Object> descriptor) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(descriptor);
        for (String field : type.references()) {
            Object value = descriptor.get(field);
            if (value instanceof List<?> list) {
                changed.put(field, list.stream().map(this::newKey).toList());
            } else if (value != null) {
                changed.put(field, newKey(value));
            }
        }
        return changed;
    }

    private Object newKey(Object value) {
        return value instanceof String key ? copied.getOrDefault(key, key) : value;
    }

    /** Puts under the key told, unless another thing has it. */
    private record KeyIfFree(Scope scope, ObjectPlan<?> plan) implements Plan {
        @Override
        public Mono<StoredRecord> standing() {
            return plan.standing();
        }

        @Override
        public Decision decide(@Nullable StoredRecord standing) {
            if (standing != null && !plan.isSame(standing)) {
                throw new ArtifactExistsException(scope.core().name(), scope.relative(standing.key()));
            }
            return plan.decide(standing);
        }

        @Override
        public String label() {
            return plan.label();
        }

        @Override
        public Mono<Content> content(Staging staging) {
            return plan.content(staging);
        }
    }
}
