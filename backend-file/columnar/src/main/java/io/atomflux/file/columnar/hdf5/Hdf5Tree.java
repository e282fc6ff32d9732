package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5Dget_space;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_storage_size;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_type;
import static org.bytedeco.hdf5.global.hdf5.H5Dread;
import static org.bytedeco.hdf5.global.hdf5.H5S_SELECT_SET;
import static org.bytedeco.hdf5.global.hdf5.H5Screate_simple;
import static org.bytedeco.hdf5.global.hdf5.H5Sselect_hyperslab;
import static org.bytedeco.hdf5.global.hdf5.H5Treclaim;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * The tree of an open file. What describes things is asked of the library, on its thread; chunks of numbers and of texts of
 * fixed length are read and decoded in the caller's, past the library.
 */
class Hdf5Tree implements Tree {

    /** What a filter may add to a chunk that does not compress. */
    private static final int MOST_GROWTH = 8;

    private static final int SLACK = 4096;
    /** What the texts of one chunk may take beyond the chunk itself. */
    private static final int TEXT_FACTOR = 4;

    final Hdf5File file;
    final Backing backing;
    final String store;
    final long mostChunkBytes;

    private final AttributeValues attributeValues;
    private final Map<String, Hdf5Dataset> datasets = new ConcurrentHashMap<>();
    private final Object textsLock = new Object();
    private @Nullable CheckedTexts checkedTexts;
    private volatile boolean ended;

    Hdf5Tree(Hdf5File file, Backing backing, String store, long mostChunkBytes) {
        this.file = file;
        this.backing = backing;
        this.store = store;
        this.mostChunkBytes = mostChunkBytes;
        this.attributeValues = new AttributeValues(store, mostChunkBytes);
    }

    Hdf5Tree(Hdf5File file, StoreFiles files, String store, long mostChunkBytes) {
        this(file, Backing.of(files), store, mostChunkBytes);
    }

    /** Refuses all that comes from now on. */
    void end() {
        ended = true;
    }

    /** Runs something on the library's thread, with the bytes that are valid now. */
    final <T> T call(String path, Hdf5Thread.Call<T> call) throws IOException {
        if (ended) {
            throw new IllegalStateException("a tree of %s is used after its reading or edit ended".formatted(store));
        }
        try {
            return Hdf5Thread.call(() -> {
                file.bind(backing);
                return call.run();
            });
        } catch (Hdf5Failure e) {
            if (e.isNewerFormat()) {
                throw new UnsupportedDataException(
                        store,
                        Hdf5File.absolute(path),
                        "%s; it was perhaps written for readers of HDF5 2.0 or later only (expected: libver v114 or earlier)"
                                .formatted(e.getMessage()),
                        e);
            }
            throw new CorruptDataException(store, Hdf5File.absolute(path), String.valueOf(e.getMessage()), e);
        }
    }

    /** Runs something on the library's thread, see {@link #call}. */
    final void run(String path, Hdf5Thread.Action action) throws IOException {
        boolean done = call(path, () -> {
            action.run();
            return true;
        });
        assert done;
    }

    final AttributeValues attributeValues() {
        return attributeValues;
    }

    @Override
    public boolean hasGroup(String path) throws IOException {
        return call(path, () -> file.kind(path) == Hdf5File.Kind.GROUP);
    }

    @Override
    public List<String> names(String path) throws IOException {
        return call(path, () -> {
            if (file.kind(path) != Hdf5File.Kind.GROUP) {
                return List.of();
            }
            List<String> names = new ArrayList<>();
            for (String name : file.links(path)) {
                if (isMember(path.isEmpty() ? name : path + "/" + name)) {
                    names.add(name);
                }
            }
            names.sort(null);
            return names;
        });
    }

    /** Tells whether a group or an array is there; what leads to another file is listed, so that asking for it tells why. */
    private boolean isMember(String path) throws IOException {
        try {
            Hdf5File.Kind kind = file.kind(path);
            return kind == Hdf5File.Kind.GROUP || kind == Hdf5File.Kind.ARRAY;
        } catch (UnsupportedDataException e) {
            return true;
        }
    }

