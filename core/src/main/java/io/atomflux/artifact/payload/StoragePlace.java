package io.atomflux.artifact.payload;

import io.atomflux.artifact.spi.PayloadStorage;
import io.atomflux.artifact.spi.StoredPayload;
import io.atomflux.codec.Json;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Payloads in a storage of four calls.
 *
 * <p>What is known of a scope is kept in the storage too: in scope {@code .atomflux}, under the SHA-256 of the scope's name,
 * as JSON. A scope that another program filled is unknown until it is registered.
 */
final class StoragePlace implements PayloadPlace {

    private final PayloadStorage storage;

    StoragePlace(PayloadStorage storage) {
        this.storage = storage;
    }

    @Override
    public String name() {
        return storage.name();
    }

    @Override
    public Mono<Void> register(Scope scope) {
        return known(scope).flatMap(known -> {
            boolean same = known.isPresent()
                    && known.get().owned() == scope.owned()
                    && known.get().timeToLive().equals(scope.timeToLive());
            return same ? Mono.empty() : store(scope);
        });
    }

    private Mono<Void> store(Scope scope) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("scope", scope.name());
        facts.put("owned", scope.owned());
        facts.put("timeToLive", scope.timeToLive().map(Duration::toMillis).orElse(null));
        ByteBuffer json = Bytes.ofText(Json.write(facts)).asBuffer();
        return storage.write(Scope.RESERVED, recordOf(scope), Mono.fromSupplier(json::duplicate))
                .then();
    }

    private Mono<java.util.Optional<Scope>> known(Scope scope) {
        return read(Scope.RESERVED, recordOf(scope))
                .map(java.util.Optional::of)
                .onErrorResume(ArtifactNotFoundException.class, missing -> Mono.just(java.util.Optional.empty()));
    }

    private Mono<Scope> read(String reserved, String record) {
        return storage.read(reserved, record)
                .reduce(Bytes.EMPTY, StoragePlace::joined)
                .map(bytes -> scopeOf(record, new String(bytes.toArray(), StandardCharsets.UTF_8)));
    }

    private static Bytes joined(Bytes left, ByteBuffer right) {
        byte[] all = new byte[left.length() + right.remaining()];
        left.copyTo(all, 0);
        right.get(all, left.length(), right.remaining());
        return Bytes.wrap(all);
    }

    private Scope scopeOf(String record, String json) {
        try {
            if (Json.read(json) instanceof Map<?, ?> facts && facts.get("scope") instanceof String name) {
                Scope scope = Boolean.TRUE.equals(facts.get("owned")) ? Scope.owner(name) : Scope.kept(name);
                return facts.get("timeToLive") instanceof Long millis
                        ? scope.timeToLive(Duration.ofMillis(millis))
                        : scope;
            }
        } catch (IllegalArgumentException | InvalidNameException e) {
            throw new CorruptDataException(name(), "record of a scope " + record, "it does not decode", e);
        }
        throw new CorruptDataException(name(), "record of a scope " + record, "it names no scope", null);
    }

    private static String recordOf(Scope scope) {
        byte[] name = scope.name().getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(PayloadEnvelope.sha256().digest(name));
    }

    @Override
    public Mono<List<PayloadUrl>> add(Scope scope, List<Item> items) {
        return register(scope)
                .thenMany(Flux.fromIterable(items))
                .concatMap(item -> storage.write(scope.name(), item.name(), item.content())
                        .thenReturn(PayloadUrl.ofFile(scope.name(), item.name())))
                .collectList()
                .onErrorResume(failure -> undone(scope, items, failure));
    }

    /** Takes back what was written before one failed; what cannot be taken back is an orphan, which a collector finds. */
    private Mono<List<PayloadUrl>> undone(Scope scope, List<Item> items, Throwable failure) {
        return Flux.fromIterable(items)
                .concatMap(item -> storage.delete(scope.name(), item.name()))
                .then(Mono.<List<PayloadUrl>>error(failure))
                .onErrorMap(second -> {
                    if (second != failure) {
                        failure.addSuppressed(second);
                    }
                    return failure;
                });
    }

    @Override
    public Flux<ByteBuffer> read(PayloadUrl url) {
        return storage.read(url.scope(), url.name());
    }

    @Override
    public Mono<DeleteReport> delete(String scope, Collection<PayloadUrl> urls) {
        return Flux.fromIterable(urls)
                .concatMap(url -> deleted(scope, url.name()))
                .reduce(DeleteReport.NOTHING, DeleteReport::plus);
    }

    private Mono<DeleteReport> deleted(String scope, String name) {
        return storage.delete(scope, name)
                .map(there -> there ? new DeleteReport(1, 0, List.of()) : new DeleteReport(0, 1, List.of()))
                .onErrorResume(
                        AtomfluxException.class,
                        failure -> Mono.just(new DeleteReport(0, 0, List.of(String.valueOf(failure.getMessage())))));
    }

    @Override
    public Mono<DeleteReport> deleteScope(Scope scope) {
        return known(scope)
                .flatMap(known -> storage.list(scope.name()).collectList().flatMap(found -> {
                    if (known.isEmpty()) {
                        return found.isEmpty() ? Mono.just(DeleteReport.NOTHING) : Mono.error(unknown(scope));
                    }
                    return Flux.fromIterable(found)
                            .concatMap(payload -> deleted(scope.name(), payload.name()))
                            .reduce(DeleteReport.NOTHING, DeleteReport::plus)
                            // The record goes last: a deletion that was cut off can be done again.
                            .flatMap(report -> report.problems().isEmpty()
                                    ? deleted(Scope.RESERVED, recordOf(scope))
                                            .map(record -> new DeleteReport(
                                                    report.deleted(), report.missing(), record.problems()))
                                    : Mono.just(report));
                }));
    }

    private StoreAccessException unknown(Scope scope) {
        return new StoreAccessException(
                name(),
                "scope %s was filled by another program, so it is not deleted (expected: a scope that was registered; call register first)"
                        .formatted(scope),
                null);
    }

    @Override
    public Flux<PayloadEntry> list(Scope scope) {
        return storage.list(scope.name()).filter(StoragePlace::isPayload).map(StoragePlace::entry);
    }

    @Override
    public Flux<PayloadEntry> list() {
        return storage.list("").filter(StoragePlace::isPayload).map(StoragePlace::entry);
    }

    /** Files of others, whose names no address can hold, are not payloads. */
    private static boolean isPayload(StoredPayload found) {
        try {
            PayloadUrl.ofFile(found.scope(), found.name());
            return true;
        } catch (InvalidNameException e) {
            return false;
        }
    }

    private static PayloadEntry entry(StoredPayload found) {
        return new PayloadEntry(PayloadUrl.ofFile(found.scope(), found.name()), found.size(), found.changed());
    }

    @Override
    public Flux<Scope> scopes() {
        return storage.list(Scope.RESERVED)
                .concatMap(record -> read(Scope.RESERVED, record.name())
                        .onErrorResume(ArtifactNotFoundException.class, removedMeanwhile -> Mono.empty()));
    }

    @Override
    public Mono<PayloadUrl> url(Scope scope, String name) {
        return Mono.fromSupplier(() -> PayloadUrl.ofFile(scope.name(), name));
    }

    @Override
    public Mono<Boolean> owns(PayloadUrl url) {
        return Mono.just(url.store().isEmpty());
    }

    @Override
    public void check(PayloadUrl url) {
        if (url.store().isPresent()) {
            throw new InvalidNameException(
                    "payload", url.toString(), "file:///prefix/name, as this store is %s".formatted(name()));
        }
    }
}
