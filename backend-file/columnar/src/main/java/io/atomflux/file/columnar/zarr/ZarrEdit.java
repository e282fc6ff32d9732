package io.atomflux.file.columnar.zarr;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.journal.StoreEdit;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a store: chunks go to the files' edit at once, documents are kept here and written with the commit.
 *
 * <p>Arrays' documents come before those of groups, and that of the holder last: a Python process that reads while the
 * journal is being applied finds every row it is told of.
 *
 * <p>Beyond 300 lines because all changes share what is known of the committed state.
 */
final class ZarrEdit extends ZarrTree implements TreeEdit {

    private static final String GENERATION = "atomflux_gen";

    private final StoreEdit files;
    private final TreeMap<String, ZarrPlace.Entry> changed = new TreeMap<>();
    private final TreeSet<String> deleted = new TreeSet<>();
    private final Map<String, ChunkFiles> chunkFiles = new HashMap<>();
    private boolean done;

    ZarrEdit(StoreEdit files, ZarrPlace place) {
        super(files, place);
        this.files = files;
    }

    private void checkOpen() {
        if (done) {
            throw new IllegalStateException("the edit of %s is over".formatted(place().name()));
        }
    }

    @Override
    Optional<ZarrPlace.Entry> entry(String path) throws IOException {
        ZarrPlace.Entry here = changed.get(path);
        return here != null ? Optional.of(here) : committed(path);
    }

    /** Returns what is at a path as committed, unless it was deleted since. */
    private Optional<ZarrPlace.Entry> committed(String path) throws IOException {
        return isDeleted(path) ? Optional.empty() : super.entry(path);
    }

    private boolean isDeleted(String path) {
        for (String above = path; ; above = ZarrPaths.parent(above)) {
            if (deleted.contains(above)) {
                return true;
            } else if (above.isEmpty()) {
                return false;
            }
        }
    }

    @Override
    public boolean hasGroup(String path) throws IOException {
        // the root is made with the first commit
        return super.hasGroup(path) || (path.isEmpty() && entry("").isEmpty());
    }

