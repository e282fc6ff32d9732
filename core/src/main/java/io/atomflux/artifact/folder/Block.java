package io.atomflux.artifact.folder;

import io.atomflux.value.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a sorted run, decoded step by step: entries of how many bytes of the key are those of the entry before, the
 * rest of the key, and the value.
 *
 * <p>Each length is a variable-length integer, that of the value one more than it is; zero stands for a deleted key.
 */
final class Block {

    final byte[] content;

    Block(byte[] content) {
        this.content = content;
    }

    /** Returns a cursor before the first entry. */
    Cursor cursor() {
        return new Cursor();
    }

    /** Walks the entries of a block; for one thread. */
    final class Cursor {
        private int next;
        private byte[] key = new byte[64];
        private int keyLength;
        private int valueAt;
        private int valueLength;

        /** Goes to the next entry; false at the end. */
        boolean advance() {
            if (next == content.length) {
                return false;
            }
            int shared = varint();
            int rest = varint();
            valueLength = varint() - 1;
            keyLength = shared + rest;
            if (keyLength > key.length) {
                key = Arrays.copyOf(key, keyLength + 64);
            }
            System.arraycopy(content, next, key, shared, rest);
            valueAt = next + rest;
            next = valueAt + Math.max(valueLength, 0);
            return true;
        }

        private int varint() {
            int value = 0;
            for (int shift = 0; ; shift += 7) {
                byte part = content[next++];
                value |= (part & 0x7f) << shift;
                if (part >= 0) {
                    return value;
                }
            }
        }

        int compareTo(byte[] other) {
            return Arrays.compareUnsigned(key, 0, keyLength, other, 0, other.length);
        }

        Bytes key() {
            return Bytes.wrap(Arrays.copyOf(key, keyLength));
        }

        /** Returns the value, which shares the memory of the block; null for a deleted key. */
        @Nullable
        Bytes value() {
            return valueLength < 0 ? null : Bytes.wrap(content, valueAt, valueLength);
        }

        /** Reads the value as that of an inner block. */
        Place place() {
            long offset = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                offset = offset << 8 | content[valueAt + i] & 0xff;
            }
            int length = 0;
            for (int i = 0; i < Integer.BYTES; i++) {
                length = length << 8 | content[valueAt + Long.BYTES + i] & 0xff;
            }
            return new Place(offset, length);
        }
    }

    /** Where a block stands in its file, its checksum not counted. */
    record Place(long offset, int length) {}
}
