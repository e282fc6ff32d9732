package io.atomflux.hub;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Keeps what was used last, up to a number of bytes; what several ask for at once is loaded once, failures are not kept.
 *
 * @param <K> what it is known by
 * @param <V> what is kept
 */
final class Lru<K, V> {

    private static final class Entry<V> {
        private final Mono<V> value;
        private long weight;

        Entry(Mono<V> value) {
            this.value = value;
        }
    }

    private final long most;
    private final int least;
    private final ToLongFunction<V> weigher;
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private long total; // guarded by this

    /**
     * Keeps nothing yet.
     *
     * @param most how many bytes to keep
     * @param least how many values to keep whatever they take
     */
    Lru(long most, int least, ToLongFunction<V> weigher) {
        this.most = most;
        this.least = least;
        this.weigher = weigher;
    }

    /**
     * Returns what is kept, or loads it.
     *
     * @return cold; loading is cancelled when all who wait for it cancel
     */
    Mono<V> get(K key, Supplier<Mono<V>> load) {
        return Mono.defer(() -> entry(key, load).value);
    }

    private synchronized Entry<V> entry(K key, Supplier<Mono<V>> load) {
        @Nullable Entry<V> known = entries.get(key);
        if (known != null) {
            return known;
        }
        @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type, of one element
        Entry<V>[] self = new Entry[1];
        Mono<V> loading = Mono.defer(load)
                .doOnNext(value -> keep(key, self[0], weigher.applyAsLong(value)))
                .doOnError(failure -> forget(key, self[0]))
                .doOnCancel(() -> forget(key, self[0]))
                .cacheInvalidateIf(value -> false);
        Entry<V> entry = new Entry<>(loading);
        self[0] = entry;
        entries.put(key, entry);
        return entry;
    }

    private synchronized void keep(K key, Entry<V> entry, long weight) {
        if (entries.get(key) != entry) {
            return;
        }
        total += weight - entry.weight;
        entry.weight = weight;
        for (Iterator<Map.Entry<K, Entry<V>>> oldest = entries.entrySet().iterator();
                total > most && entries.size() > least && oldest.hasNext(); ) {
            Entry<V> next = oldest.next().getValue();
            if (next.weight > 0) { // else it is being loaded
                total -= next.weight;
                oldest.remove();
            }
        }
    }

    private synchronized void forget(K key, Entry<V> entry) {
        if (entries.remove(key, entry)) {
            total -= entry.weight;
        }
    }

    synchronized void clear() {
        entries.clear();
        total = 0;
    }

    synchronized long bytes() {
        return total;
    }
}
