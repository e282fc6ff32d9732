package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An edit that remembers which chunks it touched, so that the cache may keep the others. */
final class WatchedEdit implements TreeEdit {

    private final TreeEdit edit;
    private final Set<ChunkKey> chunks = new HashSet<>();
    private final Set<String> paths = new HashSet<>();
    private boolean begun;
    private boolean committed;

    WatchedEdit(TreeEdit edit) {
        this.edit = edit;
    }

    /** Tells whether a chunk may be another one than before. */
    boolean touched(ChunkKey key) {
        return chunks.contains(key)
                || paths.stream()
                        .anyMatch(path -> key.path().equals(path) || key.path().startsWith(path + "/"));
    }

    /** Takes all that lies below a path for touched. */
    void touchAll(String path) {
        paths.add(path);
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
        paths.add(path);
        return edit.createArray(path, spec);
    }

    @Override
    public ArrayInfo resize(ArrayInfo array, Shape shape) throws IOException {
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (shape.at(axis) < array.shape().at(axis)) {
                paths.add(array.path()); // what was beyond may come back as the fill
            }
        }
        return edit.resize(array, shape);
    }

    @Override
    public void writeChunk(ArrayInfo array, Shape index, Chunk chunk) throws IOException {
        chunks.add(ChunkKey.of(array, index));
        edit.writeChunk(array, index, chunk);
    }

    @Override
    public void attribute(String path, String name, @Nullable Object value) throws IOException {
        edit.attribute(path, name, value);
    }

    @Override
    public void delete(String path) throws IOException {
        paths.add(path);
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
        return edit.chunk(array, index);
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
