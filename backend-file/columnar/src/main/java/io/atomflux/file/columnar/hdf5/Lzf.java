package io.atomflux.file.columnar.hdf5;

import java.util.Arrays;

/** Decodes h5py's filter 32000: one block of Marc Lehmann's liblzf 3, whose source defines it. */
final class Lzf {

    /** What no block exceeds: 264 bytes by three. */
    private static final int MOST_RATIO = 88;

    private Lzf() {}

    /**
     * Decodes a block.
     *
     * @param most how long the result may be
     * @param exact whether it must be that long
     */
    static byte[] decode(byte[] in, int most, boolean exact) {
        long possible = (long) in.length * MOST_RATIO;
        if (exact && most > possible) {
            throw new IllegalArgumentException("lzf: %d bytes cannot hold %d".formatted(in.length, most));
        }
        byte[] out = new byte[(int) Math.min(most, possible)];
        int length = 0;
        int at = 0;
        try {
            while (at < in.length) {
                int control = in[at++] & 0xFF;
                if (control < 32) {
                    System.arraycopy(in, at, out, length, control + 1);
                    at += control + 1;
                    length += control + 1;
                } else {
                    int count = control >>> 5;
                    if (count == 7) {
                        count += in[at++] & 0xFF;
                    }
                    count += 2;
                    int from = length - ((control & 31) << 8 | in[at++] & 0xFF) - 1;
                    length = copied(out, from, length, count);
                }
            }
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "lzf: damaged at byte %d of %d, after %d of at most %d bytes"
                            .formatted(Math.min(at, in.length), in.length, length, out.length),
                    e);
        }
        if (exact && length != most) {
            throw new IllegalArgumentException("lzf: %d bytes (expected: %d)".formatted(length, most));
        }
        return length == out.length ? out : Arrays.copyOf(out, length);
    }

    /** Repeats what came before, perhaps what it writes itself. */
    private static int copied(byte[] out, int from, int to, int count) {
        if (to - from >= count) {
            System.arraycopy(out, from, out, to, count);
        } else {
            for (int i = 0; i < count; i++) {
                out[to + i] = out[from + i];
            }
        }
        return to + count;
    }
}