    @Override
    public Map<String, @Nullable Object> attributes(String path) throws IOException {
        return call(path, () -> {
            Hdf5File.Kind kind = file.kind(path);
            if (kind != Hdf5File.Kind.GROUP && kind != Hdf5File.Kind.ARRAY) {
                return Map.of();
            }
            try (Scope scope = new Scope()) {
                return attributeValues.all(file.object(path, scope), path);
            }
        });
    }

    @Override
    public Optional<ArrayInfo> array(String path) throws IOException {
        Hdf5Dataset known = datasets.get(path);
        if (known != null) {
            return Optional.of(known.info());
        }
        Optional<Hdf5Dataset> found = call(path, () -> Optional.ofNullable(file.dataset(path)));
        found.ifPresent(dataset -> datasets.put(path, dataset));
        return found.map(Hdf5Dataset::info);
    }

    /** Returns what is known of an array that was asked for. */
    final Hdf5Dataset dataset(String path) throws IOException {
        Hdf5Dataset known = datasets.get(path);
        if (known != null) {
            return known;
        }
        if (array(path).isEmpty()) {
            throw new IllegalArgumentException("array /%s of %s (expected: one that is there)".formatted(path, store));
        }
        return dataset(path);
    }

    /** Takes a changed array in the place of what was known of it. */
    final void changed(Hdf5Dataset dataset) {
        datasets.put(dataset.info().path(), dataset);
    }

    /** Forgets what is at and below a path. */
    final void forget(String path) {
        datasets.keySet().removeIf(p -> path.isEmpty() || p.equals(path) || p.startsWith(path + "/"));
    }

    @Override
    public Chunk chunk(ArrayInfo array, Shape index) throws IOException {
        Hdf5Dataset dataset = dataset(array.path());
        int bytes = chunkBytes(dataset.info(), dataset.type());
        checkIndex(dataset.info(), index);
        if (dataset.type().isAnyText()) {
            checkTexts(dataset, index, bytes / dataset.type().size());
            return Chunk.of(call(array.path(), () -> texts(current(array.path()), index)));
        }
        byte[] stored = null;
        if (dataset.isContiguous()) {
            stored = dataset.offset() < 0 ? null : slab(dataset, index, bytes);
        } else if (dataset.isChunked() && dataset.decodesHere()) {
            stored = decoded(dataset, index, bytes);
        } else {
            stored = call(array.path(), () -> readByLibrary(current(array.path()), index, bytes));
        }
        byte[] whole = stored == null ? filled(dataset, bytes) : stored;
        if (dataset.type().isFixedText()) {
            return Chunk.of(dataset.type().texts(whole));
        }
        dataset.type().decode(whole);
        return Chunk.of(whole);
    }

    /** Looks at where the texts of a chunk are before the library does, see {@link CheckedTexts}. */
    void checkTexts(Hdf5Dataset dataset, Shape index, int count) throws IOException {
        byte[] elements = null;
        synchronized (textsLock) {
            CheckedTexts check = checkedTexts == null ? CheckedTexts.of(backing, store) : checkedTexts;
            checkedTexts = check;
            if (dataset.isContiguous()) {
                elements = dataset.offset() < 0 ? null : contiguous(dataset, index, check.elementBytes());
            } else if (dataset.isChunked() && dataset.decodesHere()) {
                elements = decoded(dataset, index, Math.multiplyExact(count, check.elementBytes()));
            }
            if (elements != null) {
                check.elements(
                        elements,
                        "chunk %s of /%s".formatted(index, dataset.info().path()));
            }
        }
    }

    /** Returns the array as the library has it open now; on the library's thread. */
    final Hdf5Dataset current(String path) throws IOException {
        Hdf5Dataset dataset = file.dataset(path);
        Hdf5Failure.check(dataset == null, "H5Oopen");
        return Objects.requireNonNull(dataset);
    }

