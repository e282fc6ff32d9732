package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The chunks one batch is made of, all of one state of the file.
 *
 * <p>What the cache lacks is read under the lock of the file, after a look whether the state is still that one. The batch
 * keeps what it has used, up to a bound, so that each chunk is decoded once for it however small the cache is.
 */
final class BatchChunks implements Chunks {

    /** Opens the way to the file for a moment. */
    interface Source {
        /** Reads; the tree is of the state the batch was begun in, else {@link StateGone} is thrown. */
        void with(Use use) throws IOException;

        /** Reads from a tree. */
        @FunctionalInterface
        interface Use {
            void of(Tree tree) throws IOException;
        }
    }

    private static final int ALONE = 1;
    private static final int TEXT_BYTES = 64;

    private final Source source;
    private final boolean locked;
    private final ChunkCache cache;
    private final long state;
    private final long mostKept;
    private final Map<ChunkKey, CachedChunk> kept = new ConcurrentHashMap<>();
    private Map<ChunkKey, CachedChunk> before = Map.of();
    private final AtomicLong keptBytes = new AtomicLong();
    private final boolean sealed;
    private volatile boolean forgot;

    /**
     * Begins a batch.
     *
     * @param locked whether the caller holds the lock of the file already, and so must not wait for anybody
     * @param mostKept how many bytes the batch keeps for itself
     */
    BatchChunks(Source source, boolean locked, ChunkCache cache, long state, long mostKept) {
        this.source = source;
        this.locked = locked;
        this.cache = cache;
        this.state = state;
        this.mostKept = mostKept;
        this.sealed = false;
    }

    private BatchChunks(BatchChunks open) {
        this.source = open.source;
        this.locked = open.locked;
        this.cache = open.cache;
        this.state = open.state;
        this.mostKept = 0;
        this.sealed = true;
        this.kept.putAll(open.kept);
    }

    /** Tells whether all that was used so far is kept. */
    boolean keptAll() {
        return !forgot;
    }

    /** Returns what is kept, without access to the file: anything else is {@link StateGone}. */
    BatchChunks sealed() {
        return new BatchChunks(this);
    }

    /** Takes over chunks of a batch of the same state, see {@link #ends}; before anything is asked for. */
    void takeOver(Map<ChunkKey, CachedChunk> ends) {
        before = ends;
    }

    /** Returns the last chunks of each array that are kept: the next batch is likely to begin in them. */
    Map<ChunkKey, CachedChunk> ends() {
        Map<String, Long> last = new HashMap<>();
        kept.keySet().forEach(key -> last.merge(key.path(), row(key), Math::max));
        Map<ChunkKey, CachedChunk> ends = new HashMap<>();
        kept.forEach((key, entry) -> {
            if (last.getOrDefault(key.path(), -1L) == row(key)) {
                ends.put(key, entry);
            }
        });
        return ends;
    }

    private static long row(ChunkKey key) {
        return key.index().rank() == 0 ? 0 : key.index().at(0);
    }

    /** Returns what is in memory, whether it may be used as it is or not. */
    private @Nullable CachedChunk known(ChunkKey key) {
        CachedChunk entry = cache.find(state, key);
        return entry == null ? before.get(key) : entry;
    }

    @Override
    public Chunk get(ArrayInfo array, Shape index) throws IOException {
        ChunkKey key = ChunkKey.of(array, index);
        CachedChunk own = kept.get(key);
        if (own != null) {
            return own.chunk();
        }
        if (sealed) {
            throw new StateGone();
        }
        CachedChunk entry = known(key);
        if (entry != null && entry.isFresh(System.nanoTime())) {
            return keep(key, entry);
        }
        return load(List.of(new Wanted(array, index))).get(0);
    }

