package io.atomflux.file.columnar.hdf5;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * HDF5's filter 3: Fletcher's checksum over big-endian words of 16 bits, kept little-endian behind the data.
 *
 * <p>Source: {@code H5_checksum_fletcher32} of the HDF Group's library. As there, the checksums that its versions before 1.6.3
 * wrote on little-endian machines (the bytes of each half swapped) are taken, too.
 */
final class Fletcher32 {

    static final int BYTES = 4;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SUM = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    /** Words after which the sums are folded: far from the end of a long. */
    private static final int BLOCK = 1 << 16;

    private Fletcher32() {}

    /** Returns the data with their checksum behind them. */
    static byte[] appended(byte[] data) {
        byte[] out = Arrays.copyOf(data, Math.addExact(data.length, BYTES));
        SUM.set(out, data.length, sum(data, data.length));
        return out;
    }

    /** Returns the data without their checksum, having compared it. */
    static byte[] verified(byte[] stored) {
        int length = stored.length - BYTES;
        if (length < 0) {
            throw new IllegalArgumentException(
                    "fletcher32: %d bytes (expected: at least %d)".formatted(stored.length, BYTES));
        }
        int said = (int) SUM.get(stored, length);
        int sum = sum(stored, length);
        if (said != sum && said != ((sum & 0x00FF00FF) << 8 | (sum >>> 8 & 0x00FF00FF))) {
            throw new IllegalArgumentException(
                    "fletcher32: checksum %08x (expected: %08x, as the data have it)".formatted(said, sum));
        }
        return Arrays.copyOf(stored, length);
    }

    static int sum(byte[] data, int length) {
        long low = 0;
        long high = 0;
        int words = length / 2;
        for (int i = 0; i < words; ) {
            int stop = Math.min(words, i + BLOCK);
            for (; i < stop; i++) {
                low += (short) WORD.get(data, 2 * i) & 0xFFFF;
                high += low;
            }
            low = folded(low);
            high = folded(high);
        }
        if ((length & 1) != 0) {
            low = folded(low + ((data[length - 1] & 0xFF) << 8));
            high = folded(high + low);
        }
        return (int) (high << 16 | low);
    }

    /** Brings a sum modulo 65535 to 16 bits; 0 only if it was 0. */
    private static long folded(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return folded;
    }
}
