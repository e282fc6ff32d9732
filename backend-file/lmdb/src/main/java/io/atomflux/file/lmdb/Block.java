package io.atomflux.file.lmdb;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sort keys of one index block in row order; immutable. Consecutive ones, the common case, take no array. */
final class Block {

    private final long first;
    private final int size;
    private final long @Nullable [] keys;

    private Block(long first, int size, long @Nullable [] keys) {
        this.first = first;
        this.size = size;
        this.keys = keys;
    }

    static Block consecutive(long first, int size) {
        return new Block(first, size, null);
    }

    /** Takes the array over. */
    static Block of(long[] keys) {
        for (int i = 1; i < keys.length; i++) {
            if (keys[i] != keys[0] + i) {
                return new Block(keys[0], keys.length, keys);
            }
        }
        return new Block(keys.length == 0 ? 0 : keys[0], keys.length, null);
    }

    int size() {
        return size;
    }

    boolean isConsecutive() {
        return keys == null;
    }

    long at(int index) {
        return keys == null ? first + index : keys[index];
    }

    /** Returns this block with consecutive keys behind it. */
    Block plus(long from, int count) {
        if (keys == null && (size == 0 || first + size == from)) {
            return new Block(size == 0 ? from : first, size + count, null);
        }
        long[] longer = Arrays.copyOf(toArray(), size + count);
        for (int i = 0; i < count; i++) {
            longer[size + i] = from + i;
        }
        return of(longer);
    }

    long[] toArray() {
        long[] all = new long[size];
        for (int i = 0; i < size; i++) {
            all[i] = at(i);
        }
        return all;
    }
}
