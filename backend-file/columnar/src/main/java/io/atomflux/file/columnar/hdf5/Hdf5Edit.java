package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5Dcreate2;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_type;
import static org.bytedeco.hdf5.global.hdf5.H5Dset_extent;
import static org.bytedeco.hdf5.global.hdf5.H5Dwrite;
import static org.bytedeco.hdf5.global.hdf5.H5Dwrite_chunk;
import static org.bytedeco.hdf5.global.hdf5.H5Gcreate2;
import static org.bytedeco.hdf5.global.hdf5.H5Ldelete;
import static org.bytedeco.hdf5.global.hdf5.H5P_CLS_DATASET_CREATE_ID_g;
import static org.bytedeco.hdf5.global.hdf5.H5P_CLS_LINK_CREATE_ID_g;
import static org.bytedeco.hdf5.global.hdf5.H5Pcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_char_encoding;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_chunk;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_create_intermediate_group;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_deflate;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_fill_value;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_obj_track_times;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_shuffle;
import static org.bytedeco.hdf5.global.hdf5.H5S_SCALAR;
import static org.bytedeco.hdf5.global.hdf5.H5Screate;
import static org.bytedeco.hdf5.global.hdf5.H5Screate_simple;
import static org.bytedeco.hdf5.global.hdf5.H5T_CSET_UTF8;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * Changes of an open file, which lead to a {@code StoreEdit} or to a file beside it.
 *
 * <p>Chunks of numbers are encoded in the caller's thread. When the library refused a change half-way, nothing can be committed
 * any more.
 */
final class Hdf5Edit extends Hdf5Tree implements TreeEdit {

    static final String GENERATION = "atomflux_gen";

    private static final long UNLIMITED = -1;

    /** What the store does at the end of a commit. */
    @FunctionalInterface
    interface Publication {
        void publish(String what) throws IOException;
    }

    private final Publication publication;
    private final @Nullable Hdf5Tree before;
    private boolean broken;
    private boolean committed;

    /**
     * Begins.
     *
     * @param before what is written anew, whose generations are counted on; null if nothing is
     */
    Hdf5Edit(
            Hdf5File file,
            Backing backing,
            String store,
            long mostChunkBytes,
            Publication publication,
            @Nullable Hdf5Tree before) {
        super(file, backing, store, mostChunkBytes);
        this.before = before;
        this.publication = publication;
    }

    boolean isCommitted() {
        return committed;
    }

    private <T> T change(String path, Hdf5Thread.Call<T> call) throws IOException {
        if (broken || committed) {
            throw new IllegalStateException(
                    "an edit of %s is used after it %s".formatted(store, broken ? "failed" : "was committed"));
        }
        boolean done = false;
        try {
            T result = call(path, call);
            done = true;
            return result;
        } finally {
            broken = !done;
        }
    }

    private void changing(String path, Hdf5Thread.Action action) throws IOException {
        boolean done = change(path, () -> {
            action.run();
            return true;
        });
        assert done;
    }

    /** Nothing: what an edit wrote is not in the file before its commit. */
    @Override
    void checkTexts(Hdf5Dataset dataset, Shape index, int count) {}

    @Override
    public void createGroup(String path) throws IOException {
        changing(path, () -> {
            Hdf5File.Kind kind = file.kind(path);
            if (kind == Hdf5File.Kind.GROUP) {
                return;
            }
            if (kind != Hdf5File.Kind.NOTHING) {
                throw new IllegalArgumentException("group /%s of %s: something else is there".formatted(path, store));
            }
            try (Scope scope = new Scope()) {
                scope.keep(H5Gcreate2(file.id(), Hdf5File.absolute(path), links(scope), 0, 0), "H5Gcreate2");
            }
        });
    }

    /** Returns how links are made: names in UTF-8, groups above as needed. */
    private static long links(Scope scope) throws IOException {
        long links = scope.keep(H5Pcreate(H5P_CLS_LINK_CREATE_ID_g()), "H5Pcreate");
        Hdf5Failure.ok(H5Pset_char_encoding(links, H5T_CSET_UTF8), "H5Pset_char_encoding");
        Hdf5Failure.ok(H5Pset_create_intermediate_group(links, 1), "H5Pset_create_intermediate_group");
        return links;
    }

