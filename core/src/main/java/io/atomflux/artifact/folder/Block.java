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

    /**
     * Looks for the last entry whose key is at or before another, without making the keys on the way.
     *
     * @return that entry; null if all are behind
     */
    @Nullable
    Found atOrBefore(byte[] wanted) {
        Cursor cursor = new Cursor();
        int same = 0; // how many bytes of the entry before are those of what is looked for
        int valueAt = -1;
        int valueLength = -1;
        boolean equal = false;
        while (!equal && cursor.next < content.length) {
            int shared = cursor.varint();
            int rest = cursor.varint();
            int length = cursor.varint() - 1;
            int restAt = cursor.next;
            // One that shares more with the entry before differs from what is looked for where that did: it is before
            // too.
            if (shared <= same) {
                int mismatch = Arrays.mismatch(content, restAt, restAt + rest, wanted, shared, wanted.length);
                equal = mismatch < 0;
                if (!equal) {
                    same = shared + mismatch;
                    boolean before = mismatch == rest
                            || same < wanted.length
                                    && Byte.compareUnsigned(content[restAt + mismatch], wanted[same]) < 0;
                    if (!before) {
                        break;
                    }
                }
            }
            valueAt = restAt + rest;
            valueLength = length;
            cursor.next = valueAt + Math.max(length, 0);
        }
        return valueAt < 0 ? null : new Found(valueAt, valueLength, equal);
    }

    /** An entry that was looked for. */
    final class Found {
        private final int valueAt;
        private final int valueLength;
        private final boolean equal;

        Found(int valueAt, int valueLength, boolean equal) {
            this.valueAt = valueAt;
            this.valueLength = valueLength;
            this.equal = equal;
        }

        /** Tells whether it has the very key. */
        boolean isEqual() {
            return equal;
        }

        /** Returns the value, which shares the memory of the block; null for a deleted key. */
        @Nullable
        Bytes value() {
            return valueLength < 0 ? null : Bytes.wrap(content, valueAt, valueLength);
        }

        /** Reads the value as that of an inner block. */
        Place place() {
            return Block.this.place(valueAt);
        }
    }

    private Place place(int at) {
        long offset = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            offset = offset << 8 | content[at + i] & 0xff;
        }
        int length = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            length = length << 8 | content[at + Long.BYTES + i] & 0xff;
        }
        return new Place(offset, length);
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
            return Block.this.place(valueAt);
        }
    }

    /** Where a block stands in its file, its checksum not counted. */
    record Place(long offset, int length) {}
}
