package io.atomflux.file.columnar;

import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.value.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** A tree in memory, to test what stands on trees; the same place gives the same tree. */
final class MemoryTree implements TreeStore {

    private static final Map<String, Place> PLACES = new ConcurrentHashMap<>();

    /** What all openings of a place share. */
    private static final class Place {
        final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
        final AtomicReference<@Nullable Content> content = new AtomicReference<>();
        final AtomicInteger commits = new AtomicInteger();
        final AtomicInteger chunksRead = new AtomicInteger();
        final Queue<ChunkKey> reads = new ConcurrentLinkedQueue<>();
    }

    private final String name;
    private final Place place;

    MemoryTree(String name) {
        this.name = name;
        this.place = PLACES.computeIfAbsent(name, none -> new Place());
    }

    /** One state; a state never changes once it was committed. */
    private class Content implements TreeEdit {
        final Map<String, Map<String, Object>> groups = new TreeMap<>();
        final Map<String, ArrayInfo> arrays = new TreeMap<>();
        final Map<ChunkKey, Chunk> chunks = new HashMap<>();
        final ReentrantReadWriteLock.WriteLock writing = place.lock.writeLock();

        Content(@Nullable Content before) {
            groups.put("", new TreeMap<>());
            if (before != null) {
                before.groups.forEach((path, attributes) -> groups.put(path, new TreeMap<>(attributes)));
                arrays.putAll(before.arrays);
                chunks.putAll(before.chunks);
            }
        }

        @Override
        public boolean hasGroup(String path) {
            return groups.containsKey(path);
        }

        @Override
        public List<String> names(String path) {
            TreeSet<String> names = new TreeSet<>();
            String prefix = path.isEmpty() ? "" : path + "/";
            for (Map<String, ?> all : List.of(groups, arrays)) {
                for (String one : all.keySet()) {
                    if (one.startsWith(prefix) && one.length() > prefix.length()) {
                        names.add(one.substring(prefix.length()).split("/", 2)[0]);
                    }
                }
            }
            return List.copyOf(names);
        }

        @Override
        public Map<String, @Nullable Object> attributes(String path) {
            return new TreeMap<>(groups.getOrDefault(path, Map.of()));
        }

        @Override
        public Optional<ArrayInfo> array(String path) {
            return Optional.ofNullable(arrays.get(path));
        }

        @Override
        public Chunk chunk(ArrayInfo array, Shape index) {
            place.chunksRead.incrementAndGet();
            place.reads.add(ChunkKey.of(array, index));
            Chunk chunk = chunks.get(ChunkKey.of(array, index));
            return chunk != null ? chunk : fill(array);
        }

        private Chunk fill(ArrayInfo array) {
            int count = (int) array.chunk().count();
            if (array.element().isText()) {
                String[] texts = new String[count];
                Arrays.fill(texts, "");
                return Chunk.of(texts);
            }
            DType dtype = array.element().dtype();
            byte[] bytes = new byte[count * dtype.itemSize()];
            Fill.put(dtype, 0, bytes, 0, bytes.length);
            return Chunk.of(bytes);
        }

        @Override
        public long storedBytes(ArrayInfo array) {
            long sum = 0;
            for (Map.Entry<ChunkKey, Chunk> one : chunks.entrySet()) {
                sum += one.getKey().path().equals(array.path()) ? one.getValue().byteSize() : 0;
            }
            return sum;
        }

        @Override
        public void createGroup(String path) {
            String above = "";
            for (String part : path.split("/")) {
                above = above.isEmpty() ? part : above + "/" + part;
                groups.computeIfAbsent(above, none -> new TreeMap<>());
            }
        }

        @Override
        public ArrayInfo createArray(String path, ArraySpec spec) {
            ArrayInfo info = new ArrayInfo(path, spec.element(), spec.shape(), spec.chunk(), List.of());
            arrays.put(path, info);
            return info;
        }

        @Override
        public ArrayInfo resize(ArrayInfo array, Shape shape) {
            ArrayInfo resized = new ArrayInfo(array.path(), array.element(), shape, array.chunk(), array.codecs());
            arrays.put(array.path(), resized);
            chunks.keySet().removeIf(key -> key.path().equals(array.path()) && isBeyond(key, resized));
            return resized;
        }

        private boolean isBeyond(ChunkKey key, ArrayInfo array) {
            for (int axis = 0; axis < key.index().rank(); axis++) {
                if (key.index().at(axis) >= array.chunksAlong(axis)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void writeChunk(ArrayInfo array, Shape index, Chunk chunk) {
            chunks.put(ChunkKey.of(array, index), chunk);
        }

        @Override
        public void attribute(String path, String attribute, @Nullable Object value) {
            Map<String, Object> attributes = groups.get(path);
            if (attributes == null) {
                return; // those of arrays are not needed here
            }
            if (value == null) {
                attributes.remove(attribute);
            } else {
                attributes.put(attribute, value);
            }
        }

        @Override
        public void delete(String path) {
            groups.keySet().removeIf(one -> one.equals(path) || one.startsWith(path + "/"));
            arrays.keySet().removeIf(one -> one.equals(path) || one.startsWith(path + "/"));
            chunks.keySet()
                    .removeIf(one -> one.path().equals(path) || one.path().startsWith(path + "/"));
        }

        @Override
        public void commit(String what, String holder) {
            if (!writing.isHeldByCurrentThread()) {
                throw new IllegalStateException("commit outside of an edit");
            }
            place.content.set(new Content(this));
            place.commits.incrementAndGet();
        }

        @Override
        public void close() {}
    }

    /** Counts the chunks that were decoded, by all openings. */
    AtomicInteger chunksRead() {
        return place.chunksRead;
    }

    /** Lists the chunks that were decoded, by all openings; may be cleared. */
    Queue<ChunkKey> reads() {
        return place.reads;
    }

    /** Returns how many commits there were, of all openings. */
    int commits() {
        return place.commits.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String etag() {
        return String.valueOf(stamp());
    }

    @Override
    public long generation() {
        return place.commits.get();
    }

    @Override
    public Object stamp() {
        return content();
    }

    private Content content() {
        Content content = place.content.get();
        if (content == null) {
            throw new StoreNotFoundException(name, "a tree in memory");
        }
        return content;
    }

    @Override
    public <T> T read(Reading<T> reading) throws IOException {
        place.lock.readLock().lock();
        try {
            return reading.of(content());
        } finally {
            place.lock.readLock().unlock();
        }
    }

    @Override
    public <T> T edit(Editing<T> editing) throws IOException {
        place.lock.writeLock().lock();
        try (Content edit = new Content(place.content.get())) {
            return editing.of(edit);
        } finally {
            place.lock.writeLock().unlock();
        }
    }

    @Override
    public <T> T rewrite(List<String> groups, Rewriting<T> editing) throws IOException {
        place.lock.writeLock().lock();
        try (Content edit = new Content(place.content.get())) {
            Tree before = content();
            groups.forEach(edit::delete);
            return editing.of(before, edit);
        } finally {
            place.lock.writeLock().unlock();
        }
    }

    @Override
    public boolean removeIf(long generation) {
        place.lock.writeLock().lock();
        try {
            if (generation != generation()) {
                return false;
            }
            remove();
            return true;
        } finally {
            place.lock.writeLock().unlock();
        }
    }

    @Override
    public void remove() {
        place.lock.writeLock().lock();
        try {
            place.content.set(null);
            place.commits.incrementAndGet();
        } finally {
            place.lock.writeLock().unlock();
        }
    }

    @Override
    public List<String> verify() {
        content();
        return List.of();
    }

    @Override
    public void close() {}
}
