package io.atomflux.artifact.mltraq;

import io.atomflux.artifact.payload.Lazy;
import io.atomflux.artifact.payload.PayloadRef;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Values by name that are kept outside of the row, together in one payload, when their experiment is persisted.
 *
 * <p>Nothing is written when values are set. After loading an experiment a data store knows where its values are, and reads
 * them all with {@link #load}; changes after that are in memory until the experiment is persisted again, which writes a
 * new payload. Data stores nest, also in maps and lists; each is a payload of its own. For one thread, or more that take
 * turns.
 */
public final class DataStore {

    private @Nullable Map<String, @Nullable Object> values;
    private final @Nullable Lazy<Object> stored;
    private final @Nullable Fields fields;
    private @Nullable Throwable failure;

    /** Makes an empty data store. */
    public DataStore() {
        this.values = new LinkedHashMap<>();
        this.stored = null;
        this.fields = null;
    }

    DataStore(Lazy<Object> stored, Fields fields) {
        this.stored = stored;
        this.fields = fields;
    }

    /** Makes a data store with the entries of a map. */
    public static DataStore of(Map<String, ? extends @Nullable Object> values) {
        DataStore made = new DataStore();
        values.forEach(made::set);
        return made;
    }

    /**
     * Sets a value.
     *
     * @param value plain values, data stores, sequences, archives, lazy values, references, UUIDs, dates and times; lists and
     *     maps of them
     * @throws IllegalArgumentException if it is of another type, naming it
     */
    public DataStore set(String name, @Nullable Object value) {
        Map<String, @Nullable Object> loaded = loaded();
        loaded.put(Objects.requireNonNull(name, "name"), Fields.checked(name, value));
        return this;
    }

    /**
     * Returns a value.
     *
     * @throws NoSuchElementException if there is none of that name
     */
    public @Nullable Object get(String name) {
        Map<String, @Nullable Object> loaded = loaded();
        if (!loaded.containsKey(name)) {
            throw new NoSuchElementException("value \"%s\" (expected: one of %s)".formatted(name, loaded.keySet()));
        }
        return loaded.get(name);
    }

    /**
     * Returns a value as a type.
     *
     * @throws NoSuchElementException if there is none of that name
     * @throws ValueTypeException if it is of another type
     */
    public <T> T get(String name, Class<T> type) {
        Object value = get(name);
        T typed = value == null ? null : Values.as(value, type);
        if (typed == null) {
            throw new ValueTypeException(
                    "value " + name,
                    type.getSimpleName(),
                    value == null ? "null" : value.getClass().getSimpleName());
        }
        return typed;
    }

    /** Tells whether there is a value of a name. */
    public boolean has(String name) {
        return loaded().containsKey(name);
    }

    /** Takes a value away; tells whether there was one. */
    public boolean remove(String name) {
        boolean there = loaded().containsKey(name);
        loaded().remove(name);
        return there;
    }

    /** Returns the names, in the order they were set. */
    public Set<String> names() {
        return Collections.unmodifiableSet(loaded().keySet());
    }

    /** Returns the number of values. */
    public int size() {
        return loaded().size();
    }

    /** Returns the names and values; a view that cannot be changed. */
    public Map<String, @Nullable Object> asMap() {
        return Collections.unmodifiableMap(loaded());
    }

    /** Tells whether its values are in memory. */
    public boolean isLoaded() {
        return values != null;
    }

    /** Returns where it was read from; empty if it is new. What was set since is not there. */
    public Optional<PayloadRef> ref() {
        return Optional.ofNullable(stored).map(Lazy::ref);
    }

    Optional<Lazy<Object>> unloaded() {
        return values == null ? Optional.ofNullable(stored) : Optional.empty();
    }

    private Map<String, @Nullable Object> loaded() {
        Map<String, @Nullable Object> loaded = values;
        if (loaded != null) {
            return loaded;
        }
        if (failure instanceof RuntimeException failed) {
            throw failed;
        }
        throw new IllegalStateException(
                "%s: not loaded yet (expected: load() before its values are asked for)".formatted(this));
    }

    /**
     * Reads its values, if they are not in memory; those of data stores in it are left until they are asked for.
     *
     * @return cold; this data store
     * @signals {@link io.atomflux.error.ArtifactNotFoundException} naming the address, if its payload is gone
     */
    public Mono<DataStore> load() {
        return Mono.defer(() -> {
            Lazy<Object> source = stored;
            Fields reading = fields;
            if (values != null || source == null || reading == null) {
                return Mono.just(this);
            }
            return reading.values(source).map(read -> {
                values = read;
                failure = null;
                return this;
            });
        });
    }

    /** Reads its values, and those of all data stores in it. */
    public Mono<DataStore> loadAll() {
        return load().flatMap(loaded -> Flux.fromIterable(within(loaded.loaded().values()))
                .concatMap(DataStore::loadAll)
                .then(Mono.just(this)));
    }

    /** Reads all; what fails is remembered, for when values are asked for. */
    Mono<DataStore> prefetch() {
        return load().flatMap(loaded -> Flux.fromIterable(within(loaded.loaded().values()))
                        .concatMap(DataStore::prefetch)
                        .then(Mono.just(this)))
                .onErrorResume(failed -> {
                    failure = failed;
                    return Mono.just(this);
                });
    }

    /** Returns the data stores that values hold, at any depth, but not those inside of others. */
    static List<DataStore> within(Iterable<? extends @Nullable Object> values) {
        List<DataStore> found = new ArrayList<>();
        values.forEach(value -> within(value, found));
        return found;
    }

    private static void within(@Nullable Object value, List<DataStore> found) {
        if (value instanceof DataStore store) {
            found.add(store);
        } else if (value instanceof List<?> list) {
            list.forEach(item -> within(item, found));
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(item -> within(item, found));
        }
    }

    DataStore copy() {
        Map<String, @Nullable Object> loaded = values;
        if (loaded == null && stored != null && fields != null) {
            return new DataStore(stored, fields);
        }
        DataStore copy = new DataStore();
        if (loaded != null) {
            loaded.forEach((name, value) -> copy.set(name, Fields.copied(value)));
        }
        return copy;
    }

    /** Compares the values; data stores that are not loaded are equal if they are the same payload. */
    @Override
    public boolean equals(Object o) {
        if (!(o instanceof DataStore other)) {
            return false;
        }
        return values != null || other.values != null
                ? Objects.equals(values, other.values)
                : ref().equals(other.ref());
    }

    @Override
    public int hashCode() {
        return 17; // values may change, and be loaded
    }

    @Override
    public String toString() {
        Map<String, @Nullable Object> loaded = values;
        return loaded != null
                ? "DataStore" + loaded
                : "DataStore[%s]".formatted(ref().map(PayloadRef::url).orElse(null));
    }
}