    @Override
    public void prepare(List<Wanted> wanted) throws IOException {
        long now = System.nanoTime();
        long room = Math.max(mostKept, cache.most() / 2);
        Set<Wanted> missing = new LinkedHashSet<>();
        for (Wanted one : wanted) {
            ChunkKey key = ChunkKey.of(one.array(), one.index());
            if (sealed || kept.containsKey(key)) {
                continue;
            }
            room -= estimate(one.array());
            if (room < 0) {
                break;
            }
            CachedChunk entry = known(key);
            if (entry != null && entry.isFresh(now)) {
                keep(key, entry);
            } else {
                missing.add(one);
            }
        }
        if (!missing.isEmpty()) {
            load(List.copyOf(missing));
        }
    }

    private static long estimate(ArrayInfo array) {
        int each =
                array.element().isText() ? TEXT_BYTES : array.element().dtype().itemSize();
        try {
            return Math.multiplyExact(array.chunk().count(), each);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE / 4; // refused by whoever decodes it
        }
    }

    private Chunk keep(ChunkKey key, CachedChunk entry) {
        Chunk chunk = entry.chunk();
        if (keptBytes.addAndGet(chunk.byteSize()) <= mostKept) {
            kept.put(key, entry);
        } else {
            keptBytes.addAndGet(-chunk.byteSize());
            forgot = true;
        }
        return chunk;
    }

    /** Reads chunks, those that others are reading already excepted, which are waited for. */
    private List<Chunk> load(List<Wanted> wanted) throws IOException {
        @Nullable CachedChunk[] found = new CachedChunk[wanted.size()];
        List<Integer> mine = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        List<CompletableFuture<CachedChunk>> flights = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            CompletableFuture<CachedChunk> flight = locked ? null : cache.claim(state, key(wanted.get(i)));
            if (flight == null) {
                mine.add(i);
            } else {
                others.add(i);
                flights.add(flight);
            }
        }
        if (!mine.isEmpty()) {
            loadMine(wanted, mine, found);
        }
        for (int i = 0; i < others.size(); i++) {
            found[others.get(i)] = landed(flights.get(i));
        }
        List<Chunk> chunks = new ArrayList<>(found.length);
        for (int i = 0; i < found.length; i++) {
            CachedChunk entry = found[i];
            if (entry == null) {
                throw new StateGone();
            }
            chunks.add(keep(key(wanted.get(i)), entry));
        }
        return chunks;
    }

    private static ChunkKey key(Wanted wanted) {
        return ChunkKey.of(wanted.array(), wanted.index());
    }

    private void loadMine(List<Wanted> wanted, List<Integer> mine, @Nullable CachedChunk[] found) throws IOException {
        Throwable failure = null;
        try {
            source.with(tree -> {
                if (mine.size() <= ALONE) {
                    found[mine.get(0)] = read(tree, wanted.get(mine.get(0)));
                } else {
                    DecodingPool.each(mine.size(), i -> found[mine.get(i)] = read(tree, wanted.get(mine.get(i))));
                }
            });
        } catch (IOException | RuntimeException | Error failed) {
            failure = failed;
            throw failed;
        } finally {
            if (!locked) {
                for (int i : mine) {
                    cache.land(state, key(wanted.get(i)), found[i], failure);
                }
            }
        }
    }

    /** Reads a chunk, or finds by a look at its file that the one in the cache is still right. */
    private CachedChunk read(Tree tree, Wanted wanted) throws IOException {
        ChunkKey key = key(wanted);
        long now = System.nanoTime();
        Object stamp = tree.chunkStamp(wanted.array(), wanted.index());
        CachedChunk known = known(key);
        if (known != null && known.stamp().equals(stamp)) {
            known.seenAt(now);
            return known;
        }
        CachedChunk entry = new CachedChunk(tree.chunk(wanted.array(), wanted.index()), stamp, state, now);
        cache.put(key, entry);
        return entry;
    }

    private static CachedChunk landed(CompletableFuture<CachedChunk> flight) throws IOException {
        try {
            return flight.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            DecodingPool.rethrow(cause);
            throw e;
        }
    }
}
