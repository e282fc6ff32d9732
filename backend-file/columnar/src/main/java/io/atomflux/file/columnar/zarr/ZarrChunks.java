package io.atomflux.file.columnar.zarr;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One array by its document alone, for those who get the bytes of its files elsewhere than from a folder. */
public final class ZarrChunks {

    private final ZarrArray array;
    private final String store;

    private ZarrChunks(ZarrArray array, String store) {
        this.array = array;
        this.store = store;
    }

    /**
     * Understands the document of an array: {@code zarr.json} or {@code .zarray}.
     *
     * @param documents by their names; others are not looked at
     * @param store for messages
     * @throws CorruptDataException if it contradicts itself, or there is none
     * @throws UnsupportedDataException if it has a type or a codec that is not read
     * @throws io.atomflux.error.LimitExceededException if a chunk would be larger than what is allowed
     */
    public static ZarrChunks of(Map<String, byte[]> documents, String store, long mostChunkBytes) {
        ZarrNode node;
        try {
            node = ZarrNode.read(documents::get, store, "").orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (node == null || !node.isArray()) {
            throw new CorruptDataException(store, "array", "no document of an array (zarr.json or .zarray)", null);
        }
        ZarrArray array = ZarrArray.of(node, store, mostChunkBytes);
        if (array.sharding().isPresent()) {
            throw new UnsupportedDataException(
                    store, "array", "its chunks are in shards (expected: one chunk in a file)", null);
        }
        return new ZarrChunks(array, store);
    }

    /** Returns what the array is like. */
    public ArrayInfo info() {
        return array.info();
    }

    /** Returns the name of a chunk's file, from the array's folder. */
    public String file(Shape index) {
        return array.path(index);
    }

    /**
     * Decodes a chunk.
     *
     * @param stored content of its file; null if there is none
     * @throws IllegalArgumentException if it does not decode
     */
    public Chunk chunk(byte @Nullable [] stored) {
        return stored == null
                ? array.fill().chunk(array.elements())
                : array.codec().decode(stored);
    }

    /**
     * Encodes a chunk; the reverse of {@link #chunk}.
     *
     * @return content of its file; null if there is to be none, as nothing but the fill is in it
     * @throws UnsupportedDataException if its codecs are only read
     */
    public byte @Nullable [] stored(Chunk chunk) {
        if (array.fill().isAllOf(chunk)) {
            return null;
        }
        try {
            return array.codec().encode(chunk);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(store, "array", String.valueOf(e.getMessage()), e);
        }
    }
}
