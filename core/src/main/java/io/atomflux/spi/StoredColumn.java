package io.atomflux.spi;

import java.util.Objects;

/**
 * How a store keeps one column, for people who tune it.
 *
 * @param name the key, or the name of what the layout keeps beside the keys
 * @param type what its elements are, e.g. {@code float64}
 * @param shape its lengths, e.g. {@code [1000, 3]}
 * @param chunk the lengths of a chunk
 * @param codecs what chunks go through, e.g. {@code blosc(lz4, 5, shuffle)}; {@code none} if nothing
 * @param bytes bytes of the elements
 * @param storedBytes bytes they take in the store
 */
public record StoredColumn(
        String name, String type, String shape, String chunk, String codecs, long bytes, long storedBytes) {
    public StoredColumn {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(chunk, "chunk");
        Objects.requireNonNull(codecs, "codecs");
    }

    /** Returns this under another name, e.g. one that tells which of several stores it is in. */
    public StoredColumn withName(String other) {
        return new StoredColumn(other, type, shape, chunk, codecs, bytes, storedBytes);
    }
}
