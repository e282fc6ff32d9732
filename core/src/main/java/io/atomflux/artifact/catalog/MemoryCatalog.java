package io.atomflux.artifact.catalog;

import io.atomflux.error.StoreClosedException;
import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** A catalog in memory; each call takes a short turn at one sorted map. */
final class MemoryCatalog implements Catalog {

    private final String name;
    private final TreeMap<Bytes, Bytes> entries = new TreeMap<>(); // guarded by itself
    private volatile boolean closed;

    MemoryCatalog(String name) {
        this.name = name;
    }

    /** Makes the store itself, as the first change makes that of another engine. */
    void make(Bytes id) {
        synchronized (entries) {
            entries.put(Keys.ID, id);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<Bytes> get(Bytes key) {
        return turn(() -> Optional.ofNullable(entries.get(key))).flatMap(Mono::justOrEmpty);
    }

    @Override
    public Mono<List<Entry>> page(Bytes from, Bytes to, int limit, long bytes) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: %d (expected: at least 1)".formatted(limit));
        }
        return turn(() -> {
            List<Entry> page = new ArrayList<>();
            if (from.compareTo(to) >= 0) {
                return page;
            }
            long size = 0;
            for (Map.Entry<Bytes, Bytes> entry : entries.subMap(from, to).entrySet()) {
                page.add(new Entry(entry.getKey(), entry.getValue()));
                size += entry.getKey().length() + entry.getValue().length();
                if (page.size() >= limit || size >= bytes) {
                    break;
                }
            }
            return page;
        });
    }

    @Override
    public Mono<Boolean> commit(Commit commit) {
        return turn(() -> {
            for (Commit.Condition condition : commit.conditions()) {
                if (!Optional.ofNullable(entries.get(condition.key())).equals(condition.value())) {
                    return false;
                }
            }
            for (Commit.Change change : commit.changes()) {
                change.value()
                        .ifPresentOrElse(value -> entries.put(change.key(), value), () -> entries.remove(change.key()));
            }
            return true;
        });
    }

    @Override
    public Mono<Long> now() {
        return Mono.fromSupplier(System::currentTimeMillis);
    }

    private <T> Mono<T> turn(Supplier<T> work) {
        return Mono.fromSupplier(() -> {
            synchronized (entries) {
                if (closed) {
                    throw new StoreClosedException(name);
                }
                return work.get();
            }
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(() -> closed = true);
    }
}
