package io.atomflux.file.columnar.zarr;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The groups and arrays in the files of one state of a store; each document is read once. */
class ZarrTree implements Tree {

    private static final long ROOM_OF_CODECS = 64 << 10; // what a codec adds at most to bytes that do not compress
    private static final int LONGEST_INDEX_KEPT = 256 << 10;
    private static final int MOST_INDEXES_KEPT = 64;

    private final StoreFiles files;
    private final ZarrPlace place;
    private final Map<String, Optional<ZarrPlace.Entry>> entries = new ConcurrentHashMap<>();
    private final Map<String, Sharding.Index> indexes = new ConcurrentHashMap<>();

    ZarrTree(StoreFiles files, ZarrPlace place) {
        this.files = files;
        this.place = place;
    }

    final ZarrPlace place() {
        return place;
    }

    /** Returns what is at a path; an edit has its own. */
    Optional<ZarrPlace.Entry> entry(String path) throws IOException {
        ZarrPaths.checked(path);
        Optional<ZarrPlace.Entry> known = entries.get(path);
        if (known == null) {
            known = place.read(files, path);
            entries.put(path, known);
        }
        return known;
    }

    @Override
    public boolean hasGroup(String path) throws IOException {
        Optional<ZarrPlace.Entry> entry = entry(path);
        // a root without document is a group all the same, which is how asebytes writes
        return entry.isPresent() ? !entry.get().node().isArray() : path.isEmpty() && files.isFolder("");
    }

