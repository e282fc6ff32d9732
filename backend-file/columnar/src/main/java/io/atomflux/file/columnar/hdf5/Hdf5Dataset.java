package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5D_CHUNKED;
import static org.bytedeco.hdf5.global.hdf5.H5D_CONTIGUOUS;
import static org.bytedeco.hdf5.global.hdf5.H5D_FILL_VALUE_USER_DEFINED;
import static org.bytedeco.hdf5.global.hdf5.H5D_VIRTUAL;
import static org.bytedeco.hdf5.global.hdf5.H5Dchunk_iter;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_chunk_info_by_coord;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_chunk_storage_size;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_create_plist;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_offset;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_space;
import static org.bytedeco.hdf5.global.hdf5.H5Dget_type;
import static org.bytedeco.hdf5.global.hdf5.H5Dread_chunk;
import static org.bytedeco.hdf5.global.hdf5.H5Idec_ref;
import static org.bytedeco.hdf5.global.hdf5.H5Pfill_value_defined;
import static org.bytedeco.hdf5.global.hdf5.H5Pget_chunk;
import static org.bytedeco.hdf5.global.hdf5.H5Pget_external_count;
import static org.bytedeco.hdf5.global.hdf5.H5Pget_fill_value;
import static org.bytedeco.hdf5.global.hdf5.H5Pget_filter2;
import static org.bytedeco.hdf5.global.hdf5.H5Pget_layout;
import static org.bytedeco.hdf5.global.hdf5.H5Pget_nfilters;
import static org.bytedeco.hdf5.global.hdf5.H5S_NULL;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_dims;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_ndims;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_type;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.hdf5.H5D_chunk_iter_op_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * An open array of a file: what it is, and where its chunks lie.
 *
 * <p>The library finds a chunk by its index in logarithmic time only when it reads it ({@code H5Dget_chunk_info_by_coord} of
 * 1.14 walks over all of them), so it is let read one while the driver takes down where from. What is found is kept for a
 * bounded number of chunks. All but the plain accessors on the library's thread.
 */
final class Hdf5Dataset {

    /** How many chunks are looked up at once, and how many times that are remembered. */
    private static final int WINDOW = 32;

    private static final int WINDOWS = 256;

    private static final int MOST_RANK = 32;
    private static final long NOWHERE = -1;

    /** How large a chunk may be for that. */
    private static final long SCRATCH_BYTES = 64L << 20;

    /** Promised to the library but not written to, so it takes no memory. */
    private static BytePointer scratch = new BytePointer(1 << 16);

    /** How many chunks of an array are listed at most. */
    private static final int MOST_CHUNKS = 1 << 20;

    private static final List<long[]> corners = new ArrayList<>();
    private static int rank;

    private static final H5D_chunk_iter_op_t COLLECT = new H5D_chunk_iter_op_t() {
        @Override
        public int call(LongPointer corner, int mask, long address, long size, @Nullable Pointer data) {
            long[] at = new long[rank];
            corner.get(at);
            corners.add(at);
            return corners.size() > MOST_CHUNKS ? -1 : 0;
        }
    };

    private final long id;
    private final Hdf5Driver.Image image;
    private final ArrayInfo info;
    private final StoredType type;
    private final int layout;
    private final List<ChunkFilters.Filter> filters;
    private final byte[] fill;
    private volatile long offset;

