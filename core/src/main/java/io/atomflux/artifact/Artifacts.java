package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.error.ArtifactNotFoundException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The store: checks arguments, then leaves the work to those who do one thing each. */
final class Artifacts implements ArtifactStore {

    private static final Duration FOR_EVER = Duration.ofDays(30);

    private final Scope scope;

    Artifacts(Scope scope) {
        this.scope = scope;
    }

    @Override
    public Mono<PutResult> put(String key, Object value) {
        return put(key, value, PutOptions.none());
    }

    @Override
    public Mono<PutResult> put(String key, Object value, PutOptions options) {
        String full = scope.full(key);
        if (options.key().isPresent()) {
            throw new IllegalArgumentException("key: %s beside %s (expected: none in the options)"
                    .formatted(options.key().get(), key));
        }
        Objects.requireNonNull(value, "value");
        return Putting.run(
                scope,
                new ValuePlan(
                        scope,
                        full,
                        value,
                        options.codec()
                                .map(id -> scope.core().codecs().require(id))
                                .orElseGet(() -> scope.core().codecs().choose(value)),
                        options));
    }

    @Override
    public <T> Mono<PutResult> put(ArtifactType<T> type, T object, Files files) {
        return put(type, object, files, PutOptions.none());
    }

    @Override
    public <T> Mono<PutResult> put(ArtifactType<T> type, T object, Files files, PutOptions options) {
        ObjectPlan<T> checked = new ObjectPlan<>(scope, type, object, files, options, Optional.empty());
        return Mono.defer(() -> Putting.run(scope, checked));
    }

    @Override
    public Mono<Artifact> find(String key) {
        return record(key).map(scope::artifact);
    }

    private Mono<StoredRecord> record(String key) {
        String full = scope.full(key);
        return Mono.defer(() -> scope.core().storage().load(full));
    }

    @Override
    public Mono<Artifact> require(String key) {
        return find(key).switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(name(), key)));
    }

    @Override
    public <T> Mono<Artifact> find(ArtifactType<T> type, T object) {
        Optional<String> identity = scope.identity(type, object);
        return Mono.defer(() -> Mono.justOrEmpty(identity))
                .flatMap(own -> scope.core().storage().loadByIdentity(own))
                .map(scope::artifact);
    }

    @Override
    public <T> Mono<T> get(String key, Class<T> type) {
        return get(key, type, Map.of());
    }

    @Override
    public <T> Mono<T> get(String key, Class<T> type, Map<String, Object> options) {
        Objects.requireNonNull(type, "type");
        Map<String, Object> copy = Map.copyOf(options);
        return find(key).flatMap(artifact -> artifact.value(type, copy));
    }

    @Override
    public Mono<Boolean> exists(String key) {
        return record(key).hasElement();
    }

    @Override
    public Mono<Boolean> delete(String key) {
        return Removing.delete(scope, key, OptionalLong.empty());
    }

    @Override
    public Mono<Boolean> delete(String key, long generation) {
        return Removing.delete(scope, key, OptionalLong.of(generation));
    }

    @Override
    public Mono<Long> deleteAll(String prefix) {
        return scope.changing(
                "deleting artifacts",
                keys(prefix)
                        .concatMap(key -> delete(key.toString()), 16)
                        .filter(deleted -> deleted)
                        .count());
    }

    @Override
    public Mono<Void> rename(String from, String to) {
        return Removing.rename(scope, from, to);
    }

    @Override
    public Flux<ArtifactKey> keys() {
        return keys("");
    }

    @Override
    public Flux<ArtifactKey> keys(String prefix) {
        @Nullable String full = at(prefix);
        return Flux.defer(() -> Listing.below(scope, full))
                .map(record -> ArtifactKey.parse(scope.relative(record.key())));
    }

    private @Nullable String at(String prefix) {
        return prefix.isEmpty() ? null : scope.full(prefix);
    }

    @Override
    public Flux<String> names(String prefix) {
        @Nullable String full = at(prefix);
        return Listing.names(scope, full == null ? scope.prefix() : full + "/");
    }

    @Override
    public Flux<Artifact> artifacts(String prefix) {
        @Nullable String full = at(prefix);
        return Flux.defer(() -> Listing.below(scope, full)).map(scope::artifact);
    }

    @Override
    public ArtifactStore sub(String prefix) {
        return prefix.isEmpty() ? this : new Artifacts(scope.below(prefix));
    }

    @Override
    public ArtifactStore readOnly() {
        return new Artifacts(new Scope(scope.core().readOnly(), scope.prefix()));
    }

    @Override
    public <T> Flux<Match<T>> query(Query<T> query) {
        return Queries.run(scope, Objects.requireNonNull(query, "query"));
    }

    @Override
    public <T> Mono<Map<List<Object>, List<Match<T>>>> queryGrouped(Query<T> query) {
        return Queries.grouped(query(query));
    }

    @Override
    public <T> Mono<T> getOrCompute(String key, Class<T> type, Mono<T> computation) {
        return getOrCompute(key, type, computation, PutOptions.none(), FOR_EVER);
    }

    @Override
    public <T> Mono<T> getOrCompute(String key, Class<T> type, Mono<T> computation, PutOptions options, Duration wait) {
        scope.full(key);
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(computation, "computation");
        Objects.requireNonNull(wait, "wait");
        return Mono.defer(() -> new Computing<>(this, scope, key, type, computation, options, wait).run());
    }

    @Override
    public Mono<Map<String, String>> copyFrom(ArtifactStore source, Predicate<Artifact> chosen) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(chosen, "chosen");
        return scope.changing("copying artifacts", Mono.defer(() -> new Copying(scope, source, chosen).run()));
    }

    @Override
    public Flux<Finding> verify() {
        return Verification.run(scope);
    }

    @Override
    public Mono<SweepReport> sweep() {
        return scope.changing("sweeping", Mono.defer(scope.core().sweeping()::now));
    }

    @Override
    public Mono<String> id() {
        return Mono.defer(() -> scope.core().storage().id());
    }

    @Override
    public String name() {
        return scope.core().name();
    }

    @Override
    public Mono<Void> close() {
        return scope.core().close();
    }

    @Override
    public String toString() {
        return "ArtifactStore[%s%s]".formatted(name(), scope.prefix().isEmpty() ? "" : ", below " + scope.prefix());
    }
}
