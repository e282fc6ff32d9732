package io.atomflux.file.columnar.hdf5;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * HDF5's filter 2: the first bytes of all elements, then the second ones, and so on; what is no whole element stays at the end.
 *
 * <p>Elements of 4 and 8 bytes are done as squares of bytes in registers, which are turned about their diagonal.
 */
final class Shuffle {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Shuffle() {}

    /** Puts the bytes of elements of a size in planes. */
    static byte[] encode(byte[] bytes, int size) {
        return turned(bytes, size, true);
    }

    /** Puts the bytes of planes in elements again. */
    static byte[] decode(byte[] bytes, int size) {
        return turned(bytes, size, false);
    }

    private static byte[] turned(byte[] in, int size, boolean encode) {
        int count = in.length / size;
        if (size == 1 || count <= 1) {
            return in;
        }
        byte[] out = new byte[in.length];
        int from = 0;
        if (size == 8) {
            from = encode ? encode8(in, out, count) : decode8(in, out, count);
        } else if (size == 4) {
            from = encode ? encode4(in, out, count) : decode4(in, out, count);
        }
        if (encode) {
            encode(in, out, size, count, from);
        } else {
            decode(in, out, size, count, from);
        }
        System.arraycopy(in, count * size, out, count * size, in.length - count * size);
        return out;
    }

    private static void encode(byte[] in, byte[] out, int size, int count, int from) {
        for (int plane = 0; plane < size; plane++) {
            int to = plane * count;
            for (int i = from, at = from * size + plane; i < count; i++, at += size) {
                out[to + i] = in[at];
            }
        }
    }

    private static void decode(byte[] in, byte[] out, int size, int count, int from) {
        for (int plane = 0; plane < size; plane++) {
            int to = plane * count;
            for (int i = from, at = from * size + plane; i < count; i++, at += size) {
                out[at] = in[to + i];
            }
        }
    }

    private static int encode8(byte[] in, byte[] out, int count) {
        int end = count & ~7;
        long[] rows = new long[8];
        for (int i = 0; i < end; i += 8) {
            for (int k = 0; k < 8; k++) {
                rows[k] = (long) LONG.get(in, (i + k) * 8);
            }
            turn8(rows);
            for (int k = 0; k < 8; k++) {
                LONG.set(out, k * count + i, rows[k]);
            }
        }
        return end;
    }

    private static int decode8(byte[] in, byte[] out, int count) {
        int end = count & ~7;
        long[] rows = new long[8];
        for (int i = 0; i < end; i += 8) {
            for (int k = 0; k < 8; k++) {
                rows[k] = (long) LONG.get(in, k * count + i);
            }
            turn8(rows);
            for (int k = 0; k < 8; k++) {
                LONG.set(out, (i + k) * 8, rows[k]);
            }
        }
        return end;
    }

    private static void turn8(long[] r) {
        for (int k = 0; k < 8; k += 2) {
            long t = (r[k] >>> 8 ^ r[k + 1]) & 0x00FF00FF00FF00FFL;
            r[k + 1] ^= t;
            r[k] ^= t << 8;
        }
        for (int j = 0; j < 4; j++) {
            int k = (j & 2) * 2 + (j & 1);
            long t = (r[k] >>> 16 ^ r[k + 2]) & 0x0000FFFF0000FFFFL;
            r[k + 2] ^= t;
            r[k] ^= t << 16;
        }
        for (int k = 0; k < 4; k++) {
            long t = (r[k] >>> 32 ^ r[k + 4]) & 0x00000000FFFFFFFFL;
            r[k + 4] ^= t;
            r[k] ^= t << 32;
        }
    }

    private static int encode4(byte[] in, byte[] out, int count) {
        int end = count & ~3;
        int[] rows = new int[4];
        for (int i = 0; i < end; i += 4) {
            for (int k = 0; k < 4; k++) {
                rows[k] = (int) INT.get(in, (i + k) * 4);
            }
            turn4(rows);
            for (int k = 0; k < 4; k++) {
                INT.set(out, k * count + i, rows[k]);
            }
        }
        return end;
    }

    private static int decode4(byte[] in, byte[] out, int count) {
        int end = count & ~3;
        int[] rows = new int[4];
        for (int i = 0; i < end; i += 4) {
            for (int k = 0; k < 4; k++) {
                rows[k] = (int) INT.get(in, k * count + i);
            }
            turn4(rows);
            for (int k = 0; k < 4; k++) {
                INT.set(out, (i + k) * 4, rows[k]);
            }
        }
        return end;
    }

    private static void turn4(int[] r) {
        for (int k = 0; k < 4; k += 2) {
            int t = (r[k] >>> 8 ^ r[k + 1]) & 0x00FF00FF;
            r[k + 1] ^= t;
            r[k] ^= t << 8;
        }
        for (int k = 0; k < 2; k++) {
            int t = (r[k] >>> 16 ^ r[k + 2]) & 0x0000FFFF;
            r[k + 2] ^= t;
            r[k] ^= t << 16;
        }
    }
}
