package io.atomflux.loader;

import java.util.Arrays;
import java.util.List;

/** Samples that are read together: where they stand in the epoch, and where in the stores. Not to be changed. */
final class Window {

    private final long[] slots;
    private final int[] sources;
    private final long[] positions;

    Window(long[] slots, int[] sources, long[] positions) {
        this.slots = slots;
        this.sources = sources;
        this.positions = positions;
    }

    /** Looks up where the samples of slots are. */
    static Window of(Sequence sequence, long[] slots) {
        int count = slots.length;
        int[] sources = new int[count];
        long[] positions = new long[count];
        int[] someSources = new int[count];
        long[] somePositions = new long[count];
        int at = 0;
        while (at < count) {
            int end = at + 1;
            while (end < count && slots[end] == slots[end - 1] + 1) {
                end++;
            }
            sequence.fill(slots[at], end - at, someSources, somePositions);
            System.arraycopy(someSources, 0, sources, at, end - at);
            System.arraycopy(somePositions, 0, positions, at, end - at);
            at = end;
        }
        return new Window(slots, sources, positions);
    }

    /** Returns where samples are that were looked up before. */
    static Window of(List<Fetched> samples) {
        return new Window(
                samples.stream().mapToLong(Fetched::slot).toArray(),
                samples.stream().mapToInt(Fetched::source).toArray(),
                samples.stream().mapToLong(Fetched::position).toArray());
    }

    int size() {
        return slots.length;
    }

    long slot(int index) {
        return slots[index];
    }

    int source(int index) {
        return sources[index];
    }

    long position(int index) {
        return positions[index];
    }

    /** Returns the indices of the samples of one source, from a first one on, by ascending position. */
    int[] sorted(int source, int from) {
        int count = 0;
        long least = Long.MAX_VALUE;
        long greatest = 0;
        for (int i = from; i < size(); i++) {
            if (sources[i] == source) {
                count++;
                least = Math.min(least, positions[i]);
                greatest = Math.max(greatest, positions[i]);
            }
        }
        int bits = 64 - Long.numberOfLeadingZeros(size());
        return count > 0 && greatest - least < 1L << (62 - bits)
                ? packed(source, from, count, least, bits)
                : boxed(source, from, count);
    }

    /** Sorts by one number that holds both, which is many times swifter than comparing through the indices. */
    private int[] packed(int source, int from, int count, long least, int bits) {
        long[] keys = new long[count];
        int n = 0;
        for (int i = from; i < size(); i++) {
            if (sources[i] == source) {
                keys[n++] = positions[i] - least << bits | i;
            }
        }
        Arrays.sort(keys);
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            indices[i] = (int) (keys[i] & (1L << bits) - 1);
        }
        return indices;
    }

    private int[] boxed(int source, int from, int count) {
        Integer[] indices = new Integer[count];
        int n = 0;
        for (int i = from; i < size(); i++) {
            if (sources[i] == source) {
                indices[n++] = i;
            }
        }
        Arrays.sort(indices, (a, b) -> Long.compare(positions[a], positions[b]));
        int[] result = new int[count];
        for (int i = 0; i < count; i++) {
            result[i] = indices[i];
        }
        return result;
    }
}
