package io.atomflux.file.columnar.zarr;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An array as its document describes it, ready to find and to decode its chunks.
 *
 * <p>Sources: "Array metadata" of the Zarr core specification 3.1, "Metadata" of the storage specification 2.
 *
 * @param node what it is read from
 * @param info what others see; its chunk is what is decoded at once
 * @param file the lengths of what is in one file: a chunk, or a shard of several
 * @param keys how files are named
 * @param fill what is where nothing was written
 * @param codec decodes a chunk
 * @param sharding how to find it in its file, if that is a shard
 */
record ZarrArray(
        ZarrNode node,
        ArrayInfo info,
        Shape file,
        ChunkKeys keys,
        FillValue fill,
        ChunkCodec codec,
        Optional<Sharding> sharding) {

    private static final int MOST_AXES = 64; // as numpy has it
    private static final Set<String> MEMBERS = Set.of(
            "shape",
            "data_type",
            "chunk_grid",
            "chunk_key_encoding",
            "fill_value",
            "codecs",
            "attributes",
            "zarr_format",
            "node_type",
            "storage_transformers",
            "dimension_names");

    /**
     * Understands a document.
     *
     * @param store for messages
     * @param mostChunkBytes how large a decoded chunk may be
     */
    static ZarrArray of(ZarrNode node, String store, long mostChunkBytes) {
        String place = "array " + node.path();
        try {
            return node.version() == 3 ? v3(node, mostChunkBytes) : v2(node, mostChunkBytes);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(store, place, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, place, String.valueOf(e.getMessage()), e);
        }
    }

    private static ZarrArray v3(ZarrNode node, long mostChunkBytes) {
        Map<String, @Nullable Object> document = node.document();
        for (Map.Entry<String, @Nullable Object> member : document.entrySet()) {
            if (!MEMBERS.contains(member.getKey())
                    && !(member.getValue() instanceof Map<?, ?> extension
                            && Boolean.FALSE.equals(extension.get("must_understand")))) {
                throw new UnsupportedOperationException("member %s of its document (known: %s)"
                        .formatted(
                                ZarrNode.shown(member.getKey()),
                                MEMBERS.stream().sorted().toList()));
            }
        }
        if (document.get("storage_transformers") instanceof List<?> transformers && !transformers.isEmpty()) {
            throw new UnsupportedOperationException("storage_transformers (expected: none)");
        }
        if (!document.containsKey("fill_value")) {
            throw new IllegalArgumentException("no fill_value");
        }
        ElementType element = ZarrTypes.v3(document.get("data_type"));
        Shape shape = shape(document.get("shape"));
        Shape file = chunk("chunk_shape", chunkShape(document.get("chunk_grid")), shape);
        ChunkKeys keys = ChunkKeys.v3(document.get("chunk_key_encoding"));
        FillValue fill = FillValue.read(document.get("fill_value"), element);
        Object codecs = document.get("codecs");
        Optional<Sharding> sharding = Sharding.find(codecs, element, file);
        if (sharding.isPresent()) {
            Sharding shards = sharding.get();
            bounded(node, shards.inner(), element, mostChunkBytes);
            if (shards.indexLength() > mostChunkBytes) {
                throw tooLarge(
                        "bytes of the index of a shard of array " + node.path(), shards.indexLength(), mostChunkBytes);
            }
            List<String> names = new ArrayList<>(List.of("sharding_indexed(%s)".formatted(file)));
            names.addAll(shards.codec().names());
            ArrayInfo info = new ArrayInfo(node.path(), element, shape, shards.inner(), names);
            return new ZarrArray(node, info, file, keys, fill, shards.codec(), sharding);
        }
        bounded(node, file, element, mostChunkBytes);
        ChunkCodec codec = ChunkCodec.v3(codecs, element, file);
        ArrayInfo info = new ArrayInfo(node.path(), element, shape, file, codec.names());
        return new ZarrArray(node, info, file, keys, fill, codec, Optional.empty());
    }

    private static @Nullable Object chunkShape(@Nullable Object grid) {
        if (!(grid instanceof Map<?, ?> map) || !(map.get("name") instanceof String name)) {
            throw new IllegalArgumentException(
                    "chunk_grid %s (expected: an object with a name)".formatted(ZarrNode.shown(grid)));
        } else if (!name.equals("regular")) {
            throw new UnsupportedOperationException("chunk_grid %s (known: regular)".formatted(ZarrNode.shown(name)));
        } else if (!(map.get("configuration") instanceof Map<?, ?> configuration)) {
            throw new IllegalArgumentException("chunk_grid without configuration");
        } else {
            return configuration.get("chunk_shape");
        }
    }

    private static ZarrArray v2(ZarrNode node, long mostChunkBytes) {
        Map<String, @Nullable Object> document = node.document();
        Object filters = document.get("filters");
        ElementType element = ZarrTypes.v2(document.get("dtype"), filters);
        Shape shape = shape(document.get("shape"));
        Shape chunk = chunk("chunks", document.get("chunks"), shape);
        ChunkKeys keys = ChunkKeys.v2(document.get("dimension_separator"));
        FillValue fill = FillValue.read(document.get("fill_value"), element);
        bounded(node, chunk, element, mostChunkBytes);
        Object order = document.getOrDefault("order", "C");
        if (!"C".equals(order) && !"F".equals(order)) {
            throw new IllegalArgumentException("order %s (expected: C or F)".formatted(ZarrNode.shown(order)));
        }
        ChunkCodec codec = ChunkCodec.v2(
                document.get("compressor"),
                filters,
                element,
                chunk,
                ZarrTypes.isBigEndian(document.get("dtype")),
                "F".equals(order) ? 'F' : 'C');
        ArrayInfo info = new ArrayInfo(node.path(), element, shape, chunk, codec.names());
        return new ZarrArray(node, info, chunk, keys, fill, codec, Optional.empty());
    }

    private static Shape shape(@Nullable Object found) {
        Shape shape = Shape.of(lengths("shape", found, 0));
        try {
            shape.count();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape %s (expected: fewer than 2^63 elements)".formatted(shape), e);
        }
        return shape;
    }

    private static Shape chunk(String what, @Nullable Object found, Shape shape) {
        long[] lengths = lengths(what, found, 0);
        if (lengths.length != shape.rank()) {
            throw new IllegalArgumentException(
                    "%s %s (expected: as many axes as %s)".formatted(what, ZarrNode.shown(found), shape));
        }
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] == 0 && shape.at(i) == 0) {
                lengths[i] = 1; // zarr-python writes 0 where the array has no extent: there is no chunk to find
            } else if (lengths[i] == 0) {
                throw new IllegalArgumentException(
                        "%s %s (expected: at least 1 along each axis)".formatted(what, ZarrNode.shown(found)));
            }
        }
        return Shape.of(lengths);
    }

    private static long[] lengths(String what, @Nullable Object found, long least) {
        if (!(found instanceof List<?> list) || list.size() > MOST_AXES) {
            throw new IllegalArgumentException(
                    "%s %s (expected: a list of at most %d numbers)".formatted(what, ZarrNode.shown(found), MOST_AXES));
        }
        long[] lengths = new long[list.size()];
        for (int i = 0; i < lengths.length; i++) {
            if (!(list.get(i) instanceof Long length) || length < least) {
                throw new IllegalArgumentException(
                        "%s %s (expected: numbers from %d to 2^63 - 1)".formatted(what, ZarrNode.shown(found), least));
            }
            lengths[i] = length;
        }
        return lengths;
    }

    private static void bounded(ZarrNode node, Shape chunk, ElementType element, long mostChunkBytes) {
        long most = Math.min(mostChunkBytes, Integer.MAX_VALUE - 64);
        long bytes;
        try {
            bytes = Math.multiplyExact(
                    chunk.count(), element.isText() ? 8L : element.dtype().itemSize());
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        if (bytes > most) {
            throw tooLarge("bytes of a chunk of array " + node.path(), bytes, most);
        }
    }

    private static LimitExceededException tooLarge(String what, long size, long most) {
        return new LimitExceededException(
                what,
                size,
                most,
                "write the array with smaller chunks, or give the process more memory and allow larger ones (max_chunk_bytes)");
    }

    /** Returns the number of elements of a chunk. */
    int elements() {
        return Math.toIntExact(info.chunk().count());
    }

    /** Returns the path of the file a chunk is in. */
    String path(Shape index) {
        return keys.path(info.path(), sharding.isPresent() ? shardOf(index) : index);
    }

    private Shape shardOf(Shape index) {
        long[] shard = index.toArray();
        Shape perShard = sharding.orElseThrow().perShard();
        for (int i = 0; i < shard.length; i++) {
            shard[i] /= perShard.at(i);
        }
        return Shape.of(shard);
    }

    /** Returns the number of a chunk in its shard. */
    int numberInShard(Shape index) {
        Shape perShard = sharding.orElseThrow().perShard();
        long number = 0;
        for (int i = 0; i < index.rank(); i++) {
            number = number * perShard.at(i) + index.at(i) % perShard.at(i);
        }
        return Math.toIntExact(number);
    }

    /** Tells whether files whose places begin so may lie within the shape. */
    boolean isInside(long[] begin, int axes) {
        for (int i = 0; i < axes; i++) {
            if (begin[i] >= filesAlong(i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many files there are along an axis. */
    long filesAlong(int axis) {
        return along(info.shape(), file, axis);
    }

    /** Returns how many chunks a shape has along an axis; never overflows. */
    static long along(Shape shape, Shape chunk, int axis) {
        long length = shape.at(axis);
        return length == 0 ? 0 : (length - 1) / chunk.at(axis) + 1;
    }

    /** Checks that a chunk is one of this array. */
    void check(Shape index) {
        boolean inside = index.rank() == info.shape().rank();
        for (int i = 0; inside && i < index.rank(); i++) {
            inside = index.at(i) < along(info.shape(), info.chunk(), i);
        }
        if (!inside) {
            throw new IllegalArgumentException("chunk %s of array %s (expected: within shape %s by chunks %s)"
                    .formatted(index, info.path(), info.shape(), info.chunk()));
        }
    }

    /**
     * Writes the fill over what a chunk at the edge holds beyond the end, which is left there when an array shrinks.
     *
     * @return whether anything was there
     */
    boolean cut(Chunk chunk, Shape index) {
        Shape whole = info.chunk();
        long[] kept = new long[whole.rank()];
        boolean edge = false;
        for (int i = 0; i < kept.length; i++) {
            // the product is below the shape, as the index was checked
            kept[i] = Math.min(whole.at(i), info.shape().at(i) - index.at(i) * whole.at(i));
            edge |= kept[i] < whole.at(i);
        }
        return edge && cut(chunk, kept, 0, 0);
    }

    /** Tells whether the end cuts a chunk, which begins before it. */
    boolean isAtEdge(Shape index) {
        boolean inside = true;
        boolean edge = false;
        for (int i = 0; i < index.rank(); i++) {
            long begin = index.at(i) * info.chunk().at(i);
            inside &= begin < info.shape().at(i);
            edge |= info.shape().at(i) - begin < info.chunk().at(i);
        }
        return inside && edge;
    }

    private boolean cut(Chunk chunk, long[] kept, int axis, int from) {
        Shape whole = info.chunk();
        int block = Math.toIntExact(whole.countFrom(axis + 1));
        int length = (int) whole.at(axis);
        boolean found = false;
        if (kept[axis] < length) {
            int begin = from + (int) kept[axis] * block;
            int count = (length - (int) kept[axis]) * block;
            found = !fill.isAllOf(chunk, begin, count);
            if (!found) {
                // as it should be
            } else if (info.element().isText()) {
                fill.fill(chunk.texts(), begin, count);
            } else {
                fill.fill(chunk.bytes(), begin, count);
            }
        }
        boolean deeper = false;
        for (int i = axis + 1; i < kept.length; i++) {
            deeper |= kept[i] < whole.at(i);
        }
        for (int i = 0; deeper && i < kept[axis]; i++) {
            found |= cut(chunk, kept, axis + 1, from + i * block);
        }
        return found;
    }
}
