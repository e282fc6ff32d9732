package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.jhdf.ObjectHeader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The groups and arrays of an HDF5 file, read by jhdf, without any native code; for many threads.
 *
 * <p>jhdf only says what there is and where: every byte comes through {@link JhdfBytes}, chunks are decoded by {@link
 * ChunkFilters}.
 */
final class JhdfTree implements Tree {

    private final String store;
    private final long mostChunkBytes;
    private final JhdfBytes bytes;
    private final JhdfObjects objects;
    private final JhdfAttributes attributes;
    private final Map<String, JhdfArray> arrays = new ConcurrentHashMap<>();

    /**
     * Looks at a file.
     *
     * @param files whose file with the empty path it is
     * @param store for messages
     * @param mostChunkBytes how long a decoded chunk, or an attribute, may be
     */
    JhdfTree(StoreFiles files, String store, long mostChunkBytes) throws IOException {
        OptionalLong size = files.length("");
        if (size.isEmpty()) {
            throw new StoreNotFoundException(store, "an HDF5 file");
        }
        JhdfStart start = JhdfStart.find(files, store, size.getAsLong());
        this.store = store;
        this.mostChunkBytes = mostChunkBytes;
        this.bytes = new JhdfBytes(files, store, size.getAsLong(), start);
        this.objects = new JhdfObjects(bytes, store, start.root());
        this.attributes = new JhdfAttributes(bytes, objects, mostChunkBytes);
    }

    /** Returns what is the same for all paths that lead to one object. */
    Object identity(String path) throws IOException {
        return objects.guarded("/" + path, () -> objects.addressOf(path));
    }

    @Override
    public boolean hasGroup(String path) throws IOException {
        return objects.guarded(
                "group /" + path,
                () -> objects.at(path).filter(JhdfObjects::isGroup).isPresent());
    }

    @Override
    public List<String> names(String path) throws IOException {
        return objects.guarded("group /" + path, () -> objects.names(path));
    }

    @Override
    public Map<String, @Nullable Object> attributes(String path) throws IOException {
        return objects.guarded("attributes of /" + path, () -> {
            Optional<ObjectHeader> header = objects.at(path);
            return header.isEmpty() ? Map.<String, @Nullable Object>of() : attributes.all(header.get());
        });
    }

    @Override
    public Optional<ArrayInfo> array(String path) throws IOException {
        return objects.guarded("array /" + path, () -> opened(path).map(JhdfArray::info));
    }

    private Optional<JhdfArray> opened(String path) {
        JhdfArray known = arrays.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<JhdfArray> found =
                objects.at(path).filter(JhdfObjects::isArray).map(header -> JhdfArray.of(bytes, store, path, header));
        found.ifPresent(array -> arrays.put(path, array));
        return found;
    }

    @Override
    public Chunk chunk(ArrayInfo array, Shape index) throws IOException {
        String place = "array /%s, chunk %s".formatted(array.path(), index);
        JhdfArray found = there(array);
        Hdf5Tree.checkIndex(found.info(), index);
        return objects.guarded(place, () -> found.chunk(index, mostChunkBytes));
    }

    @Override
    public long storedBytes(ArrayInfo array) throws IOException {
        JhdfArray found = there(array);
        return objects.guarded("array /" + array.path(), found::storedBytes);
    }

    private JhdfArray there(ArrayInfo array) throws IOException {
        return objects.guarded("array /" + array.path(), () -> opened(array.path()))
                .orElseThrow(() -> new IllegalArgumentException(
                        "array /%s is not in %s (expected: one that was found there)".formatted(array.path(), store)));
    }
}
