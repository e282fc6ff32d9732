package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.jhdf.Constants;
import io.jhdf.btree.BTreeV1;
import io.jhdf.dataset.chunked.Chunk;
import io.jhdf.dataset.chunked.DatasetInfo;
import io.jhdf.dataset.chunked.indexing.BTreeIndex;
import io.jhdf.dataset.chunked.indexing.ExtensibleArrayIndex;
import io.jhdf.dataset.chunked.indexing.FixedArrayIndex;
import io.jhdf.dataset.chunked.indexing.SingleChunkIndex;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessageV4;
import io.jhdf.object.message.DataSpace;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the chunks of an array lie, as jhdf reads its index: all of it at once. For many threads.
 *
 * <p>Where jhdf is known to misread an index it is refused, see {@link #checkOrder} and {@link #extensible}.
 */
final class JhdfChunks {

    /**
     * Where the bytes of a chunk are.
     *
     * @param address from the beginning of the file's own bytes
     * @param length how many
     * @param mask which filters were left out, a bit each
     */
    record Location(long address, long length, int mask) {}

    private final Map<Shape, Location> locations = new HashMap<>();
    private final ArrayInfo array;
    private final String store;

    private JhdfChunks(ArrayInfo array, String store) {
        this.array = array;
        this.store = store;
    }

    /** Reads an index. */
    static JhdfChunks of(
            JhdfBytes bytes,
            String store,
            ArrayInfo array,
            DataLayoutMessage layout,
            int elementBytes,
            DataSpace space) {
        JhdfChunks chunks = new JhdfChunks(array, store);
        if (layout instanceof ChunkedDataLayoutMessage old) {
            if (old.getBTreeAddress() != Constants.UNDEFINED_ADDRESS) {
                chunks.add(BTreeV1.createDataBTree(
                                bytes, old.getBTreeAddress(), array.shape().rank())
                        .getChunks());
            }
        } else if (layout instanceof ChunkedDataLayoutMessageV4 indexed) {
            if (indexed.getAddress() != Constants.UNDEFINED_ADDRESS) {
                chunks.read(bytes, indexed, elementBytes, space);
            }
        } else {
            throw new UnsupportedDataException(
                    store,
                    "array /" + array.path(),
                    "its layout is not read (expected: chunked, contiguous or compact)",
                    null);
        }
        return chunks;
    }

    private void read(JhdfBytes bytes, ChunkedDataLayoutMessageV4 layout, int elementBytes, DataSpace space) {
        int[] lengths = new int[array.chunk().rank()];
        long chunkBytes = elementBytes;
        for (int axis = 0; axis < lengths.length; axis++) {
            lengths[axis] = Math.toIntExact(array.chunk().at(axis));
            chunkBytes = Math.multiplyExact(chunkBytes, (long) lengths[axis]);
        }
        DatasetInfo info =
                new DatasetInfo(Math.toIntExact(chunkBytes), array.shape().toArray(), lengths);
        switch (layout.getIndexingType()) {
            case ChunkedDataLayoutMessageV4.SINGLE_CHUNK_INDEX ->
                add(new SingleChunkIndex(layout, info).getAllChunks());
            case ChunkedDataLayoutMessageV4.IMPLICIT_INDEX -> {
                checkOrder(space, false);
                implicit(bytes, layout.getAddress(), chunkBytes);
            }
            case ChunkedDataLayoutMessageV4.FIXED_ARRAY_INDEX -> {
                checkOrder(space, false);
                JhdfClaims.checkFixedArray(bytes, layout.getAddress());
                add(new FixedArrayIndex(bytes, layout.getAddress(), info).getAllChunks());
            }
            case ChunkedDataLayoutMessageV4.EXTENSIBLE_ARRAY_INDEX -> {
                checkOrder(space, true);
                extensible(bytes, layout.getAddress(), info);
            }
            case ChunkedDataLayoutMessageV4.B_TREE_V2_INDEX -> {
                JhdfClaims.checkTree(bytes, layout.getAddress());
                add(new BTreeIndex(bytes, layout.getAddress(), info).getAllChunks());
            }
            default -> throw unsupported("index %d of chunks (expected: 1 to 5)".formatted(layout.getIndexingType()));
        }
    }

    private UnsupportedDataException unsupported(String what) {
        return new UnsupportedDataException(
                store, "array /" + array.path(), what + "; read it where HDF5's library runs", null);
    }

    private CorruptDataException corrupt(String problem) {
        return new CorruptDataException(store, "array /" + array.path(), problem, null);
    }

    /**
     * Refuses arrays whose chunks jhdf numbers differently from HDF5, which counts by the greatest lengths the array may have,
     * and moves the axis without end to the front.
     */
    private void checkOrder(DataSpace space, boolean endless) {
        long[] most =
                space.isMaxSizesPresent() ? space.getMaxSizes() : array.shape().toArray();
        for (int axis = 0; axis < array.shape().rank(); axis++) {
            boolean free = axis == 0 && (endless || most[0] >= 0);
            if (!free
                    && (most[axis] < 0
                            || chunksAlong(axis, most[axis])
                                    != chunksAlong(axis, array.shape().at(axis)))) {
                throw unsupported(
                        "an array that may grow along axis %d, with an index that depends on it".formatted(axis));
            }
        }
    }

    private long chunksAlong(int axis, long length) {
        long chunk = array.chunk().at(axis);
        return length / chunk + (length % chunk == 0 ? 0 : 1);
    }

    private void implicit(JhdfBytes bytes, long address, long chunkBytes) {
        long count = 1;
        for (int axis = 0; axis < array.shape().rank(); axis++) {
            count = Math.multiplyExact(count, array.chunksAlong(axis));
        }
        if (count > 0 && chunkBytes > bytes.size() / count) {
            throw corrupt("%d chunks of %d bytes (expected: what fits the file's %d)"
                    .formatted(count, chunkBytes, bytes.size()));
        }
        for (long i = 0; i < count; i++) {
            long[] index = new long[array.shape().rank()];
            long rest = i;
            for (int axis = index.length - 1; axis >= 0; axis--) {
                index[axis] = rest % array.chunksAlong(axis);
                rest /= array.chunksAlong(axis);
            }
            // Chunks without an index are never filtered.
            locations.put(Shape.of(index), new Location(address + i * chunkBytes, chunkBytes, -1));
        }
    }

    /** Reads an extensible array; jhdf stops at the first chunk that is not there, and knows no pages. */
    private void extensible(JhdfBytes bytes, long address, DatasetInfo info) {
        long highest = JhdfClaims.checkExtensibleArray(bytes, address);
        Collection<Chunk> all;
        try {
            all = new ExtensibleArrayIndex(bytes, address, info).getAllChunks();
        } catch (RuntimeException e) {
            throw new UnsupportedDataException(
                    store,
                    "array /" + array.path(),
                    "its extensible array of chunks is not understood, or damaged; read it where HDF5's library runs",
                    e);
        }
        if (all.size() != highest) {
            throw unsupported("an extensible array of %d chunks with gaps or pages".formatted(highest));
        }
        add(all);
    }

    private void add(Collection<? extends Chunk> chunks) {
        for (Chunk chunk : chunks) {
            if (chunk.getAddress() == Constants.UNDEFINED_ADDRESS) {
                continue;
            }
            long[] offset = chunk.getChunkOffset();
            long[] index = new long[array.chunk().rank()];
            for (int axis = 0; axis < index.length; axis++) {
                long length = array.chunk().at(axis);
                if (offset[axis] < 0 || offset[axis] % length != 0) {
                    throw corrupt("a chunk at %d of axis %d (expected: a multiple of %d)"
                            .formatted(offset[axis], axis, length));
                }
                index[axis] = offset[axis] / length;
            }
            long[] mask = chunk.getFilterMask().toLongArray();
            Location location = new Location(
                    chunk.getAddress(), chunk.getSize() & 0xFFFFFFFFL, mask.length == 0 ? 0 : (int) mask[0]);
            if (locations.put(Shape.of(index), location) != null) {
                throw corrupt("chunk %s is there twice".formatted(List.of(Shape.of(index))));
            }
        }
    }

    /** Finds a chunk; null if the file has none there. */
    @Nullable
    Location at(Shape index) {
        return locations.get(index);
    }

    long storedBytes() {
        return locations.values().stream().mapToLong(Location::length).sum();
    }
}