    @Override
    public List<String> names(String path) throws IOException {
        if (!hasGroup(path)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (String name : files.names(path)) {
            if (ZarrPaths.fits(name) && isNode(ZarrPaths.in(path, name))) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    private boolean isNode(String path) throws IOException {
        return files.length(ZarrPaths.in(path, ZarrNode.V3)).isPresent()
                || files.length(ZarrPaths.in(path, ZarrNode.V2_ARRAY)).isPresent()
                || files.length(ZarrPaths.in(path, ZarrNode.V2_GROUP)).isPresent();
    }

    @Override
    public Map<String, @Nullable Object> attributes(String path) throws IOException {
        Optional<ZarrPlace.Entry> entry = entry(path);
        if (entry.isEmpty()) {
            return Map.of();
        }
        ZarrNode node = entry.get().node();
        if (!node.isArray()) {
            place.watch(node);
        }
        return plain(node.attributes());
    }

    private static Map<String, @Nullable Object> plain(Map<?, ?> map) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        map.forEach((name, value) -> plain.put((String) name, plain(value)));
        return Collections.unmodifiableMap(plain);
    }

    /** Makes a value of the closed set, which has no integers beyond a long. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof BigInteger number) {
            return number.doubleValue();
        } else if (value instanceof Map<?, ?> map) {
            return plain(map);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> plain = new ArrayList<>(list.size());
            for (Object item : list) {
                plain.add(plain(item));
            }
            return Collections.unmodifiableList(plain);
        }
        return value;
    }

    @Override
    public Optional<ArrayInfo> array(String path) throws IOException {
        Optional<ZarrPlace.Entry> entry = entry(path);
        return entry.isEmpty() || !entry.get().node().isArray()
                ? Optional.empty()
                : Optional.of(entry.get().array().info());
    }

    /** Returns the array that was handed out. */
    final ZarrArray understood(ArrayInfo info) throws IOException {
        Optional<ZarrPlace.Entry> entry = entry(info.path());
        if (entry.isEmpty() || !entry.get().node().isArray()) {
            throw new CorruptDataException(
                    place.name(), "array " + info.path(), "it is not there any more (was it deleted meanwhile?)", null);
        }
        ZarrArray array = entry.get().array();
        if (!array.info().chunk().equals(info.chunk())
                || !array.info().element().equals(info.element())) {
            throw new CorruptDataException(
                    place.name(),
                    "array " + info.path(),
                    "%s in chunks %s (expected: %s in chunks %s, as when it was looked at)"
                            .formatted(array.info().element(), array.info().chunk(), info.element(), info.chunk()),
                    null);
        }
        return array;
    }

    @Override
    public Chunk chunk(ArrayInfo info, Shape index) throws IOException {
        ZarrArray array = understood(info);
        array.check(index);
        byte[] stored = array.sharding().isPresent()
                ? inShard(array, array.sharding().get(), index)
                : whole(array, array.path(index));
        if (stored == null) {
            return array.fill().chunk(array.elements());
        }
        try {
            Chunk chunk = array.codec().decode(stored);
            noteDebris(info, index, array.cut(chunk, index));
            return chunk;
        } catch (IllegalArgumentException e) {
            throw corrupt(array, index, String.valueOf(e.getMessage()), e);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(place.name(), placeOf(array, index), String.valueOf(e.getMessage()), e);
        }
    }

    /** Remembers whether a chunk held something beyond the end; an edit, which may come to nothing, only that it did. */
    void noteDebris(ArrayInfo info, Shape index, boolean there) {
        place.noteDebris(info.path(), index, there);
    }

    private CorruptDataException corrupt(ZarrArray array, Shape index, String problem, @Nullable Throwable cause) {
        return new CorruptDataException(place.name(), placeOf(array, index), problem, cause);
    }

    private static String placeOf(ZarrArray array, Shape index) {
        return "array %s, chunk %s (file %s)".formatted(array.info().path(), index, array.path(index));
    }

    private byte @Nullable [] whole(ZarrArray array, String path) throws IOException {
        try {
            return files.read(path, mostStored(array));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static long mostStored(ZarrArray array) {
        long decoded = array.info().element().isText()
                ? ChunkCodec.MOST_TEXT_BYTES
                : (long) array.elements() * array.info().element().dtype().itemSize();
        return Math.min(2 * decoded + ROOM_OF_CODECS, Integer.MAX_VALUE - 64);
    }

    private byte @Nullable [] inShard(ZarrArray array, Sharding sharding, Shape index) throws IOException {
        String path = array.path(index);
        try {
            Sharding.Index shard = indexes.get(path);
            if (shard == null) {
                OptionalLong length = files.length(path);
                if (length.isEmpty()) {
                    return null;
                }
                shard = index(array, sharding, index, path, length.getAsLong());
            }
            int number = array.numberInShard(index);
            if (!shard.has(number)) {
                return null;
            }
            if (shard.length(number) > mostStored(array)) {
                throw new LimitExceededException(
                        "bytes of " + placeOf(array, index),
                        shard.length(number),
                        mostStored(array),
                        "the file is likely damaged; run 'atomflux verify'");
            }
            byte[] stored = new byte[(int) shard.length(number)];
            readFully(array, index, path, shard.offset(number), stored);
            return stored;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private Sharding.Index index(ZarrArray array, Sharding sharding, Shape index, String path, long length)
            throws IOException {
        if (length < sharding.indexLength()) {
            throw corrupt(
                    array,
                    index,
                    "a file of %d bytes (expected: an index of %d)".formatted(length, sharding.indexLength()),
                    null);
        }
        byte[] stored = new byte[sharding.indexLength()];
        readFully(array, index, path, sharding.indexFirst() ? 0 : length - stored.length, stored);
        try {
            Sharding.Index shard = sharding.index(stored, length);
            if (stored.length <= LONGEST_INDEX_KEPT) {
                if (indexes.size() >= MOST_INDEXES_KEPT) {
                    indexes.clear();
                }
                indexes.put(path, shard);
            }
            return shard;
        } catch (IllegalArgumentException e) {
            throw corrupt(array, index, String.valueOf(e.getMessage()), e);
        }
    }

    private void readFully(ZarrArray array, Shape index, String path, long position, byte[] target) throws IOException {
        int read = files.read(path, position, ByteBuffer.wrap(target));
        if (read != target.length) {
            throw corrupt(
                    array,
                    index,
                    "%d bytes at %d (expected: %d; was it shortened meanwhile?)"
                            .formatted(read, position, target.length),
                    null);
        }
    }

    @Override
    public Object chunkStamp(ArrayInfo info, Shape index) throws IOException {
        return place.fileStamp(understood(info).path(index));
    }

    @Override
    public long storedBytes(ArrayInfo info) throws IOException {
        ZarrArray array = understood(info);
        long[] sum = new long[1];
        array.keys().visit(files, info.path(), info.shape().rank(), new ChunkKeys.Visitor() {
            @Override
            public boolean wants(long[] begin, int axes) {
                return array.isInside(begin, axes);
            }

            @Override
            public void chunk(long[] index, String path) throws IOException {
                sum[0] += files.length(path).orElse(0);
            }
        });
        return sum[0];
    }
}
