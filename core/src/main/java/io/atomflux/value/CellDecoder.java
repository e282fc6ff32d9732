package io.atomflux.value;

import org.jspecify.annotations.Nullable;

/**
 * Decodes the bytes of one cell.
 *
 * @param <V> what comes out
 */
@FunctionalInterface
public interface CellDecoder<V> {

    /**
     * Decodes exactly the given bytes.
     *
     * @param buffer holds the bytes and must not be changed; the result may share them
     * @param offset where they begin
     * @param length how many there are
     * @throws IllegalArgumentException if they are malformed
     * @throws UnsupportedOperationException if they are well-formed and refused, e.g. a pickled array
     */
    @Nullable
    V decode(byte[] buffer, int offset, int length);
}
