package io.atomflux.file.columnar;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decoded chunks of one file, bounded in bytes, the least recently used going first; for many threads.
 *
 * <p>States of the file are numbered. A chunk is found in the states it is known to belong to, which become more when a
 * commit of ours did not touch it. What is being decoded is decoded once: others wait for it, but never while they hold
 * the lock of the file.
 */
final class ChunkCache {

    private record Flight(long state, ChunkKey key) {}

    private final long most;
    private final LinkedHashMap<ChunkKey, CachedChunk> entries = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<Flight, CompletableFuture<CachedChunk>> flights = new HashMap<>();
    private long bytes;

    ChunkCache(long most) {
        this.most = most;
    }

    /** Returns how many bytes may be held. */
    long most() {
        return most;
    }

    /** Returns how many bytes are held. */
    synchronized long bytes() {
        return bytes;
    }

    synchronized @Nullable CachedChunk find(long state, ChunkKey key) {
        CachedChunk entry = entries.get(key);
        return entry != null && entry.belongsTo(state) ? entry : null;
    }

    synchronized void put(ChunkKey key, CachedChunk entry) {
        long size = entry.chunk().byteSize();
        if (size > most) {
            return;
        }
        CachedChunk old = entries.put(key, entry);
        bytes += size - (old == null ? 0 : old.chunk().byteSize());
        Iterator<CachedChunk> oldest = entries.values().iterator();
        while (bytes > most) {
            bytes -= oldest.next().chunk().byteSize();
            oldest.remove();
        }
    }

    /** Lets chunks of one state belong to a later one as well, those touched meanwhile go. */
    synchronized void advance(long from, long to, Predicate<ChunkKey> touched) {
        Iterator<Map.Entry<ChunkKey, CachedChunk>> all = entries.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<ChunkKey, CachedChunk> one = all.next();
            CachedChunk entry = one.getValue();
            if (entry.belongsTo(from) && !touched.test(one.getKey())) {
                entry.alsoBelongsTo(to);
            } else {
                bytes -= entry.chunk().byteSize();
                all.remove();
            }
        }
    }

    synchronized void clear() {
        entries.clear();
        bytes = 0;
    }

    /**
     * Announces that a chunk is going to be decoded.
     *
     * @return null if the caller shall do it, and {@link #land} afterwards; else what somebody else is decoding already
     */
    synchronized @Nullable CompletableFuture<CachedChunk> claim(long state, ChunkKey key) {
        Flight flight = new Flight(state, key);
        CompletableFuture<CachedChunk> running = flights.get(flight);
        if (running == null) {
            flights.put(flight, new CompletableFuture<>());
        }
        return running;
    }

    /** Tells those who wait for a claimed chunk what came of it. */
    void land(long state, ChunkKey key, @Nullable CachedChunk entry, @Nullable Throwable failure) {
        CompletableFuture<CachedChunk> flight;
        synchronized (this) {
            flight = flights.remove(new Flight(state, key));
        }
        if (flight == null) {
            return;
        }
        if (entry != null) {
            flight.complete(entry);
        } else {
            flight.completeExceptionally(failure == null ? new StateGone() : failure);
        }
    }
}
