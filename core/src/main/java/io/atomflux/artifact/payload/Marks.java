package io.atomflux.artifact.payload;

import io.atomflux.error.InvalidNameException;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Values of more kinds than a store keeps, written as marked maps: {@code {"$payload": {…}}} is a reference.
 *
 * <p>A map of one entry whose key begins with one {@code $} is a mark. Every key of other maps that begins with {@code $} is
 * written with one more, so no value of a user is ever taken for a mark.
 */
public final class Marks {

    /** The mark of a reference to a payload. */
    public static final String PAYLOAD = "$payload";

    private Marks() {}

    /**
     * Writes a value.
     *
     * @param value plain values, lists and maps of them, and what {@code special} knows, at any depth
     * @param special gives the marked form of a value of a kind of its own, or null for other values; subscribed one after the
     *     other
     * @return plain values with marks
     */
    public static Mono<Object> write(Object value, Function<Object, @Nullable Mono<Object>> special) {
        return Mono.defer(() -> {
            IdentityHashMap<Object, Mono<Object>> found = new IdentityHashMap<>();
            List<Object> order = new ArrayList<>();
            collect(value, special, found, order);
            IdentityHashMap<Object, Object> done = new IdentityHashMap<>();
            return Flux.fromIterable(order)
                    .concatMap(one -> Objects.requireNonNull(found.get(one)).doOnNext(marked -> done.put(one, marked)))
                    .then(Mono.fromSupplier(() -> Objects.requireNonNull(substituted(value, done))));
        });
    }

    private static void collect(
            @Nullable Object value,
            Function<Object, @Nullable Mono<Object>> special,
            IdentityHashMap<Object, Mono<Object>> found,
            List<Object> order) {
        if (value == null || found.containsKey(value)) {
            return;
        }
        Mono<Object> marked = special.apply(value);
        if (marked != null) {
            found.put(value, marked);
            order.add(value);
        } else if (value instanceof List<?> list) {
            list.forEach(item -> collect(item, special, found, order));
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(item -> collect(item, special, found, order));
        }
    }

    private static @Nullable Object substituted(@Nullable Object value, IdentityHashMap<Object, Object> done) {
        Object marked = value == null ? null : done.get(value);
        if (marked != null) {
            return marked;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(substituted(item, done)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach(
                    (key, item) -> copy.put(key instanceof String name ? escaped(name) : key, substituted(item, done)));
            return copy;
        }
        return value;
    }

    private static String escaped(String key) {
        return key.startsWith("$") ? "$" + key : key;
    }

    /**
     * Reads a value back.
     *
     * @param special gives the value of a mark, by its name with the {@code $} and its content
     */
    public static @Nullable Object read(
            @Nullable Object stored, BiFunction<String, @Nullable Object, @Nullable Object> special) {
        if (stored instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(read(item, special)));
            return Collections.unmodifiableList(copy);
        }
        if (stored instanceof Map<?, ?> map) {
            String mark = markOf(map);
            if (mark != null) {
                return special.apply(mark, map.get(mark));
            }
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> {
                String name = String.valueOf(key);
                copy.put(name.startsWith("$$") ? name.substring(1) : name, read(item, special));
            });
            return Collections.unmodifiableMap(copy);
        }
        return stored;
    }

    private static @Nullable String markOf(Map<?, ?> map) {
        return map.size() == 1
                        && map.keySet().iterator().next() instanceof String name
                        && name.startsWith("$")
                        && !name.startsWith("$$")
                ? name
                : null;
    }

    /** Writes a reference. */
    public static Map<String, @Nullable Object> of(PayloadRef ref) {
        return Collections.singletonMap(PAYLOAD, ref.toMap());
    }

    /** Returns the addresses that stored values refer to, those inside of payloads included, in order; those of damaged references not. */
    public static List<PayloadUrl> urls(@Nullable Object stored) {
        List<PayloadUrl> urls = new ArrayList<>();
        urls(stored, urls);
        return urls;
    }

    /** Returns the addresses that a stored row refers to. */
    public static List<PayloadUrl> urls(Row row) {
        return urls(row.toMap());
    }

    private static void urls(@Nullable Object stored, List<PayloadUrl> urls) {
        if (stored instanceof List<?> list) {
            list.forEach(item -> urls(item, urls));
        } else if (stored instanceof Map<?, ?> map) {
            if (PAYLOAD.equals(markOf(map)) && map.get(PAYLOAD) instanceof Map<?, ?> content) {
                try {
                    PayloadRef ref = PayloadRef.of(content);
                    urls.add(ref.url());
                    urls.addAll(ref.holds());
                    return;
                } catch (IllegalArgumentException | InvalidNameException e) {
                    return; // refers to nothing that could be read
                }
            }
            map.values().forEach(item -> urls(item, urls));
        }
    }
}
