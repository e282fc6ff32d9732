package io.atomflux.file.columnar.tree;

import org.jspecify.annotations.Nullable;

/**
 * The elements of one chunk in row-major order, decoded; always a full chunk, at the edge of an array padded with its fill.
 *
 * <p>Shared without copying: whoever got or gave one never changes what is in it.
 */
public final class Chunk {

    private final byte @Nullable [] bytes;
    private final String @Nullable [] texts;

    private Chunk(byte @Nullable [] bytes, String @Nullable [] texts) {
        this.bytes = bytes;
        this.texts = texts;
    }

    /** Returns a chunk of elements of a fixed size, little-endian; the array is not copied and must not change any more. */
    public static Chunk of(byte[] bytes) {
        return new Chunk(bytes, null);
    }

    /** Returns a chunk of texts; the array is not copied and must not change any more. */
    public static Chunk of(String[] texts) {
        return new Chunk(null, texts);
    }

    /** Returns the bytes, not to be changed. */
    public byte[] bytes() {
        if (bytes == null) {
            throw new IllegalStateException("a chunk of texts has no bytes");
        }
        return bytes;
    }

    /** Returns the texts, not to be changed. */
    public String[] texts() {
        if (texts == null) {
            throw new IllegalStateException("a chunk of numbers has no texts");
        }
        return texts;
    }

    /** Returns about how much memory it holds. */
    public long byteSize() {
        if (bytes != null) {
            return 32L + bytes.length;
        }
        long sum = 32;
        for (String text : texts()) {
            sum += 56 + text.length();
        }
        return sum;
    }
}
