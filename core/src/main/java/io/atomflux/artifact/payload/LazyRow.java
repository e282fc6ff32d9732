package io.atomflux.artifact.payload;

import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A row some of whose values are kept as payloads, and read when asked for. Immutable. */
public final class LazyRow {

    private final Payloads payloads;
    private final Row row;
    private final Map<String, Mono<Object>> fetched;

    LazyRow(Payloads payloads, Row row, Map<String, Mono<Object>> fetched) {
        this.payloads = payloads;
        this.row = row;
        this.fetched = fetched;
    }

    /** Returns the row as it is stored. */
    public Row row() {
        return row;
    }

    /** Returns the keys. */
    public List<String> keys() {
        return row.keys();
    }

    /** Returns the value of a key: what is in the row, with a {@link Lazy} wherever a payload is referred to; null if there is none. */
    public @Nullable Object get(String key) {
        return payloads.value(row.get(key));
    }

    /** Tells whether the value of a key is kept as a payload. */
    public boolean isLazy(String key) {
        return get(key) instanceof Lazy<?>;
    }

    /**
     * Returns the value of a key, read if it is kept as a payload; empty if the key is not there or null.
     *
     * @signals {@link io.atomflux.error.ArtifactNotFoundException} naming the address of a payload that is gone; {@link
     *     ValueTypeException} if the value is of another type
     */
    public <T> Mono<T> load(String key, Class<T> type) {
        return Mono.defer(() -> {
                    Mono<Object> done = fetched.get(key);
                    return done != null ? done : read(get(key));
                })
                .map(value -> {
                    T typed = Values.as(value, type);
                    if (typed == null) {
                        throw new ValueTypeException(
                                "key " + key,
                                type.getSimpleName(),
                                value.getClass().getSimpleName());
                    }
                    return typed;
                });
    }

    private static Mono<Object> read(@Nullable Object value) {
        return value instanceof Lazy<?> lazy ? lazy.as(Object.class).load() : Mono.justOrEmpty(value);
    }

    /** Reads all payloads now, remembering what each gave. */
    Mono<LazyRow> fetched() {
        Map<String, Mono<Object>> results = new LinkedHashMap<>();
        return Flux.fromIterable(keys())
                .filter(this::isLazy)
                .concatMap(key -> read(Objects.requireNonNull(get(key)))
                        .materialize()
                        .doOnNext(signal -> results.put(key, Mono.just(signal).dematerialize())))
                .then(Mono.fromSupplier(() -> new LazyRow(payloads, row, results)));
    }
}