    @Override
    public ArrayInfo createArray(String path, ArraySpec spec) throws IOException {
        Hdf5Dataset created = change(path, () -> {
            if (file.kind(path) != Hdf5File.Kind.NOTHING) {
                throw new IllegalArgumentException("array /%s of %s: something is there".formatted(path, store));
            }
            try (Scope scope = new Scope()) {
                long type = StoredType.create(spec.element(), scope);
                long creation = scope.keep(H5Pcreate(H5P_CLS_DATASET_CREATE_ID_g()), "H5Pcreate");
                Hdf5Failure.ok(H5Pset_obj_track_times(creation, false), "H5Pset_obj_track_times");
                fill(creation, type, spec, scope);
                long space;
                int rank = spec.shape().rank();
                if (rank == 0) {
                    space = scope.keep(H5Screate(H5S_SCALAR), "H5Screate");
                } else {
                    long[] most = new long[rank];
                    Arrays.fill(most, UNLIMITED);
                    space = scope.keep(H5Screate_simple(rank, spec.shape().toArray(), most), "H5Screate_simple");
                    Hdf5Failure.ok(H5Pset_chunk(creation, rank, spec.chunk().toArray()), "H5Pset_chunk");
                    compression(creation, spec);
                }
                long id = Hdf5Failure.id(
                        H5Dcreate2(file.id(), Hdf5File.absolute(path), type, space, links(scope), creation, 0),
                        "H5Dcreate2");
                return file.kept(path, id);
            }
        });
        changed(created);
        return created.info();
    }

    private static void fill(long creation, long type, ArraySpec spec, Scope scope) throws IOException {
        if (spec.element().isText()) {
            return; // texts nobody wrote are empty anyway
        }
        DType dtype = spec.element().dtype();
        ByteBuffer fill = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        switch (dtype.kind()) {
            case FLOAT -> {
                switch (dtype.itemSize()) {
                    case 2 -> fill.putShort((short) 0x7E00);
                    case 4 -> fill.putFloat(Float.NaN);
                    default -> fill.putDouble(Double.NaN);
                }
            }
            case COMPLEX -> {
                if (dtype.itemSize() == 8) {
                    fill.putFloat(Float.NaN).putFloat(Float.NaN);
                } else {
                    fill.putDouble(Double.NaN).putDouble(Double.NaN);
                }
            }
            case INT, UINT -> fill.putLong(spec.integerFill());
            case BOOL, BYTES, UNICODE, STRUCT -> {}
        }
        BytePointer memory = scope.bytes(16).put(fill.array(), 0, 16);
        Hdf5Failure.ok(H5Pset_fill_value(creation, type, memory), "H5Pset_fill_value");
    }

    /** Of texts the chunk holds references, of which those nobody wrote are all alike: also worth packing. */
    private void compression(long creation, ArraySpec spec) throws IOException {
        Compression compression = spec.compression();
        if (compression.codec().equals("none")) {
            return;
        }
        if (!compression.codec().equals("gzip")) {
            throw new IllegalArgumentException(
                    "compression %s (expected: none or gzip in HDF5)".formatted(compression.codec()));
        }
        if (compression.shuffle() && !spec.element().isText()) {
            Hdf5Failure.ok(H5Pset_shuffle(creation), "H5Pset_shuffle");
        }
        Hdf5Failure.ok(H5Pset_deflate(creation, compression.level()), "H5Pset_deflate");
    }

    @Override
    public ArrayInfo resize(ArrayInfo array, Shape shape) throws IOException {
        String path = array.path();
        Hdf5Dataset resized = change(path, () -> {
            Hdf5Dataset dataset = current(path);
            if (dataset.info().shape().equals(shape)) {
                return dataset;
            }
            int answer = H5Dset_extent(dataset.id(), shape.toArray());
            if (answer < 0 && Hdf5Driver.pendingFailure() == null) {
                throw new UnsupportedDataException(
                        store,
                        "array " + Hdf5File.absolute(path),
                        "its length cannot become %s: %s".formatted(shape, Hdf5Failure.told("H5Dset_extent")),
                        null);
            }
            Hdf5Failure.ok(answer, "H5Dset_extent");
            dataset.forget();
            return file.again(dataset);
        });
        changed(resized);
        return resized.info();
    }

    @Override
    public void writeChunk(ArrayInfo array, Shape index, Chunk chunk) throws IOException {
        Hdf5Dataset dataset = dataset(array.path());
        ArrayInfo info = dataset.info();
        StoredType type = dataset.type();
        checkIndex(info, index);
        int bytes = chunkBytes(info, type);
        if (type.isAnyText()) {
            checkTexts(info.path(), chunk.texts(), bytes / type.size());
            changing(info.path(), () -> {
                writeTexts(current(info.path()), index, chunk.texts());
            });
            return;
        }
        byte[] plain = plain(info.path(), type, chunk);
        if (plain.length != bytes) {
            throw new IllegalArgumentException(
                    "chunk of /%s of %d bytes (expected: %d)".formatted(info.path(), plain.length, bytes));
        }
        if (dataset.isChunked() && dataset.decodesHere()) {
            byte[] stored;
            try {
                stored = ChunkFilters.encode(dataset.filters(), plain);
            } catch (UnsupportedOperationException e) {
                throw new UnsupportedDataException(
                        store, "array " + Hdf5File.absolute(info.path()), String.valueOf(e.getMessage()), e);
            }
            changing(info.path(), () -> {
                writeStored(current(info.path()), index, stored);
            });
        } else {
            changing(info.path(), () -> {
                writeByLibrary(current(info.path()), index, plain);
            });
        }
    }

