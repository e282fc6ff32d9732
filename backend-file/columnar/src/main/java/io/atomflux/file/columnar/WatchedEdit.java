package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An edit that remembers which chunks it touched, so that the cache may keep the others.
 *
 * <p>What it reads may come from the cache, and what it writes goes there with the commit: whoever appends row by row
 * changes the same chunks again and again.
 */
final class WatchedEdit implements TreeEdit {

    /** A chunk that was written. */
    private record Written(ArrayInfo array, Shape index, Chunk chunk) {}

    /** Of what is written so much is kept, as a part of what the cache may hold. */
    private static final int PART_KEPT = 4;

    private final TreeEdit edit;
    private final ChunkCache cache;
    private final OptionalLong state;
    private final Set<ChunkKey> chunks = new HashSet<>();
    private final Map<ChunkKey, Written> written = new LinkedHashMap<>();
    private long writtenBytes;
    private final Set<String> paths = new HashSet<>();
    private boolean begun;
    private boolean committed;

    /**
     * Begins to watch.
     *
     * @param state the state of the file the edit begins with, if the cache knows it
     */
    WatchedEdit(TreeEdit edit, ChunkCache cache, OptionalLong state) {
        this.edit = edit;
        this.cache = cache;
        this.state = state;
    }

    /** Tells whether a chunk may be another one than before. */
    boolean touched(ChunkKey key) {
        return chunks.contains(key) || paths.stream().anyMatch(path -> isBelow(key.path(), path));
    }

    /** Takes all that lies below a path for touched. */
    void touchAll(String path) {
        paths.add(path);
        written.values().removeIf(one -> {
            boolean gone = isBelow(one.array.path(), path);
            writtenBytes -= gone ? one.chunk.byteSize() : 0;
            return gone;
        });
    }

    private static boolean isBelow(String one, String path) {
        return one.equals(path) || one.startsWith(path + "/");
    }

    /**
     * Gives the cache what was written; after the commit, while the file is still locked.
     *
     * @param committed the state that the commit made
     */
    void cacheWritten(long committed) {
        for (Map.Entry<ChunkKey, Written> one : written.entrySet()) {
            Written done = one.getValue();
            try {
                Object stamp = edit.chunkStamp(done.array, done.index);
                cache.put(one.getKey(), new CachedChunk(done.chunk, stamp, committed, System.nanoTime()));
            } catch (IOException | RuntimeException unseen) {
                return; // the change was made all the same; the next reader decodes
            }
        }
    }

    /** Tells whether the changes were made. */
    boolean committed() {
        return committed;
    }

    /** Tells whether a commit was tried, so that nobody knows its outcome unless {@link #committed}. */
    boolean begun() {
        return begun;
    }

    @Override
    public void createGroup(String path) throws IOException {
        edit.createGroup(path);
    }

    @Override
    public ArrayInfo createArray(String path, ArraySpec spec) throws IOException {
        touchAll(path);
        return edit.createArray(path, spec);
    }

    @Override
    public ArrayInfo resize(ArrayInfo array, Shape shape) throws IOException {
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (shape.at(axis) < array.shape().at(axis)) {
                touchAll(array.path()); // what was beyond may come back as the fill
            }
        }
        return edit.resize(array, shape);
    }

    @Override
    public void writeChunk(ArrayInfo array, Shape index, Chunk chunk) throws IOException {
        ChunkKey key = ChunkKey.of(array, index);
        chunks.add(key);
        edit.writeChunk(array, index, chunk);
        Written old = written.remove(key);
        writtenBytes += chunk.byteSize() - (old == null ? 0 : old.chunk.byteSize());
        written.put(key, new Written(array, index, chunk));
        Iterator<Written> oldest = written.values().iterator();
        while (writtenBytes > cache.most() / PART_KEPT) {
            writtenBytes -= oldest.next().chunk.byteSize();
            oldest.remove();
        }
    }

    @Override
    public void attribute(String path, String name, @Nullable Object value) throws IOException {
        edit.attribute(path, name, value);
    }

    @Override
    public void delete(String path) throws IOException {
        touchAll(path);
        edit.delete(path);
    }

    @Override
    public void commit(String what, String holder) throws IOException {
        begun = true;
        edit.commit(what, holder);
        committed = true;
    }

    @Override
    public boolean hasGroup(String path) throws IOException {
        return edit.hasGroup(path);
    }

    @Override
    public List<String> names(String path) throws IOException {
        return edit.names(path);
    }

    @Override
    public Map<String, @Nullable Object> attributes(String path) throws IOException {
        return edit.attributes(path);
    }

    @Override
    public Optional<ArrayInfo> array(String path) throws IOException {
        return edit.array(path);
    }

    @Override
    public Chunk chunk(ArrayInfo array, Shape index) throws IOException {
        ChunkKey key = ChunkKey.of(array, index);
        Written mine = written.get(key);
        if (mine != null) {
            return mine.chunk;
        }
        if (state.isEmpty() || touched(key)) {
            return edit.chunk(array, index);
        }
        Object stamp = edit.chunkStamp(array, index);
        CachedChunk known = cache.find(state.getAsLong(), key);
        if (known != null && known.stamp().equals(stamp)) {
            return known.chunk();
        }
        Chunk chunk = edit.chunk(array, index);
        cache.put(key, new CachedChunk(chunk, stamp, state.getAsLong(), System.nanoTime()));
        return chunk;
    }

    @Override
    public Object chunkStamp(ArrayInfo array, Shape index) throws IOException {
        return edit.chunkStamp(array, index);
    }

    @Override
    public long storedBytes(ArrayInfo array) throws IOException {
        return edit.storedBytes(array);
    }

    /** Nothing: whoever made the edit closes it. */
    @Override
    public void close() {}
}
