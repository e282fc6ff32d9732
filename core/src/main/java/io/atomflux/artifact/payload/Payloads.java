package io.atomflux.artifact.payload;

import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps large values of rows as payloads, with a small reference in the row, and gives them back when asked for. A mapping of
 * rows, for stores of any backend:
 *
 * <pre>{@code
 * Payloads payloads = Payloads.in(PayloadStore.folder(Path.of("payloads")));
 * rows.extend(frames.concatMap(frame -> payloads.externalize(frame, Scope.owner("run-7")))).block();
 * NdArray forces = rows.get(0).flatMap(row -> payloads.resolve(row, "forces", NdArray.class)).block();
 * }</pre>
 *
 * <p>A row that was externalized is read by {@link #resolve}, {@link #lazy} or {@link #load}: keys of maps that begin with
 * {@code $} are escaped in it, see {@link Marks}.
 */
public final class Payloads {

    private static final long DEFAULT_THRESHOLD = 64L << 10;

    private final PayloadStore store;
    private final long threshold;

    private Payloads(PayloadStore store, long threshold) {
        this.store = store;
        this.threshold = threshold;
    }

    /** Keeps values of more than 64 KiB in a store. */
    public static Payloads in(PayloadStore store) {
        return new Payloads(Objects.requireNonNull(store, "store"), DEFAULT_THRESHOLD);
    }

    /** Returns this with another size above which values are kept as payloads, as {@link Values#byteSize} estimates it. */
    public Payloads threshold(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("threshold: %d (expected: not negative)".formatted(bytes));
        }
        return new Payloads(store, bytes);
    }

    /** Returns the store of the payloads. */
    public PayloadStore store() {
        return store;
    }

    /** Writes the large values of a row as payloads of a scope; returns the row to store, with references in their place. */
    public Mono<Row> externalize(Row row, Scope scope) {
        return row.isReserved() ? Mono.just(row) : externalize(row.toMap(), scope);
    }

    /**
     * Writes the large values of a row to be as payloads of a scope.
     *
     * <p>Values may be or hold {@link Lazy} ones; those of the same scope of this store stay where they are, others are
     * copied, so that the row outlives their owners.
     *
     * @throws IllegalArgumentException if a value is neither of the closed set nor lazy, naming key and type
     */
    public Mono<Row> externalize(Map<String, ? extends @Nullable Object> row, Scope scope) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        row.forEach((key, value) -> {
            checked(key, value);
            values.put(key, value);
        });
        return store.batch(scope).flatMap(batch -> {
            Map<String, @Nullable Object> stored = new LinkedHashMap<>();
            return Flux.fromIterable(values.entrySet())
                    .concatMap(entry -> entry.getValue() == null
                            ? Mono.fromRunnable(() -> stored.put(entry.getKey(), null))
                            : stored(entry.getValue(), batch).doOnNext(value -> stored.put(entry.getKey(), value)))
                    .then(batch.finish())
                    .onErrorResume(failure -> batch.abandon().onErrorComplete().then(Mono.error(failure)))
                    .map(refs -> Row.of(stored));
        });
    }

    private static void checked(String key, @Nullable Object value) {
        if (value instanceof Lazy<?>) {
            return;
        }
        if (value instanceof List<?> list) {
            list.forEach(item -> checked(key, item));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((name, item) -> {
                if (!(name instanceof String)) {
                    Values.of(key, map); // says what is wrong
                }
                checked(key, item);
            });
        } else {
            Values.of(key, value);
        }
    }

    private Mono<Object> stored(Object value, PayloadBatch batch) {
        return Marks.write(value, one -> one instanceof Lazy<?> lazy ? reference(lazy, batch) : null)
                .flatMap(marked -> {
                    Object plain = Values.of("value", marked);
                    return value instanceof Lazy<?> || Values.byteSize(plain) <= threshold
                            ? Mono.justOrEmpty(plain)
                            : batch.add(plain, true).map(Marks::of);
                });
    }

    private Mono<Object> reference(Lazy<?> lazy, PayloadBatch batch) {
        return relocated(lazy, batch).map(Marks::of);
    }

    /**
     * Returns a reference in a batch's scope: the lazy value's own if it is there, else that of a copy, with copies of all it
     * refers to.
     */
    public Mono<PayloadRef> relocated(Lazy<?> lazy, PayloadBatch batch) {
        PayloadRef ref = lazy.ref();
        boolean mayStay = lazy.store().sharesPlace(store)
                && ref.url().scope().equals(batch.scope().name())
                && ref.holds().stream()
                        .allMatch(held -> held.store().equals(ref.url().store())
                                && held.scope().equals(ref.url().scope()));
        return (mayStay ? store.owns(ref.url()) : Mono.just(false))
                .flatMap(stays -> stays ? Mono.just(ref) : copied(lazy, batch));
    }

    private Mono<PayloadRef> copied(Lazy<?> lazy, PayloadBatch batch) {
        PayloadRef ref = lazy.ref();
        if (ref.holds().isEmpty()) {
            return batch.copy(lazy.store(), ref);
        }
        return lazy.store()
                .readMarked(ref)
                .flatMap(tree -> relocatedTree(tree, lazy.store(), batch))
                .flatMap(tree -> batch.add(tree, true));
    }

    /** Copies the payloads a marked tree refers to; marks of others stay as they are. */
    private Mono<Object> relocatedTree(Object tree, PayloadStore from, PayloadBatch batch) {
        Map<PayloadUrl, PayloadRef> refs = new LinkedHashMap<>();
        references(tree, refs);
        Map<PayloadUrl, PayloadRef> moved = new LinkedHashMap<>();
        return Flux.fromIterable(refs.values())
                .concatMap(ref -> relocated(new Lazy<>(from, ref, Object.class), batch)
                        .doOnNext(copy -> moved.put(ref.url(), copy)))
                .then(Mono.fromSupplier(() -> Objects.requireNonNull(replaced(tree, moved))));
    }

    private static void references(@Nullable Object tree, Map<PayloadUrl, PayloadRef> refs) {
        if (tree instanceof List<?> list) {
            list.forEach(item -> references(item, refs));
        } else if (tree instanceof Map<?, ?> map) {
            if (map.size() == 1 && map.get(Marks.PAYLOAD) instanceof Map<?, ?> content) {
                PayloadRef ref = PayloadRef.of(content);
                refs.put(ref.url(), ref);
            } else {
                map.values().forEach(item -> references(item, refs));
            }
        }
    }

    private static @Nullable Object replaced(@Nullable Object tree, Map<PayloadUrl, PayloadRef> moved) {
        if (tree instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(replaced(item, moved)));
            return copy;
        }
        if (tree instanceof Map<?, ?> map) {
            if (map.size() == 1 && map.get(Marks.PAYLOAD) instanceof Map<?, ?> content) {
                return Marks.of(
                        Objects.requireNonNull(moved.get(PayloadRef.of(content).url())));
            }
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(key, replaced(item, moved)));
            return copy;
        }
        return tree;
    }

    /**
     * Returns the value of a key, read if it is kept as a payload; empty if the key is not there or null.
     *
     * @signals {@link io.atomflux.error.ArtifactNotFoundException} naming the address of a payload that is gone; {@link
     *     ValueTypeException} if the value is of another type
     */
    public <T> Mono<T> resolve(Row row, String key, Class<T> type) {
        return lazy(row).load(key, type);
    }

    /** Returns a row whose large values are read when asked for; reads nothing. */
    public LazyRow lazy(Row row) {
        return new LazyRow(this, row, Map.of());
    }

    /** Reads all values of a row; nested lazy values of payloads too. One that is gone fails the whole. */
    public Mono<Row> load(Row row) {
        if (row.isReserved()) {
            return Mono.just(row);
        }
        return loaded(Objects.requireNonNull(value(row.toMap()))).map(values -> Row.of(asMap(values)));
    }

    @SuppressWarnings("unchecked") // made of a row's values
    private static Map<String, @Nullable Object> asMap(Object values) {
        return (Map<String, @Nullable Object>) values;
    }

    private Mono<Object> loaded(Object tree) {
        IdentityHashMap<Object, Object> read = new IdentityHashMap<>();
        List<Lazy<?>> found = new ArrayList<>();
        lazies(tree, found);
        return Flux.fromIterable(found)
                .concatMap(lazy ->
                        lazy.load().flatMap(value -> loaded((Object) value)).doOnNext(value -> read.put(lazy, value)))
                .then(Mono.fromSupplier(() -> Objects.requireNonNull(filled(tree, read))));
    }

    private static void lazies(@Nullable Object tree, List<Lazy<?>> found) {
        if (tree instanceof Lazy<?> lazy) {
            found.add(lazy);
        } else if (tree instanceof List<?> list) {
            list.forEach(item -> lazies(item, found));
        } else if (tree instanceof Map<?, ?> map) {
            map.values().forEach(item -> lazies(item, found));
        }
    }

    private static @Nullable Object filled(@Nullable Object tree, IdentityHashMap<Object, Object> read) {
        if (tree instanceof Lazy<?>) {
            return read.get(tree);
        }
        if (tree instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(filled(item, read)));
            return copy;
        }
        if (tree instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(key, filled(item, read)));
            return copy;
        }
        return tree;
    }

    /**
     * Streams rows whose payloads are read ahead, so many rows at once; in their order. A payload that cannot be read fails
     * only when its value is asked for.
     *
     * @param ahead rows whose payloads are read at once, at least 1
     */
    public Flux<LazyRow> prefetch(Publisher<Row> rows, int ahead) {
        return Flux.from(rows).flatMapSequential(row -> lazy(row).fetched(), ahead, 1);
    }

    /** Reads a stored value: what refers to payloads becomes lazy. */
    @Nullable
    Object value(@Nullable Object stored) {
        return store.unmarked(stored, "row");
    }
}
