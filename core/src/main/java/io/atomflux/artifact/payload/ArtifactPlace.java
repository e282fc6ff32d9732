package io.atomflux.artifact.payload;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Files;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.InvalidNameException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Payloads as the files of an artifact per scope, so that every change of a scope is one commit.
 *
 * <p>A set of files never changes, so a change copies the files that stay: who has many payloads adds them together.
 */
final class ArtifactPlace implements PayloadPlace {

    private static final int ATTEMPTS = 50;

    private final ArtifactStore store;

    ArtifactPlace(ArtifactStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return store.name();
    }

    /** What stands under the name of a scope. */
    private record Standing(ScopeRecord record, Files files, Set<String> names, long generation) {}

    private Mono<Standing> standing(Scope scope) {
        return store.find(scope.name())
                .flatMap(artifact -> artifact.object(ScopeRecord.TYPE)
                        .map(record -> new Standing(
                                record,
                                Files.of(artifact.files()),
                                names(artifact),
                                artifact.manifest().generation())))
                .defaultIfEmpty(new Standing(new ScopeRecord(scope, Map.of()), Files.none(), Set.of(), 0));
    }

    private static Set<String> names(Artifact artifact) {
        Set<String> names = new HashSet<>();
        artifact.files().entries().stream().map(FileEntry::name).forEach(names::add);
        return names;
    }

    /** Does a change again if another one came between. */
    private static <T> Mono<T> repeated(Mono<T> change) {
        return change.retryWhen(Retry.backoff(ATTEMPTS, Duration.ofMillis(2))
                .maxBackoff(Duration.ofMillis(100))
                .filter(failure ->
                        failure instanceof ArtifactConflictException || failure instanceof ArtifactExistsException)
                .onRetryExhaustedThrow((spec, signal) -> signal.failure()));
    }

    private Mono<Void> put(ScopeRecord record, Files files, long generation) {
        PutOptions options = PutOptions.none().key(record.scope().name()).ifGeneration(generation);
        return store.put(ScopeRecord.TYPE, record, files, options).then();
    }

    @Override
    public Mono<Void> register(Scope scope) {
        return repeated(Mono.defer(() -> standing(scope).flatMap(now -> {
            boolean same = now.generation() > 0
                    && now.record().scope().owned() == scope.owned()
                    && now.record().scope().timeToLive().equals(scope.timeToLive());
            return same
                    ? Mono.<Void>empty()
                    : put(new ScopeRecord(scope, now.record().written()), now.files(), now.generation());
        })));
    }

    @Override
    public Mono<List<PayloadUrl>> add(Scope scope, List<Item> items) {
        Mono<Void> change = repeated(Mono.defer(() -> standing(scope).flatMap(now -> {
            Map<String, Instant> written = new LinkedHashMap<>(now.record().written());
            Files files = now.files();
            for (Item item : items) {
                files = files.with(item.name(), item.content());
                written.put(item.name(), Instant.now());
            }
            return put(new ScopeRecord(scope, written), files, now.generation());
        })));
        return store.id()
                .flatMap(id -> change.thenReturn(items.stream()
                        .map(item -> PayloadUrl.ofStore(id, scope.name(), item.name()))
                        .toList()));
    }

    @Override
    public Flux<ByteBuffer> read(PayloadUrl url) {
        Mono<Artifact> found = store.id()
                .flatMap(id -> id.equals(url.store().orElse(""))
                        ? store.find(url.scope())
                        : Mono.error(new ArtifactNotFoundException(
                                "%s, whose id is %s".formatted(name(), id), url.toString())));
        return found.switchIfEmpty(Mono.error(() -> missing(url)))
                .flatMapMany(artifact -> names(artifact).contains(url.name())
                        ? artifact.files().read(url.name())
                        : Flux.error(missing(url)));
    }

    private ArtifactNotFoundException missing(PayloadUrl url) {
        return new ArtifactNotFoundException(name(), url.toString());
    }

    @Override
    public Mono<DeleteReport> delete(String scope, Collection<PayloadUrl> urls) {
        Scope named = Scope.owner(scope);
        return repeated(Mono.defer(() -> standing(named).flatMap(now -> {
            Set<String> kept = new HashSet<>(now.names());
            urls.forEach(url -> kept.remove(url.name()));
            long deleted = now.names().size() - kept.size();
            DeleteReport report = new DeleteReport(deleted, urls.size() - deleted, List.of());
            return deleted == 0 ? Mono.just(report) : keep(now, named, kept).thenReturn(report);
        })));
    }

    private Mono<Void> keep(Standing now, Scope named, Set<String> kept) {
        return store.require(named.name()).flatMap(artifact -> {
            Map<String, Instant> written = new LinkedHashMap<>(now.record().written());
            written.keySet().retainAll(kept);
            Files files = Files.none();
            for (String name : kept.stream().sorted().toList()) {
                files = files.with(name, artifact.files().read(name));
            }
            return put(new ScopeRecord(now.record().scope(), written), files, now.generation());
        });
    }

    @Override
    public Mono<DeleteReport> deleteScope(Scope scope) {
        return repeated(Mono.defer(() -> standing(scope)
                .flatMap(now -> now.generation() == 0
                        ? Mono.just(DeleteReport.NOTHING)
                        : store.delete(scope.name(), now.generation())
                                .map(there ->
                                        new DeleteReport(there ? now.names().size() : 0, 0, List.of())))));
    }

    @Override
    public Flux<PayloadEntry> list(Scope scope) {
        return store.id().flatMapMany(id -> store.find(scope.name()).flatMapMany(artifact -> entries(id, artifact)));
    }

    @Override
    public Flux<PayloadEntry> list() {
        return store.id().flatMapMany(id -> scopeArtifacts().concatMap(artifact -> entries(id, artifact)));
    }

    private Flux<PayloadEntry> entries(String id, Artifact artifact) {
        return artifact.object(ScopeRecord.TYPE)
                .flatMapIterable(record -> artifact.files().entries().stream()
                        .map(file -> new PayloadEntry(
                                PayloadUrl.ofStore(id, artifact.key(), file.name()),
                                file.size(),
                                Objects.requireNonNullElse(record.written().get(file.name()), Instant.EPOCH)))
                        .toList());
    }

    private Flux<Artifact> scopeArtifacts() {
        Optional<String> tag = Optional.of(ScopeRecord.TYPE.tag());
        return store.artifacts("")
                .filter(artifact -> artifact.damage().isEmpty()
                        && artifact.manifest().type().equals(tag));
    }

    @Override
    public Flux<Scope> scopes() {
        return scopeArtifacts()
                .concatMap(artifact -> artifact.object(ScopeRecord.TYPE))
                .map(ScopeRecord::scope);
    }

    @Override
    public Mono<PayloadUrl> url(Scope scope, String name) {
        return store.id().map(id -> PayloadUrl.ofStore(id, scope.name(), name));
    }

    @Override
    public Mono<Boolean> owns(PayloadUrl url) {
        return store.id().map(id -> url.store().equals(Optional.of(id)));
    }

    @Override
    public void check(PayloadUrl url) {
        if (url.store().isEmpty()) {
            throw new InvalidNameException(
                    "payload",
                    url.toString(),
                    "store://id/scope/name, as this is the artifact store %s".formatted(name()));
        }
    }
}
