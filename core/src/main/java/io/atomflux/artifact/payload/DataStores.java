package io.atomflux.artifact.payload;

import io.atomflux.artifact.codec.DataPak;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Follows the addresses of data stores in values that MLtraq wrote, once; counts what it read. */
final class DataStores {

    private static final String TAG = "mltraq.DataStore-0";
    private static final int DEEPEST = 100;

    private final PayloadStore store;
    private final long limit;
    private final AtomicLong size = new AtomicLong();

    DataStores(PayloadStore store, long limit) {
        this.store = store;
        this.limit = limit;
    }

    Mono<Object> read(PayloadUrl url) {
        return read(url, Set.of());
    }

    /**
     * Reads a payload and the data stores in it.
     *
     * @param within those it is held by
     */
    private Mono<Object> read(PayloadUrl url, Set<PayloadUrl> within) {
        if (within.contains(url) || within.size() >= DEEPEST) {
            return Mono.error(() -> new CorruptDataException(
                    store.name(), url.toString(), "data stores that hold each other in a circle, or too deeply", null));
        }
        Set<PayloadUrl> held = new LinkedHashSet<>(within);
        held.add(url);
        return store.readCounted(url, this::counted).flatMap(value -> {
            List<DataPak.Tagged> found = new ArrayList<>();
            find(value, found);
            Map<Object, Object> read = new IdentityHashMap<>();
            return Flux.fromIterable(found)
                    .concatMap(tagged -> read(PayloadUrl.parse(String.valueOf(tagged.value())), held)
                            .doOnNext(content -> read.put(tagged, content)))
                    .then(Mono.fromSupplier(() -> filled(value, read)));
        });
    }

    private void counted(long bytes) {
        long sum = size.addAndGet(bytes);
        if (sum > limit) {
            throw new LimitExceededException(
                    "data stores together", sum, limit, "read them one by one, or open the store with a greater limit");
        }
    }

    private static void find(@Nullable Object value, List<DataPak.Tagged> found) {
        if (value instanceof DataPak.Tagged tagged) {
            if (tagged.tag().equals(TAG)) {
                found.add(tagged);
            } else {
                find(tagged.value(), found);
            }
        } else if (value instanceof List<?> list) {
            list.forEach(item -> find(item, found));
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(item -> find(item, found));
        }
    }

    private static Object filled(Object value, Map<Object, Object> read) {
        Object content = read.get(value);
        if (content != null) {
            return content;
        }
        if (value instanceof DataPak.Tagged tagged) {
            return new DataPak.Tagged(tagged.tag(), filled(tagged.value(), read));
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(item == null ? null : filled(item, read)));
            return Collections.unmodifiableList(copy);
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, item) -> copy.put((String) name, item == null ? null : filled(item, read)));
            return Collections.unmodifiableMap(copy);
        }
        return value;
    }
}