    /** By the number of the window; each has address, length and mask of its chunks. */
    private final Map<Long, long[]> windows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
            return size() > WINDOWS;
        }
    };

    /**
     * Where the bytes of a chunk are.
     *
     * @param address from the beginning of the file
     * @param bytes how many
     * @param mask which filters were left out, a bit each
     */
    record Location(long address, long bytes, int mask) {}

    private Hdf5Dataset(
            long id,
            Hdf5Driver.Image image,
            ArrayInfo info,
            StoredType type,
            int layout,
            List<ChunkFilters.Filter> filters,
            byte[] fill,
            long offset) {
        this.id = id;
        this.image = image;
        this.info = info;
        this.type = type;
        this.layout = layout;
        this.filters = filters;
        this.fill = fill;
        this.offset = offset;
    }

    /** Looks at an open array, whose identifier is this one's from now on if that succeeds. */
    static Hdf5Dataset of(long id, Hdf5Driver.Image image, String path, String store) throws IOException {
        try (Scope scope = new Scope()) {
            long fileType = scope.keep(H5Dget_type(id), "H5Dget_type");
            long space = scope.keep(H5Dget_space(id), "H5Dget_space");
            long creation = scope.keep(H5Dget_create_plist(id), "H5Dget_create_plist");
            StoredType type = StoredType.of(fileType, scope);
            if (type == null || type.form() == StoredType.Form.REFERENCE) {
                throw refused(
                        store,
                        path,
                        "elements of a type that is not read"
                                + " (expected: integers, IEEE floats, complex numbers, bools, enumerations or texts)");
            }
            int layout = H5Pget_layout(creation);
            if (layout == H5D_VIRTUAL || H5Pget_external_count(creation) > 0) {
                throw refused(store, path, "its data lie in other files (expected: in this one)");
            }
            if (H5Sget_simple_extent_type(space) == H5S_NULL) {
                throw refused(store, path, "it has no shape (expected: one, even if empty)");
            }
            int rank = Hdf5Failure.ok(H5Sget_simple_extent_ndims(space), "H5Sget_simple_extent_ndims");
            long[] shape = new long[rank];
            Hdf5Failure.ok(H5Sget_simple_extent_dims(space, shape, (long[]) null), "H5Sget_simple_extent_dims");
            for (long length : shape) {
                if (length < 0) {
                    throw refused(store, path, "an axis longer than 2^63");
                }
            }
            long[] chunk = layout == H5D_CHUNKED ? new long[rank] : Slabs.of(shape, type.size());
            if (layout == H5D_CHUNKED) {
                Hdf5Failure.ok(H5Pget_chunk(creation, rank, chunk), "H5Pget_chunk");
            }
            List<ChunkFilters.Filter> filters = filters(creation);
            long offset = layout == H5D_CONTIGUOUS ? H5Dget_offset(id) : NOWHERE;
            ArrayInfo info = new ArrayInfo(
                    path,
                    type.element(),
                    Shape.of(shape),
                    Shape.of(chunk),
                    ChunkFilters.describe(filters),
                    type.labels());
            return new Hdf5Dataset(id, image, info, type, layout, filters, fill(creation, fileType, type), offset);
        }
    }

    private static UnsupportedDataException refused(String store, String path, String problem) {
        return new UnsupportedDataException(store, "array /" + path, problem, null);
    }

    private static List<ChunkFilters.Filter> filters(long creation) throws IOException {
        int count = Math.min(MOST_RANK, Hdf5Failure.ok(H5Pget_nfilters(creation), "H5Pget_nfilters"));
        List<ChunkFilters.Filter> filters = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int[] flags = new int[1];
            int[] values = new int[64];
            int[] config = new int[1];
            byte[] name = new byte[64];
            try (SizeTPointer n = new SizeTPointer(1)) {
                n.put(values.length);
                int number = H5Pget_filter2(creation, i, flags, n, values, name.length, name, config);
                Hdf5Failure.ok(number, "H5Pget_filter2");
                filters.add(new ChunkFilters.Filter(
                        number, Arrays.copyOf(values, (int) Math.min(values.length, n.get()))));
            }
        }
        return filters;
    }

    private static byte[] fill(long creation, long fileType, StoredType type) throws IOException {
        byte[] fill = new byte[type.isAnyText() ? 0 : type.size()];
        int[] defined = new int[1];
        Hdf5Failure.ok(H5Pfill_value_defined(creation, defined), "H5Pfill_value_defined");
        if (fill.length > 0 && defined[0] == H5D_FILL_VALUE_USER_DEFINED) {
            try (BytePointer memory = new BytePointer(fill.length)) {
                Hdf5Failure.ok(H5Pget_fill_value(creation, fileType, memory), "H5Pget_fill_value");
                memory.get(fill);
            }
        }
        return fill;
    }

    long id() {
        return id;
    }

    ArrayInfo info() {
        return info;
    }

    StoredType type() {
        return type;
    }

    boolean isChunked() {
        return layout == H5D_CHUNKED;
    }

    boolean isContiguous() {
        return layout == H5D_CONTIGUOUS;
    }

    List<ChunkFilters.Filter> filters() {
        return filters;
    }

    /** Tells whether chunks are decoded without the library. */
    boolean decodesHere() {
        return filters.stream().allMatch(filter -> ChunkFilters.knows(filter.id()));
    }

    /** Returns one element of the fill, as it is in the file. */
    byte[] fill() {
        return fill;
    }

    /** Asks where an array in one piece begins that was nowhere before it was written; on the library's thread. */
    void written() {
        if (layout == H5D_CONTIGUOUS && offset == NOWHERE) {
            offset = H5Dget_offset(id);
        }
    }

    /** Returns where an array in one piece begins; -1 if it is nowhere yet. */
    long offset() {
        return offset;
    }

    /** Finds a chunk; null if the file has none there. */
    synchronized @Nullable Location known(Shape index) {
        long flat = flat(index);
        long[] window = windows.get(flat / WINDOW);
        return window == null ? null : at(window, (int) (flat % WINDOW));
    }

    synchronized boolean isKnown(Shape index) {
        return windows.containsKey(flat(index) / WINDOW);
    }

    private static @Nullable Location at(long[] window, int i) {
        return window[3 * i] == NOWHERE
                ? null
                : new Location(window[3 * i], window[3 * i + 1], (int) window[3 * i + 2]);
    }

    /** Returns the number of a chunk, counted in row-major order. */
    private long flat(Shape index) {
        long flat = 0;
        for (int axis = 0; axis < index.rank(); axis++) {
            flat = flat * Math.max(1, info.chunksAlong(axis)) + index.at(axis);
        }
        return flat;
    }

    /** Looks up a chunk and those around it, on the library's thread. */
    void find(Shape index) throws IOException {
        long first = flat(index) / WINDOW * WINDOW;
        long[] window = new long[3 * WINDOW];
        Arrays.fill(window, NOWHERE);
        int rank = index.rank();
        for (int i = 0; i < WINDOW; i++) {
            long rest = first + i;
            long[] corner = new long[rank];
            for (int axis = rank - 1; axis >= 0; axis--) {
                long along = Math.max(1, info.chunksAlong(axis));
                corner[axis] = rest % along * info.chunk().at(axis);
                rest /= along;
            }
            if (rest > 0) {
                break; // beyond the last chunk
            }
            find(corner, window, 3 * i);
        }
        synchronized (this) {
            windows.put(first / WINDOW, window);
        }
    }

    private void find(long[] corner, long[] window, int at) throws IOException {
        long[] bytes = new long[1];
        int found = H5Dget_chunk_storage_size(id, corner, bytes);
        if (found < 0 && Hdf5Failure.isAbout("H5Dget_chunk_storage_size", "chunk storage is not allocated")) {
            return; // this version's way to say that there are no chunks at all
        }
        if (bytes[0] == 0) {
            return;
        }
        int[] mask = new int[1];
        if (bytes[0] < 0 || bytes[0] > SCRATCH_BYTES) {
            // Of so large chunks there are few.
            long[] address = new long[1];
            Hdf5Failure.ok(H5Dget_chunk_info_by_coord(id, corner, mask, address, bytes), "H5Dget_chunk_info_by_coord");
            window[at] = address[0];
        } else {
            if (scratch.capacity() < bytes[0]) {
                scratch.close();
                scratch = new BytePointer(bytes[0]);
            }
            image.capture();
            int answer = H5Dread_chunk(id, 0, corner, mask, scratch);
            window[at] = image.captured();
            Hdf5Failure.ok(answer, "H5Dread_chunk");
            Hdf5Failure.check(window[at] < 0, "H5Dread_chunk (nothing was read)");
        }
        window[at + 1] = bytes[0];
        window[at + 2] = mask[0];
    }

    /** Lists where the chunks begin that the file has; on the library's thread. */
    List<long[]> corners() throws IOException {
        corners.clear();
        rank = info.shape().rank();
        int answer = H5Dchunk_iter(id, 0, COLLECT, null);
        List<long[]> found = List.copyOf(corners);
        corners.clear();
        if (found.size() > MOST_CHUNKS) {
            throw new LimitExceededException(
                    "chunks of /" + info.path(), found.size(), MOST_CHUNKS, "the array is not looked through");
        }
        Hdf5Failure.ok(answer, "H5Dchunk_iter");
        return found;
    }

    /** Takes over what another found out about the same chunks. */
    void learn(Hdf5Dataset other, Shape index) {
        long number = flat(index) / WINDOW;
        long[] window;
        synchronized (other) {
            window = other.windows.get(number);
        }
        if (window != null) {
            synchronized (this) {
                windows.put(number, window);
            }
        }
    }

    /** Forgets where chunks are. */
    synchronized void forget() {
        windows.clear();
    }

    /** Gives the identifier back. */
    void close() {
        H5Idec_ref(id);
    }
}
