package io.atomflux.hub.parquet;

import org.jspecify.annotations.Nullable;

/**
 * Small integers as runs of one value and groups of packed bits.
 *
 * <p>Source: "Run Length Encoding / Bit-Packing Hybrid" and "Bit-packed (Deprecated)" in {@code Encodings.md} of the Parquet
 * format.
 */
final class Runs {

    private final byte[] bytes;
    private final int to;
    private final int width;
    private final Place place;
    private int at;

    Runs(byte[] bytes, int from, int to, int width, Place place) {
        this.bytes = bytes;
        this.at = from;
        this.to = to;
        this.width = width;
        this.place = place;
    }

    /** Returns how many bits a level takes that is at most so large. */
    static int width(int largest) {
        return 32 - Integer.numberOfLeadingZeros(largest);
    }

    /**
     * Reads levels.
     *
     * @return as many as asked for, each at most the largest; null if all are the largest
     */
    static byte @Nullable [] levels(byte[] bytes, int from, int to, int largest, int count, Place place) {
        Runs runs = new Runs(bytes, from, to, width(largest), place);
        if (runs.isOneRun(largest, count)) {
            return null;
        }
        byte[] levels = new byte[count];
        runs.fill(levels);
        return checked(levels, largest, place);
    }

    /** Reads levels in the deprecated encoding: nothing but packed bits, most significant first. */
    static byte @Nullable [] packedLevels(byte[] bytes, int from, int to, int largest, int count, Place place) {
        int width = width(largest);
        if (((long) count * width + 7) / 8 > to - from) {
            throw place.corrupt("%d packed levels in %d bytes".formatted(count, to - from));
        }
        byte[] levels = new byte[count];
        long bit = 0;
        for (int i = 0; i < count; i++) {
            int level = 0;
            for (int k = 0; k < width; k++, bit++) {
                level = level << 1 | bytes[from + (int) (bit >>> 3)] >>> (7 - (int) (bit & 7)) & 1;
            }
            levels[i] = (byte) level;
        }
        return checked(levels, largest, place);
    }

    private static byte @Nullable [] checked(byte[] levels, int largest, Place place) {
        int low = largest;
        int high = 0;
        for (byte level : levels) {
            low = Math.min(low, level);
            high = Math.max(high, level);
        }
        if (high > largest) {
            throw place.corrupt("a level of %d (expected: at most %d)".formatted(high, largest));
        }
        return low == largest ? null : levels;
    }

    /** Returns the size of the packed part of these levels, as the deprecated encoding has it. */
    static long packedSize(int largest, int count) {
        return ((long) count * width(largest) + 7) / 8;
    }

    private boolean isOneRun(int value, int count) {
        int start = at;
        boolean one = false;
        if (at < to) {
            int header = varint();
            one = (header & 1) == 0 && header >>> 1 >= count && runValue() == value;
        }
        at = start;
        return one;
    }

    /** Fills an array of levels, which have at most 7 bits. */
    private void fill(byte[] target) {
        int done = 0;
        while (done < target.length) {
            int header = varint();
            if ((header & 1) == 0) {
                int length = Math.min(header >>> 1, target.length - done);
                int value = runValue();
                if (value > Byte.MAX_VALUE) {
                    throw place.corrupt("a level of " + value);
                }
                java.util.Arrays.fill(target, done, done + length, (byte) value);
                done += length;
            } else {
                int length = groups(header, target.length - done);
                unpack(target, done, length);
                done += length;
            }
        }
    }

    /** Fills an array of numbers. */
    void fill(int[] target) {
        int done = 0;
        while (done < target.length) {
            int header = varint();
            if ((header & 1) == 0) {
                int length = Math.min(header >>> 1, target.length - done);
                java.util.Arrays.fill(target, done, done + length, runValue());
                done += length;
            } else {
                int length = groups(header, target.length - done);
                unpack(target, done, length);
                done += length;
            }
        }
    }

    private int end;

    /** Returns how many of the packed values are wanted, and notes where their bytes end. */
    private int groups(int header, int wanted) {
        long values = (header >>> 1) * 8L;
        int length = (int) Math.min(values, wanted);
        // The last group may be cut off behind the last value that counts.
        long size = Math.min((header >>> 1) * (long) width, to - at);
        if (((long) length * width + 7) / 8 > size) {
            throw place.corrupt("%d packed values of %d bits in %d bytes".formatted(length, width, size));
        }
        end = at + (int) size;
        return length;
    }

    private void unpack(byte[] target, int from, int length) {
        int i = 0;
        int mask = (1 << width) - 1;
        // Eight values take as many bytes as one has bits: at most 7, which one long holds.
        for (; i + 8 <= length && at + 8 <= bytes.length; i += 8, at += width) {
            long word = (long) LeafType.LONG.get(bytes, at);
            int to = from + i;
            target[to] = (byte) (word & mask);
            target[to + 1] = (byte) (word >>> width & mask);
            target[to + 2] = (byte) (word >>> 2 * width & mask);
            target[to + 3] = (byte) (word >>> 3 * width & mask);
            target[to + 4] = (byte) (word >>> 4 * width & mask);
            target[to + 5] = (byte) (word >>> 5 * width & mask);
            target[to + 6] = (byte) (word >>> 6 * width & mask);
            target[to + 7] = (byte) (word >>> 7 * width & mask);
        }
        for (long bit = 0; i < length; i++, bit += width) {
            target[from + i] = (byte) bits(bytes, at, end, bit, width);
        }
        at = end;
    }

    private void unpack(int[] target, int from, int length) {
        int safe = bytes.length - 8;
        long mask = (1L << width) - 1;
        long bit = 0;
        for (int i = from; i < from + length; i++, bit += width) {
            int index = at + (int) (bit >>> 3);
            target[i] = index <= safe
                    ? (int) ((long) LeafType.LONG.get(bytes, index) >>> (bit & 7) & mask)
                    : (int) bits(bytes, at, end, bit, width);
        }
        at = end;
    }

    /** Returns packed bits, least significant first; those behind the end are zero. */
    static long bits(byte[] bytes, int from, int to, long bit, int width) {
        long value = 0;
        for (int k = 0; k < width; k++, bit++) {
            int index = from + (int) (bit >>> 3);
            if (index < to) {
                value |= (bytes[index] >>> (bit & 7) & 1L) << k;
            }
        }
        return value;
    }

    private int runValue() {
        int size = (width + 7) / 8;
        if (to - at < size) {
            throw place.corrupt("a run that is cut off");
        }
        int value = 0;
        for (int k = 0; k < size; k++) {
            value |= (bytes[at++] & 0xff) << 8 * k;
        }
        return value;
    }

    private int varint() {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (at >= to) {
                throw place.corrupt("runs that end before the last value");
            }
            byte part = bytes[at++];
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return (int) value;
            }
        }
        throw place.corrupt("the length of a run has more than 5 bytes");
    }
}
