package io.atomflux.hub.bytes;

/**
 * Part of a file.
 *
 * @param offset of the first byte, from the start of the file
 * @param length in bytes, at least 1
 */
public record ByteRange(long offset, int length) {
    public ByteRange {
        if (offset < 0 || length < 1) {
            throw new IllegalArgumentException(
                    "range: %d bytes at %d (expected: at least 1 byte at 0 or later)".formatted(length, offset));
        }
    }

    /** Returns the offset after the last byte. */
    public long end() {
        return offset + length;
    }
}