    /** Returns how many bytes a chunk takes in memory. */
    final int chunkBytes(ArrayInfo info, StoredType type) {
        long bytes = Math.max(1, type.size());
        for (int axis = 0; axis < info.chunk().rank(); axis++) {
            long high = Math.multiplyHigh(bytes, info.chunk().at(axis));
            bytes *= info.chunk().at(axis);
            if (high != 0 || bytes < 0 || bytes > Math.min(mostChunkBytes, Integer.MAX_VALUE - 64)) {
                throw new LimitExceededException(
                        "bytes of a chunk of /%s in %s".formatted(info.path(), store),
                        high != 0 || bytes < 0 ? Long.MAX_VALUE : bytes,
                        mostChunkBytes,
                        "allow larger chunks, or write the file anew with smaller ones");
            }
        }
        return (int) (type.size() == 0 ? 0 : bytes);
    }

    static void checkIndex(ArrayInfo info, Shape index) {
        boolean inside = index.rank() == info.shape().rank();
        for (int axis = 0; inside && axis < index.rank(); axis++) {
            inside = index.at(axis) < Math.max(1, info.chunksAlong(axis));
        }
        if (!inside) {
            throw new IllegalArgumentException("chunk %s of /%s (expected: within shape %s in chunks of %s)"
                    .formatted(index, info.path(), info.shape(), info.chunk()));
        }
    }

    static byte[] filled(Hdf5Dataset dataset, int bytes) {
        byte[] whole = new byte[bytes];
        byte[] fill = dataset.fill();
        boolean zero = true;
        for (byte b : fill) {
            zero &= b == 0;
        }
        if (!zero) {
            for (int at = 0; at < bytes; at += fill.length) {
                System.arraycopy(fill, 0, whole, at, fill.length);
            }
        }
        return whole;
    }

    private byte @Nullable [] decoded(Hdf5Dataset dataset, Shape index, int bytes) throws IOException {
        String path = dataset.info().path();
        if (!dataset.isKnown(index)) {
            run(path, () -> {
                Hdf5Dataset open = current(path);
                open.find(index);
                if (open != dataset) {
                    dataset.learn(open, index);
                }
            });
        }
        Hdf5Dataset.Location location = dataset.known(index);
        if (location == null) {
            return null;
        }
        long most = bytes + (long) bytes / MOST_GROWTH + SLACK;
        if (location.bytes() > Math.max(most, mostChunkBytes)) {
            throw new LimitExceededException(
                    "stored bytes of chunk %s of /%s in %s".formatted(index, path, store),
                    location.bytes(),
                    Math.max(most, mostChunkBytes),
                    "the file is damaged, or larger chunks have to be allowed");
        }
        byte[] stored = bytes(path, location.address(), (int) location.bytes());
        try {
            return ChunkFilters.decode(dataset.filters(), location.mask(), stored, bytes);
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(
                    store, "chunk %s of /%s".formatted(index, path), String.valueOf(e.getMessage()), e);
        }
    }

    private byte[] bytes(String path, long address, int size) throws IOException {
        if (address < 0 || address > Long.MAX_VALUE - size || address + size > backing.length()) {
            throw new CorruptDataException(
                    store,
                    Hdf5File.absolute(path),
                    "%d bytes at %d (expected: within the %d of the file)".formatted(size, address, backing.length()),
                    null);
        }
        ByteBuffer target = ByteBuffer.allocate(size);
        backing.read(address, target);
        if (target.hasRemaining()) {
            throw new CorruptDataException(
                    store,
                    Hdf5File.absolute(path),
                    "%d bytes at %d end after %d".formatted(size, address, target.position()),
                    null);
        }
        return target.array();
    }

    /** Reads a part of an array in one piece; what is beyond its end is the fill. */
    private byte[] slab(Hdf5Dataset dataset, Shape index, int bytes) throws IOException {
        byte[] there = contiguous(dataset, index, dataset.type().size());
        if (there.length == bytes) {
            return there;
        }
        byte[] whole = filled(dataset, bytes);
        System.arraycopy(there, 0, whole, 0, there.length);
        return whole;
    }

    /** Reads a part of an array in one piece, as far as there is one. */
    private byte[] contiguous(Hdf5Dataset dataset, Shape index, int elementBytes) throws IOException {
        ArrayInfo info = dataset.info();
        long first = 0;
        long count = 1;
        for (int axis = 0; axis < index.rank(); axis++) {
            long from = index.at(axis) * info.chunk().at(axis);
            first = Math.addExact(Math.multiplyExact(first, info.shape().at(axis)), from);
            count *= Math.max(0, Math.min(info.chunk().at(axis), info.shape().at(axis) - from));
        }
        long at = Math.addExact(dataset.offset(), Math.multiplyExact(first, (long) elementBytes));
        return bytes(info.path(), at, Math.toIntExact(Math.multiplyExact(count, (long) elementBytes)));
    }

