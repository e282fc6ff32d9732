package io.atomflux.memory;

import io.atomflux.adapter.ProcessLeases;
import io.atomflux.error.StoreInUseException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The groups of one location. */
final class Place {

    private static final Map<String, Place> NAMED = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, MemoryStore<?>> groups = new ConcurrentSkipListMap<>();
    private final ConcurrentMap<String, LeaseLock> leases = new ConcurrentHashMap<>();

    /** Returns the place all handles of this process share under a name. */
    static Place named(String name) {
        return NAMED.computeIfAbsent(name, unused -> new Place());
    }

    /** Returns the locks of those who share a group. */
    LeaseLock leases(String group, String name) {
        return leases.computeIfAbsent(group, unused -> ProcessLeases.own(name));
    }

    List<String> groups() {
        return List.copyOf(groups.keySet());
    }

    Optional<Class<?>> rowType(String group) {
        return Optional.ofNullable(groups.get(group)).map(MemoryStore::rowType);
    }

    /** Returns the store of a group, if there is one. */
    <R extends KeyedRow<R>> Optional<MemoryStore<R>> find(String group, Class<R> rowType, String name) {
        return Optional.ofNullable(groups.get(group)).map(found -> typed(found, rowType, name));
    }

    /** Returns the store of a group, made if there is none. */
    <R extends KeyedRow<R>> MemoryStore<R> make(String group, Class<R> rowType, String name) {
        MemoryStore<?> store = groups.computeIfAbsent(group, unused -> ofType(rowType));
        return typed(store, rowType, name);
    }

    /** Forgets a store that was removed. */
    void forget(String group, MemoryStore<?> store) {
        groups.remove(group, store);
    }

    private static MemoryStore<?> ofType(Class<?> rowType) {
        return rowType == BlobRow.class
                ? new MemoryStore<>(BlobRow.class, BlobRow.reserved())
                : new MemoryStore<>(Row.class, Row.reserved());
    }

    @SuppressWarnings("unchecked")
    private static <R extends KeyedRow<R>> MemoryStore<R> typed(MemoryStore<?> store, Class<R> rowType, String name) {
        if (store.rowType() != rowType) {
            throw new StoreInUseException(
                    name,
                    "it holds rows of type %s (asked for: %s)"
                            .formatted(store.rowType().getSimpleName(), rowType.getSimpleName()));
        }
        return (MemoryStore<R>) store;
    }
}
