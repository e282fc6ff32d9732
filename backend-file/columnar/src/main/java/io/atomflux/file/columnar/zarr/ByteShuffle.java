package io.atomflux.file.columnar.zarr;

/**
 * All first bytes of the elements, then all second ones, and so on; bytes behind the last whole element stay at the end.
 *
 * <p>Eight elements at a time are turned in registers, as matrices of 8 x 8 (or 4 x 4) bytes: several times faster than
 * moving single bytes, which the virtual machine does not do in vectors.
 */
final class ByteShuffle {

    private static final long BYTES = 0x00ff_00ff_00ff_00ffL;
    private static final long PAIRS = 0x0000_ffff_0000_ffffL;
    private static final long FOURS = 0x0000_0000_ffff_ffffL;

    private ByteShuffle() {}

    /** Puts bytes into elements again. */
    static void undo(byte[] in, int from, byte[] out, int to, int length, int size) {
        int count = length / size;
        int done = 0;
        if (size % 8 == 0) {
            done = count & ~7;
            for (int plane = 0; plane < size; plane += 8) {
                undo8(in, from + plane * count, count, out, to + plane, size, done);
            }
        } else if (size == 4) {
            done = count & ~7;
            undo4(in, from, count, out, to, done);
        } else if (size == 2) {
            done = count & ~7;
            undo2(in, from, count, out, to, done);
        }
        for (int plane = 0; plane < size; plane++) {
            int source = from + plane * count;
            for (int i = done; i < count; i++) {
                out[to + i * size + plane] = in[source + i];
            }
        }
        int whole = count * size;
        System.arraycopy(in, from + whole, out, to + whole, length - whole);
    }

    /** Takes elements apart. */
    static void apply(byte[] in, int from, byte[] out, int to, int length, int size) {
        int count = length / size;
        int done = 0;
        if (size % 8 == 0) {
            done = count & ~7;
            for (int plane = 0; plane < size; plane += 8) {
                apply8(in, from + plane, size, out, to + plane * count, count, done);
            }
        } else if (size == 4) {
            done = count & ~7;
            apply4(in, from, out, to, count, done);
        } else if (size == 2) {
            done = count & ~7;
            apply2(in, from, out, to, count, done);
        }
        for (int plane = 0; plane < size; plane++) {
            int target = to + plane * count;
            for (int i = done; i < count; i++) {
                out[target + i] = in[from + i * size + plane];
            }
        }
        int whole = count * size;
        System.arraycopy(in, from + whole, out, to + whole, length - whole);
    }

    private static void undo8(byte[] in, int from, int count, byte[] out, int to, int size, int done) {
        for (int i = 0; i < done; i += 8) {
            turn(in, from + i, count, out, to + i * size, size);
        }
    }

    private static void apply8(byte[] in, int from, int size, byte[] out, int to, int count, int done) {
        for (int i = 0; i < done; i += 8) {
            turn(in, from + i * size, size, out, to + i, count);
        }
    }

    /** Reads a matrix of 8 rows of 8 bytes and writes it with rows and columns changed over. */
    static void turn(byte[] in, int from, int step, byte[] out, int to, int outStep) {
        long a = LittleEndian.getLong(in, from);
        long b = LittleEndian.getLong(in, from + step);
        long c = LittleEndian.getLong(in, from + 2 * step);
        long d = LittleEndian.getLong(in, from + 3 * step);
        long e = LittleEndian.getLong(in, from + 4 * step);
        long f = LittleEndian.getLong(in, from + 5 * step);
        long g = LittleEndian.getLong(in, from + 6 * step);
        long h = LittleEndian.getLong(in, from + 7 * step);
        long t = ((a >>> 32) ^ e) & FOURS;
        e ^= t;
        a ^= t << 32;
        t = ((b >>> 32) ^ f) & FOURS;
        f ^= t;
        b ^= t << 32;
        t = ((c >>> 32) ^ g) & FOURS;
        g ^= t;
        c ^= t << 32;
        t = ((d >>> 32) ^ h) & FOURS;
        h ^= t;
        d ^= t << 32;
        t = ((a >>> 16) ^ c) & PAIRS;
        c ^= t;
        a ^= t << 16;
        t = ((b >>> 16) ^ d) & PAIRS;
        d ^= t;
        b ^= t << 16;
        t = ((e >>> 16) ^ g) & PAIRS;
        g ^= t;
        e ^= t << 16;
        t = ((f >>> 16) ^ h) & PAIRS;
        h ^= t;
        f ^= t << 16;
        t = ((a >>> 8) ^ b) & BYTES;
        LittleEndian.putLong(out, to, a ^ t << 8);
        LittleEndian.putLong(out, to + outStep, b ^ t);
        t = ((c >>> 8) ^ d) & BYTES;
        LittleEndian.putLong(out, to + 2 * outStep, c ^ t << 8);
        LittleEndian.putLong(out, to + 3 * outStep, d ^ t);
        t = ((e >>> 8) ^ f) & BYTES;
        LittleEndian.putLong(out, to + 4 * outStep, e ^ t << 8);
        LittleEndian.putLong(out, to + 5 * outStep, f ^ t);
        t = ((g >>> 8) ^ h) & BYTES;
        LittleEndian.putLong(out, to + 6 * outStep, g ^ t << 8);
        LittleEndian.putLong(out, to + 7 * outStep, h ^ t);
    }

