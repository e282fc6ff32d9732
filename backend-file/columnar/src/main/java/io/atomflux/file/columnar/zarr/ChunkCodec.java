package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the chunks of one array become the bytes of a file, and back; immutable, for many threads.
 *
 * <p>Source: "Codecs" of the Zarr core specification 3.0 with the pages of each codec, "Arrays" of the Zarr storage
 * specification 2, and for codecs that are in neither what numcodecs 0.16 writes.
 */
interface ChunkCodec {

    /** The most bytes the texts of one chunk may take when decoded; of other elements the chunk's shape tells. */
    int MOST_TEXT_BYTES = 1 << 28;

    /**
     * Decodes a chunk.
     *
     * <p>Nothing much larger than the decoded chunk is ever allocated, whatever the bytes claim; how large that may be is
     * for the caller to check beforehand.
     *
     * @param stored all that is in the file for it; neither changed by anybody afterwards nor copied where it is the chunk as
     *     it stands
     * @return as many elements as the chunk's shape has
     * @throws IllegalArgumentException if it is damaged; says what is wrong, not where
     */
    Chunk decode(byte[] stored);

    /**
     * Encodes a chunk.
     *
     * @param chunk as many elements as the chunk's shape has
     * @return what to put in the file; may be the chunk's own bytes
     * @throws IllegalArgumentException if it is of another size, or has a text that UTF-8 cannot express
     * @throws UnsupportedOperationException if this is only decoded
     */
    byte[] encode(Chunk chunk);

    /** Returns the names of the codecs as they are applied when encoding, with what matters, e.g. {@code blosc(lz4, 5, shuffle)}. */
    List<String> names();

    /** Tells whether chunks can be encoded, too. */
    boolean writable();

    /**
     * Makes the codec of an array of version 3.
     *
     * @param codecs the member {@code codecs} of the array's document, as parsed; sharded arrays see {@link Sharding#find}
     * @param element what the array holds
     * @param chunk the lengths of a chunk
     * @throws UnsupportedOperationException if it has a codec that is not known, or used in a way that is not; names it
     * @throws IllegalArgumentException if it is not such a list, or contradicts itself
     */
    static ChunkCodec v3(@Nullable Object codecs, ElementType element, Shape chunk) {
        return CodecLists.v3(codecs, element, chunk);
    }

    /**
     * Makes the codec of an array of version 2.
     *
     * @param compressor the member {@code compressor} of the array's document, as parsed
     * @param filters the member {@code filters}
     * @param element what the array holds
     * @param chunk the lengths of a chunk
     * @param bigEndian whether the elements are stored so
     * @param order {@code C} or {@code F}
     * @throws UnsupportedOperationException if it has a codec that is not known, or used in a way that is not; names it
     * @throws IllegalArgumentException if it contradicts itself
     */
    static ChunkCodec v2(
            @Nullable Object compressor,
            @Nullable Object filters,
            ElementType element,
            Shape chunk,
            boolean bigEndian,
            char order) {
        return CodecLists.v2(compressor, filters, element, chunk, bigEndian, order);
    }

    /**
     * Returns the member {@code codecs} of arrays we write: those Python's asebytes 0.3 has for the same kind of elements.
     *
     * @throws IllegalArgumentException if there is no such compression in Zarr
     */
    static List<Object> v3Json(Compression compression, ElementType element) {
        return CodecLists.v3Json(compression, element);
    }
}