    @Override
    public List<String> names(String path) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        if (hasGroup(path)) {
            if (!isDeleted(path)) {
                for (String name : super.names(path)) {
                    if (!isDeleted(ZarrPaths.in(path, name))) {
                        names.add(name);
                    }
                }
            }
            for (String other : changed.keySet()) {
                if (!other.isEmpty() && ZarrPaths.parent(other).equals(path)) {
                    names.add(other.substring(path.isEmpty() ? 0 : path.length() + 1));
                }
            }
        }
        return List.copyOf(names);
    }

    @Override
    public Chunk chunk(ArrayInfo info, Shape index) throws IOException {
        ChunkFiles known = chunkFiles.get(info.path());
        if (known != null && known.isUnwritten(index)) {
            ZarrArray array = understood(info);
            array.check(index);
            return array.fill().chunk(array.elements());
        }
        return super.chunk(info, index);
    }

    @Override
    void noteDebris(ArrayInfo info, Shape index, boolean there) {
        if (there) {
            super.noteDebris(info, index, true);
        }
    }

    private void change(ZarrNode node) {
        changed.put(node.path(), place().new Entry(node));
    }

    @Override
    public void createGroup(String path) throws IOException {
        checkOpen();
        ZarrPaths.checked(path);
        if (!path.isEmpty()) {
            makeAbove(path);
        }
        Optional<ZarrPlace.Entry> there = entry(path);
        if (there.isEmpty()) {
            change(newGroup(path, path.isEmpty() ? 3 : version(ZarrPaths.parent(path))));
        } else if (there.get().node().isArray()) {
            throw new ForeignDataException(place().name(), "an array at " + path, "a group, or nothing");
        }
    }

    private void makeAbove(String path) throws IOException {
        String above = ZarrPaths.parent(path);
        if (!above.isEmpty()) {
            createGroup(above);
        } else if (!hasGroup("")) {
            throw new ForeignDataException(place().name(), "an array", "a group");
        }
    }

    private int version(String group) throws IOException {
        return entry(group).map(entry -> entry.node().version()).orElse(3);
    }

    private static ZarrNode newGroup(String path, int version) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        if (version == 3) {
            document.put(ZarrNode.ATTRIBUTES, Map.of());
        }
        document.put("zarr_format", (long) version);
        if (version == 3) {
            document.put("node_type", "group");
        }
        return new ZarrNode(path, version, false, document, new LinkedHashMap<>());
    }

    @Override
    public ArrayInfo createArray(String path, ArraySpec spec) throws IOException {
        checkOpen();
        ZarrPaths.checked(path);
        if (path.isEmpty() || !hasGroup(ZarrPaths.parent(path))) {
            throw new IllegalArgumentException("array \"%s\" (expected: in a group that is there)".formatted(path));
        } else if (entry(path).isPresent()) {
            throw new ForeignDataException(place().name(), "something at " + path, "nothing, to make an array there");
        }
        ZarrNode node;
        try {
            node = NewArrays.node(path, version(ZarrPaths.parent(path)), spec);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(place().name(), "array " + path, String.valueOf(e.getMessage()), e);
        }
        ZarrPlace.Entry entry = place().new Entry(node);
        ArrayInfo info = entry.array().info();
        // what lies there without a document, or did until it was deleted, must neither show through nor be written
        // over
        // before the commit
        boolean debris = isDeleted(path);
        if (files.isFolder(path)) {
            files.delete(path);
            debris = true;
        }
        changed.put(path, entry);
        chunkFiles.put(path, ChunkFiles.ofNew(files, entry.array(), debris));
        return info;
    }

    private ChunkFiles chunkFiles(ZarrArray array) {
        return chunkFiles.computeIfAbsent(array.info().path(), path -> ChunkFiles.of(files, array));
    }

    private UnsupportedDataException notWritable(ZarrArray array, String why) {
        return new UnsupportedDataException(
                place().name(),
                "array " + array.info().path(),
                "%s (codecs %s); copy the data to a new store with 'atomflux copy' and change that"
                        .formatted(why, array.info().codecs()),
                null);
    }

    private void checkWritable(ZarrArray array) {
        if (array.sharding().isPresent()) {
            throw notWritable(array, "it is sharded, and such arrays are only read");
        } else if (!array.codec().writable()) {
            throw notWritable(array, "it has a codec that is only read");
        }
    }

    @Override
    public ArrayInfo resize(ArrayInfo info, Shape shape) throws IOException {
        checkOpen();
        ZarrArray array = understood(info);
        checkWritable(array);
        if (shape.rank() != array.info().shape().rank()) {
            throw new IllegalArgumentException("shape %s of array %s (expected: as many axes as %s)"
                    .formatted(shape, info.path(), array.info().shape()));
        }
        NewArrays.checkCountable(shape, info.path());
        if (shape.equals(array.info().shape())) {
            return array.info();
        }
        Object stored = NewArrays.chunkLengths(array.node());
        for (int i = 0; i < shape.rank(); i++) {
            if (shape.at(i) > 0
                    && stored instanceof List<?> lengths
                    && Long.valueOf(0).equals(lengths.get(i))) {
                throw notWritable(array, "its chunks have no extent along axis %d, which shall grow".formatted(i));
            }
        }
        for (int i = 0; i < shape.rank(); i++) {
            if (shape.at(i) > array.info().shape().at(i)) {
                cutDebris(array);
                break;
            }
        }
        ChunkFiles chunks = chunkFiles(array);
        ZarrPlace.Entry entry = place().new Entry(array.node().with("shape", NewArrays.list(shape)));
        ZarrArray resized = entry.array();
        chunks.resize(array, resized);
        changed.put(info.path(), entry);
        return resized.info();
    }

    /**
     * Writes the chunks anew that hold something beyond the end, which reading does not show, before the end moves there.
     *
     * <p>Whoever writes to such a chunk has read it before, so that it is known.
     */
    private void cutDebris(ZarrArray array) throws IOException {
        ArrayInfo info = array.info();
        for (Shape index : place().debris(info.path())) {
            if (index.rank() == info.shape().rank() && array.isAtEdge(index)) {
                writeChunk(info, index, chunk(info, index));
            }
        }
    }

    @Override
    public void writeChunk(ArrayInfo info, Shape index, Chunk chunk) throws IOException {
        checkOpen();
        ZarrArray array = understood(info);
        array.check(index);
        checkWritable(array);
        ChunkFiles chunks = chunkFiles(array);
        int found = array.info().element().isText() ? chunk.texts().length : chunk.bytes().length;
        int expected = array.elements()
                * (array.info().element().isText()
                        ? 1
                        : array.info().element().dtype().itemSize());
        if (found != expected) {
            throw new IllegalArgumentException("chunk of array %s: %d %s (expected: %d)"
                    .formatted(info.path(), found, array.info().element().isText() ? "texts" : "bytes", expected));
        }
        if (array.fill().isAllOf(chunk)) {
            chunks.clear(index);
        } else {
            chunks.write(index, ByteBuffer.wrap(array.codec().encode(chunk)));
        }
    }

    @Override
    public void attribute(String path, String name, @Nullable Object value) throws IOException {
        checkOpen();
        Optional<ZarrPlace.Entry> there = entry(path);
        if (there.isEmpty() && !(path.isEmpty() && hasGroup(""))) {
            throw new IllegalArgumentException(
                    "attribute \"%s\" of \"%s\" (expected: a group or an array that is there)".formatted(name, path));
        }
        ZarrNode node = there.isPresent() ? there.get().node() : newGroup("", 3);
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(node.attributes());
        if (value == null) {
            attributes.remove(name);
        } else {
            // as others will read it; refused here, not by the commit
            attributes.putAll(ZarrJson.read(ZarrJson.write(Map.of(name, value))));
        }
        if (there.isEmpty() || !attributes.equals(node.attributes())) {
            change(node.withAttributes(attributes));
        }
    }

    @Override
    public void delete(String path) throws IOException {
        checkOpen();
        ZarrPaths.checked(path);
        changed.keySet().removeIf(other -> ZarrPaths.covers(path, other));
        chunkFiles.keySet().removeIf(other -> ZarrPaths.covers(path, other));
        if (!path.isEmpty()) {
            if (files.isFolder(path)) {
                files.delete(path);
                deleted.add(path);
            }
            return;
        }
        for (String name : files.names("")) {
            files.delete(name);
        }
        deleted.add("");
    }

    @Override
    public void commit(String what, String holder) throws IOException {
        checkOpen();
        if (!hasGroup(holder)) {
            throw new IllegalArgumentException("holder \"%s\" (expected: a group that is there)".formatted(holder));
        }
        for (Map.Entry<String, ChunkFiles> array : chunkFiles.entrySet()) {
            array.getValue().clean(entry(array.getKey()).orElseThrow().array());
        }
        Object generation = entry(holder)
                .map(entry -> entry.node().attributes().get(GENERATION))
                .orElse(null);
        attribute(holder, GENERATION, generation instanceof Long number ? number + 1 : 1L);
        dropConsolidated();
        List<ZarrNode> order = new ArrayList<>();
        changed.values().forEach(entry -> order.add(entry.node()));
        order.sort((a, b) -> rank(a, holder) - rank(b, holder)); // stable: by path among equals
        for (ZarrNode node : order) {
            write(node);
        }
        done = true;
        files.commit(what);
    }

    private static int rank(ZarrNode node, String holder) {
        return node.isArray() ? 0 : node.path().equals(holder) ? 2 : 1;
    }

    private void write(ZarrNode node) throws IOException {
        Optional<ZarrNode> before = committed(node.path()).map(ZarrPlace.Entry::node);
        for (Map.Entry<String, byte[]> file : node.files().entrySet()) {
            boolean attributesOnly = node.version() == 2
                    && before.isPresent()
                    && !file.getKey().endsWith(ZarrNode.V2_ATTRIBUTES)
                    && before.get().document().equals(node.document());
            if (!attributesOnly) {
                files.replace(file.getKey(), ByteBuffer.wrap(file.getValue()));
            }
        }
    }

    /**
     * Takes away copies of what documents said before, wherever one is above what changes.
     *
     * <p>zarr-python believes them more than the documents, so it would not see the change. Source: "Consolidated metadata"
     * of the user guide of zarr-python 3.1.
     */
    private void dropConsolidated() throws IOException {
        TreeSet<String> above = new TreeSet<>(changed.keySet());
        above.addAll(deleted);
        for (String path : List.copyOf(above)) {
            for (String at = path; !at.isEmpty(); ) {
                at = ZarrPaths.parent(at);
                above.add(at);
            }
        }
        for (String path : above) {
            Optional<ZarrPlace.Entry> entry = entry(path);
            if (entry.isPresent() && entry.get().node().document().containsKey(ZarrNode.CONSOLIDATED)) {
                change(entry.get().node().withoutConsolidated());
            }
            String copy = ZarrPaths.in(path, ZarrNode.V2_CONSOLIDATED);
            if (files.length(copy).isPresent()) {
                files.delete(copy);
            }
        }
    }

    @Override
    public void close() {
        done = true; // what was not committed is undone by whoever lent the files
    }
}