    private static void undo4(byte[] in, int from, int count, byte[] out, int to, int done) {
        for (int i = 0; i < done; i += 8) {
            long a = LittleEndian.getLong(in, from + i);
            long b = LittleEndian.getLong(in, from + count + i);
            long c = LittleEndian.getLong(in, from + 2 * count + i);
            long d = LittleEndian.getLong(in, from + 3 * count + i);
            // Two matrices of 4 x 4 at once, in the lower and the upper halves.
            long t = ((a >>> 16) ^ c) & PAIRS;
            c ^= t;
            a ^= t << 16;
            t = ((b >>> 16) ^ d) & PAIRS;
            d ^= t;
            b ^= t << 16;
            t = ((a >>> 8) ^ b) & BYTES;
            b ^= t;
            a ^= t << 8;
            t = ((c >>> 8) ^ d) & BYTES;
            d ^= t;
            c ^= t << 8;
            int at = to + 4 * i;
            LittleEndian.putLong(out, at, a & FOURS | b << 32);
            LittleEndian.putLong(out, at + 8, c & FOURS | d << 32);
            LittleEndian.putLong(out, at + 16, a >>> 32 | b & ~FOURS);
            LittleEndian.putLong(out, at + 24, c >>> 32 | d & ~FOURS);
        }
    }

    private static void apply4(byte[] in, int from, byte[] out, int to, int count, int done) {
        for (int i = 0; i < done; i += 8) {
            int at = from + 4 * i;
            long p = LittleEndian.getLong(in, at);
            long q = LittleEndian.getLong(in, at + 8);
            long r = LittleEndian.getLong(in, at + 16);
            long s = LittleEndian.getLong(in, at + 24);
            long a = p & FOURS | r << 32;
            long b = p >>> 32 | r & ~FOURS;
            long c = q & FOURS | s << 32;
            long d = q >>> 32 | s & ~FOURS;
            long t = ((a >>> 16) ^ c) & PAIRS;
            c ^= t;
            a ^= t << 16;
            t = ((b >>> 16) ^ d) & PAIRS;
            d ^= t;
            b ^= t << 16;
            t = ((a >>> 8) ^ b) & BYTES;
            LittleEndian.putLong(out, to + i, a ^ t << 8);
            LittleEndian.putLong(out, to + count + i, b ^ t);
            t = ((c >>> 8) ^ d) & BYTES;
            LittleEndian.putLong(out, to + 2 * count + i, c ^ t << 8);
            LittleEndian.putLong(out, to + 3 * count + i, d ^ t);
        }
    }

    private static void undo2(byte[] in, int from, int count, byte[] out, int to, int done) {
        for (int i = 0; i < done; i += 8) {
            long a = LittleEndian.getLong(in, from + i);
            long b = LittleEndian.getLong(in, from + count + i);
            LittleEndian.putLong(out, to + 2 * i, spread(a & FOURS) | spread(b & FOURS) << 8);
            LittleEndian.putLong(out, to + 2 * i + 8, spread(a >>> 32) | spread(b >>> 32) << 8);
        }
    }

    private static void apply2(byte[] in, int from, byte[] out, int to, int count, int done) {
        for (int i = 0; i < done; i += 8) {
            long p = LittleEndian.getLong(in, from + 2 * i);
            long q = LittleEndian.getLong(in, from + 2 * i + 8);
            LittleEndian.putLong(out, to + i, gather(p) | gather(q) << 32);
            LittleEndian.putLong(out, to + count + i, gather(p >>> 8) | gather(q >>> 8) << 32);
        }
    }

    /** Puts four bytes at every other place. */
    private static long spread(long four) {
        long pairs = (four | four << 16) & PAIRS;
        return (pairs | pairs << 8) & BYTES;
    }

    /** Takes every other byte. */
    private static long gather(long eight) {
        long bytes = eight & BYTES;
        long pairs = (bytes | bytes >>> 8) & PAIRS;
        return (pairs | pairs >>> 16) & FOURS;
    }
}
