package io.atomflux.artifact.mltraq;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.PutOptions;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.value.Values;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A small map kept as one artifact: each reading reads it anew, each change replaces it, on condition that nobody did so
 * meanwhile, else it is made again. So changes of many processes are none lost.
 *
 * <p>Over a store that is {@link ArtifactStore#readOnly} every change is a {@link io.atomflux.error.ReadOnlyStoreException}.
 */
public final class BunchStore {

    private static final int ATTEMPTS = 100;

    private final ArtifactStore store;
    private final String key;

    private BunchStore(ArtifactStore store, String key) {
        this.store = store;
        this.key = key;
    }

    /** Keeps a map under a key, which is made with the first change. */
    public static BunchStore of(ArtifactStore store, String key) {
        io.atomflux.artifact.spi.ArtifactKey.parse(key);
        return new BunchStore(store, key);
    }

    private record Standing(Map<String, @Nullable Object> values, long generation) {}

    private Mono<Standing> standing() {
        return store.find(key)
                .flatMap(artifact -> artifact.value(Map.class)
                        .map(map -> new Standing(plain(map), artifact.manifest().generation())))
                .defaultIfEmpty(new Standing(Map.of(), 0));
    }

    private static Map<String, @Nullable Object> plain(Map<?, ?> map) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        map.forEach((name, value) -> values.put(String.valueOf(name), value));
        return values;
    }

    /** Reads all. */
    public Mono<Map<String, @Nullable Object>> all() {
        return standing().map(Standing::values).map(Collections::unmodifiableMap);
    }

    /** Reads a value; empty if there is none of that name, or it is null. */
    public Mono<Object> get(String name) {
        return all().mapNotNull(values -> values.get(name));
    }

    /**
     * Sets a value.
     *
     * @throws IllegalArgumentException if it is of a type no store can hold
     */
    public Mono<Void> set(String name, @Nullable Object value) {
        Object widened = Values.of(name, value);
        return update(values -> {
            Map<String, @Nullable Object> more = new LinkedHashMap<>(values);
            more.put(name, widened);
            return more;
        });
    }

    /** Takes a value away, also from what is stored; none there is no error. */
    public Mono<Void> remove(String name) {
        return update(values -> {
            Map<String, @Nullable Object> fewer = new LinkedHashMap<>(values);
            fewer.remove(name);
            return fewer;
        });
    }

    /**
     * Changes all at one instant.
     *
     * @param change from what stands to what shall stand; called again if another change came between
     */
    public Mono<Void> update(UnaryOperator<Map<String, @Nullable Object>> change) {
        Objects.requireNonNull(change, "change");
        return standing()
                .flatMap(now -> store.put(
                        key,
                        Objects.requireNonNull(Values.of(key, change.apply(Collections.unmodifiableMap(now.values())))),
                        PutOptions.none().ifGeneration(now.generation())))
                .retryWhen(Retry.backoff(ATTEMPTS, Duration.ofMillis(2))
                        .maxBackoff(Duration.ofMillis(100))
                        .filter(failure -> failure instanceof ArtifactConflictException
                                || failure instanceof ArtifactExistsException)
                        .onRetryExhaustedThrow((spec, signal) -> signal.failure()))
                .then();
    }
}
