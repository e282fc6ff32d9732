package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.CellDecoder;
import org.jspecify.annotations.Nullable;

/** Turns one value into the bytes of a cell and back, without loss. Free to use from any thread. */
public interface CellCodec extends CellDecoder<Object> {

    /**
     * Encodes one value.
     *
     * @param value of the closed set named in {@link io.atomflux.value}
     * @throws IllegalArgumentException if it is of another type, nests deeper than 64 lists and maps, or holds text with
     *     a lone surrogate
     */
    Bytes encode(@Nullable Object value);

    /**
     * Decodes exactly the given bytes.
     *
     * @throws IllegalArgumentException if they are malformed
     * @throws UnsupportedOperationException if they are well-formed and refused, e.g. a pickled array
     */
    default @Nullable Object decode(Bytes bytes) {
        byte[] copy = bytes.toArray();
        return decode(copy, 0, copy.length);
    }
}