    /** Reads a chunk through the library, in the order of bytes it has in the file. */
    private byte[] readByLibrary(Hdf5Dataset dataset, Shape index, int bytes) throws IOException {
        try (Scope scope = new Scope()) {
            BytePointer memory = scope.bytes(bytes);
            byte[] whole = filled(dataset, bytes);
            memory.put(whole, 0, bytes);
            long type = scope.keep(H5Dget_type(dataset.id()), "H5Dget_type");
            Selection selection = Selection.of(dataset, index, scope);
            if (!selection.isEmpty()) {
                Hdf5Failure.ok(H5Dread(dataset.id(), type, selection.memory(), selection.file(), 0, memory), "H5Dread");
            }
            memory.get(whole);
            return whole;
        }
    }

    /** Reads a chunk of texts; on the library's thread. */
    final String[] texts(Hdf5Dataset dataset, Shape index) throws IOException {
        int bytes = chunkBytes(dataset.info(), dataset.type());
        int count = bytes / dataset.type().size();
        try (Scope scope = new Scope()) {
            Selection selection = Selection.of(dataset, index, scope);
            if (selection.isEmpty()) {
                String[] texts = new String[count];
                Arrays.fill(texts, "");
                return texts;
            }
            long most = TEXT_FACTOR * mostChunkBytes;
            long transfer = Texts.bounded(scope, most);
            long type = scope.keep(H5Dget_type(dataset.id()), "H5Dget_type");
            BytePointer memory = scope.bytes(bytes).zero();
            try {
                int answer = H5Dread(dataset.id(), type, selection.memory(), selection.file(), transfer, memory);
                if (answer < 0) {
                    Texts.checkBound(
                            "chunk %s of /%s in %s"
                                    .formatted(index, dataset.info().path(), store),
                            most);
                }
                Hdf5Failure.ok(answer, "H5Dread");
                return Texts.read(memory, count);
            } finally {
                H5Treclaim(type, selection.memory(), transfer, memory);
            }
        }
    }

    /** The elements of a chunk that the array has, in the file and in memory that holds a whole chunk. */
    record Selection(long file, long memory, boolean isEmpty) {

        static Selection of(Hdf5Dataset dataset, Shape index, Scope scope) throws IOException {
            long[] none = new long[index.rank()];
            return of(dataset, index, none, dataset.info().chunk().toArray(), scope);
        }

        /** Selects a part of a chunk, which the memory holds a whole one of. */
        static Selection of(Hdf5Dataset dataset, Shape index, long[] from, long[] most, Scope scope)
                throws IOException {
            ArrayInfo info = dataset.info();
            long file = scope.keep(H5Dget_space(dataset.id()), "H5Dget_space");
            int rank = index.rank();
            if (rank == 0) {
                return new Selection(file, file, false);
            }
            long[] start = new long[rank];
            long[] count = new long[rank];
            boolean empty = false;
            for (int axis = 0; axis < rank; axis++) {
                start[axis] = index.at(axis) * info.chunk().at(axis) + from[axis];
                count[axis] = Math.max(0, Math.min(most[axis], info.shape().at(axis) - start[axis]));
                empty |= count[axis] == 0;
            }
            long memory = scope.keep(H5Screate_simple(rank, info.chunk().toArray(), (long[]) null), "H5Screate_simple");
            if (!empty) {
                Hdf5Failure.ok(
                        H5Sselect_hyperslab(file, H5S_SELECT_SET, start, null, count, (long[]) null), "H5Sselect");
                Hdf5Failure.ok(
                        H5Sselect_hyperslab(memory, H5S_SELECT_SET, from, null, count, (long[]) null), "H5Sselect");
            }
            return new Selection(file, memory, empty);
        }
    }

    @Override
    public long storedBytes(ArrayInfo array) throws IOException {
        return call(
                array.path(), () -> H5Dget_storage_size(current(array.path()).id()));
    }
}