    private byte[] plain(String path, StoredType type, Chunk chunk) {
        if (!type.isFixedText()) {
            if (type.swapped() == 0) {
                return chunk.bytes();
            }
            byte[] turned = chunk.bytes().clone();
            type.decode(turned);
            return turned;
        }
        byte[] bytes = type.bytes(chunk.texts());
        if (bytes == null) {
            throw new UnsupportedDataException(
                    store,
                    "array " + Hdf5File.absolute(path),
                    "a text that does not fit (expected: at most %d bytes of UTF-8, without NUL)"
                            .formatted(type.size()),
                    null);
        }
        return bytes;
    }

    private void checkTexts(String path, String[] texts, int count) {
        if (texts.length != count) {
            throw new IllegalArgumentException(
                    "chunk of /%s of %d texts (expected: %d)".formatted(path, texts.length, count));
        }
        for (String text : texts) {
            if (text.indexOf('\0') >= 0) {
                throw new UnsupportedDataException(
                        store,
                        "array " + Hdf5File.absolute(path),
                        "a text with a NUL in it (expected: none, as texts end with it in HDF5)",
                        null);
            }
        }
    }

    private static void writeStored(Hdf5Dataset dataset, Shape index, byte[] stored) throws IOException {
        int rank = index.rank();
        long[] corner = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            corner[axis] = index.at(axis) * dataset.info().chunk().at(axis);
        }
        dataset.forget();
        try (Scope scope = new Scope()) {
            BytePointer memory = scope.bytes(stored.length).put(stored, 0, stored.length);
            Hdf5Failure.ok(H5Dwrite_chunk(dataset.id(), 0, 0, corner, stored.length, memory), "H5Dwrite_chunk");
        }
    }

    private static void writeByLibrary(Hdf5Dataset dataset, Shape index, byte[] plain) throws IOException {
        dataset.forget();
        try (Scope scope = new Scope()) {
            Selection selection = Selection.of(dataset, index, scope);
            if (!selection.isEmpty()) {
                BytePointer memory = scope.bytes(plain.length).put(plain, 0, plain.length);
                long type = scope.keep(H5Dget_type(dataset.id()), "H5Dget_type");
                Hdf5Failure.ok(
                        H5Dwrite(dataset.id(), type, selection.memory(), selection.file(), 0, memory), "H5Dwrite");
                dataset.written();
            }
        }
    }

    /** Writes texts, but not those before and behind all that differ: each writing of one leaves its old place unused. */
    private void writeTexts(Hdf5Dataset dataset, Shape index, String[] texts) throws IOException {
        String[] before = texts(dataset, index);
        int from = 0;
        int to = texts.length;
        while (from < to && before[from].equals(texts[from])) {
            from++;
        }
        while (to > from && before[to - 1].equals(texts[to - 1])) {
            to--;
        }
        if (from == to) {
            return;
        }
        ArrayInfo info = dataset.info();
        int rank = index.rank();
        long[] start = new long[rank];
        long[] count = info.chunk().toArray();
        if (rank == 1) {
            start[0] = from;
            count[0] = to - from;
        }
        try (Scope scope = new Scope()) {
            Selection selection = Selection.of(dataset, index, start, count, scope);
            if (!selection.isEmpty()) {
                BytePointer memory = Texts.write(scope, texts, 0, texts.length);
                long type = scope.keep(H5Dget_type(dataset.id()), "H5Dget_type");
                Hdf5Failure.ok(
                        H5Dwrite(dataset.id(), type, selection.memory(), selection.file(), 0, memory), "H5Dwrite");
            }
        }
    }

    @Override
    public void attribute(String path, String name, @Nullable Object value) throws IOException {
        changing(path, () -> {
            Hdf5File.Kind kind = file.kind(path);
            if (kind != Hdf5File.Kind.GROUP && kind != Hdf5File.Kind.ARRAY) {
                throw new IllegalArgumentException(
                        "attribute %s of /%s in %s (expected: of a group or an array)".formatted(name, path, store));
            }
            try (Scope scope = new Scope()) {
                attributeValues().put(file.object(path, scope), path, name, value);
            }
        });
    }

    @Override
    public void delete(String path) throws IOException {
        forget(path);
        changing(path, () -> {
            if (file.kind(path) == Hdf5File.Kind.NOTHING) {
                return;
            }
            file.forget(path);
            Hdf5Failure.ok(H5Ldelete(file.id(), Hdf5File.absolute(path), Hdf5File.links()), "H5Ldelete");
        });
    }

    @Override
    public void commit(String what, String holder) throws IOException {
        Hdf5Tree source = before == null ? this : before;
        long generation = source.attributes(holder).get(GENERATION) instanceof Long n ? n + 1 : 1;
        changing(holder, () -> {
            try (Scope scope = new Scope()) {
                long object = file.object(holder, scope);
                attributeValues().put(object, holder, GENERATION, generation);
            }
            if (file.mayStayOpen()) {
                file.flush();
            } else {
                file.close();
            }
        });
        broken = true;
        publication.publish(what);
        broken = false;
        committed = true;
    }

    @Override
    public void close() {
        end();
    }
}
