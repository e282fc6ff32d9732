package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreBusyException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A store, or the part of one below a prefix.
 *
 * @param core what it shares with the others
 * @param prefix what its keys begin with in the storage: empty, or ending in a slash
 */
record Scope(Core core, String prefix) {

    private static final int TRIES = 200; // half a minute

    /** Returns the key in the storage; refuses a bad one. */
    String full(String key) {
        ArtifactKey guarded = ArtifactKey.parse(key);
        return prefix.isEmpty()
                ? guarded.toString()
                : ArtifactKey.parse(prefix + guarded).toString();
    }

    String relative(String full) {
        return full.substring(prefix.length());
    }

    Scope below(String part) {
        return new Scope(core, full(part) + "/");
    }

    StoredArtifact artifact(StoredRecord record) {
        return StoredArtifact.of(core, record, prefix);
    }

    /**
     * Returns what no two artifacts share. Sub-stores are stores of their own in this: the same thing may be in two of them,
     * so the prefix is a part of it.
     */
    <T> Optional<String> identity(ArtifactType<T> type, T object) {
        return IdentityPolicy.digest(type, object).map(hash -> hash + mark());
    }

    private String mark() {
        return prefix.isEmpty() ? "" : "-" + Canonical.sha256(prefix).substring(0, 16);
    }

    /** Returns an identity as it is here, for an artifact that is moved to here from another part of the store. */
    String moved(String identity) {
        int dash = identity.indexOf('-');
        return (dash < 0 ? identity : identity.substring(0, dash)) + mark();
    }

    /** Tells whether a key lies in the part of the store that an identity belongs to. */
    static boolean holds(Core core, String identity, String key) {
        for (int slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
            Scope scope = new Scope(core, key.substring(0, slash + 1));
            if (identity.endsWith(scope.mark())) {
                return true;
            }
        }
        return identity.indexOf('-') < 0;
    }

    /** Returns the keys that fields of a descriptor hold, field by field; what is no key is passed over. */
    static Map<String, List<String>> references(ArtifactType<?> type, Map<String, @Nullable Object> descriptor) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (String field : type.references()) {
            Object value = descriptor.get(field);
            List<?> items = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
            found.put(
                    field,
                    items.stream()
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .filter(Scope::isKey)
                            .toList());
        }
        return found;
    }

    private static boolean isKey(String text) {
        try {
            ArtifactKey.parse(text);
            return true;
        } catch (InvalidNameException e) {
            return false;
        }
    }

    /** Refuses a change at once where it would be refused in the end, also if there proves to be nothing to change. */
    <T> Mono<T> changing(String operation, Mono<T> change) {
        return Mono.defer(
                () -> core.isReadOnly() ? Mono.error(new ReadOnlyStoreException(core.name(), operation)) : change);
    }

    /** Tries what others may prevent until it answers: an attempt that is empty was in vain. */
    <T> Mono<T> persistently(String key, Mono<T> attempt) {
        return attempt.repeatWhenEmpty(vain -> vain.concatMap(tries -> tries < TRIES
                ? Mono.delay(Duration.ofMillis(Canonical.jitterMillis(tries.intValue())))
                : Mono.error(new StoreBusyException(
                        core.name(), "artifact \"%s\" changes faster than it can be put".formatted(key), null))));
    }
}
