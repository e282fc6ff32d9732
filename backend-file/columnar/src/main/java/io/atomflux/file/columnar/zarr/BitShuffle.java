package io.atomflux.file.columnar.zarr;

/**
 * All first bits of the elements, then all second ones, and so on; only where the number of elements is a multiple of eight.
 *
 * <p>Source: c-blosc 1.21, which leaves other blocks as they are. Done as two steps: bits within a byte of all elements, then
 * bytes as {@link ByteShuffle} does.
 */
final class BitShuffle {

    private BitShuffle() {}

    /**
     * Puts bits into elements again.
     *
     * @param scratch as long as the block
     */
    static void undo(byte[] in, int from, byte[] out, int to, int length, int size, byte[] scratch) {
        int count = length / size;
        if (count % 8 != 0) {
            System.arraycopy(in, from, out, to, length);
            return;
        }
        int row = count / 8;
        for (int plane = 0; plane < size; plane++) {
            int source = from + plane * count;
            int target = plane * count;
            int column = 0;
            for (; column + 8 <= row; column += 8) {
                int at = target + 8 * column;
                ByteShuffle.turn(in, source + column, row, scratch, at, 8);
                for (int i = at; i < at + 64; i += 8) {
                    LittleEndian.putLong(scratch, i, turnBits(LittleEndian.getLong(scratch, i)));
                }
            }
            for (; column < row; column++) {
                long bits = 0;
                for (int i = 7; i >= 0; i--) {
                    bits = bits << 8 | in[source + i * row + column] & 0xff;
                }
                LittleEndian.putLong(scratch, target + 8 * column, turnBits(bits));
            }
        }
        int whole = count * size;
        ByteShuffle.undo(scratch, 0, out, to, whole, size);
        System.arraycopy(in, from + whole, out, to + whole, length - whole);
    }

    /**
     * Takes elements apart.
     *
     * @param scratch as long as the block
     */
    static void apply(byte[] in, int from, byte[] out, int to, int length, int size, byte[] scratch) {
        int count = length / size;
        if (count % 8 != 0) {
            System.arraycopy(in, from, out, to, length);
            return;
        }
        int whole = count * size;
        ByteShuffle.apply(in, from, scratch, 0, whole, size);
        int row = count / 8;
        for (int plane = 0; plane < size; plane++) {
            int source = plane * count;
            int target = to + plane * count;
            int column = 0;
            for (; column + 8 <= row; column += 8) {
                int at = source + 8 * column;
                for (int i = at; i < at + 64; i += 8) {
                    LittleEndian.putLong(scratch, i, turnBits(LittleEndian.getLong(scratch, i)));
                }
                ByteShuffle.turn(scratch, at, 8, out, target + column, row);
            }
            for (; column < row; column++) {
                long bits = turnBits(LittleEndian.getLong(scratch, source + 8 * column));
                for (int i = 0; i < 8; i++) {
                    out[target + i * row + column] = (byte) (bits >>> 8 * i);
                }
            }
        }
        System.arraycopy(in, from + whole, out, to + whole, length - whole);
    }

    /** Changes over rows and columns of 8 x 8 bits. Source: Warren, Hacker's Delight, section 7-3. */
    private static long turnBits(long bits) {
        long x = bits;
        long t = (x ^ x >>> 7) & 0x00aa_00aa_00aa_00aaL;
        x ^= t ^ t << 7;
        t = (x ^ x >>> 14) & 0x0000_cccc_0000_ccccL;
        x ^= t ^ t << 14;
        t = (x ^ x >>> 28) & 0x0000_0000_f0f0_f0f0L;
        return x ^ t ^ t << 28;
    }
}
