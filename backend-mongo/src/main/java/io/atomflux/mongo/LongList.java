package io.atomflux.mongo;

import java.util.Arrays;

/** Ids one after another; for one thread. */
final class LongList {

    private long[] values = new long[8];
    private int size;

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    void addAll(LongList more) {
        for (int i = 0; i < more.size; i++) {
            add(more.values[i]);
        }
    }

    int size() {
        return size;
    }

    long get(int index) {
        return values[index];
    }

    long[] toArray() {
        return Arrays.copyOf(values, size);
    }

    /** Returns the values ascending, each once. */
    long[] distinct() {
        return Arrays.stream(toArray()).sorted().distinct().toArray();
    }
}
