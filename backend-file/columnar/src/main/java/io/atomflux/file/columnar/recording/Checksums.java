package io.atomflux.file.columnar.recording;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Checksums of chunks as they are in memory, with zeros where nothing is committed: a newer version of a chunk, which holds all
 * samples of the older one, has the same for the older one's samples.
 */
final class Checksums {

    /** Of what another program has written. */
    static final long UNKNOWN = 0;

    private static final long KNOWN = 1L << 32;

    private Checksums() {}

    static long of(byte[] chunk) {
        CRC32C crc = new CRC32C();
        crc.update(chunk, 0, chunk.length);
        return KNOWN | crc.getValue();
    }

    static boolean fits(long expected, byte[] chunk) {
        return expected == UNKNOWN || expected == of(chunk);
    }

    /** Writes zeros over the times from one on, in each cell. */
    static void blank(byte[] chunk, int times, int from, int itemSize) {
        if (from >= times) {
            return;
        }
        int row = times * itemSize;
        for (int begin = 0; begin < chunk.length; begin += row) {
            Arrays.fill(chunk, begin + from * itemSize, begin + row, (byte) 0);
        }
    }
}
