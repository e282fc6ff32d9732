package io.atomflux.file.columnar.zarr;

import java.util.Arrays;

/**
 * Decodes the compression of Blosc's own, which is FastLZ's second level with an offset more.
 *
 * <p>Source: what {@code blosclz_decompress} of c-blosc 1.21 accepts.
 */
final class Blosclz {

    private static final int FARTHEST_NEAR = 8191;

    private Blosclz() {}

    /**
     * Decodes a block.
     *
     * @throws IllegalArgumentException if it is damaged, or decodes to another size
     */
    static void block(byte[] stored, int from, int length, byte[] plain, int start, int size) {
        int in = from;
        int inEnd = from + length;
        int out = start;
        int outEnd = start + size;
        // Every run begins with a byte that tells what it is; of the first, only literals make sense.
        int control = next(stored, in++, inEnd) & 31;
        while (true) {
            if (control < 32) {
                int count = control + 1;
                if (count > outEnd - out || count > inEnd - in) {
                    throw damaged(
                            "%d literal bytes where %d are left of %d".formatted(count, inEnd - in, outEnd - out));
                }
                System.arraycopy(stored, in, plain, out, count);
                in += count;
                out += count;
            } else {
                long count = (control >> 5) + 2L;
                if (count == 9) {
                    int more;
                    do {
                        more = next(stored, in++, inEnd);
                        count += more;
                    } while (more == 255);
                }
                int high = (control & 31) << 8;
                int low = next(stored, in++, inEnd);
                int distance = high + low + 1;
                if (low == 255 && high == 31 << 8) {
                    distance = (next(stored, in++, inEnd) << 8) + FARTHEST_NEAR + 1;
                    distance += next(stored, in++, inEnd);
                }
                if (count > outEnd - out || distance > out - start) {
                    throw damaged("%d bytes from %d back at %d of %d".formatted(count, distance, out - start, size));
                }
                repeat(plain, out, distance, (int) count);
                out += (int) count;
            }
            if (in >= inEnd) {
                break;
            }
            control = stored[in++] & 0xff;
        }
        if (out != outEnd) {
            throw Sizes.wrong("blosclz", out - start, size, true);
        }
    }

    /** Copies what lies back; where it overlaps, what was just written is repeated. */
    private static void repeat(byte[] plain, int at, int distance, int count) {
        if (distance == 1) {
            Arrays.fill(plain, at, at + count, plain[at - 1]);
            return;
        }
        int done = 0;
        while (done < count) {
            int part = Math.min(distance + done, count - done);
            System.arraycopy(plain, at - distance, plain, at + done, part);
            done += part;
        }
    }

    private static int next(byte[] stored, int at, int end) {
        if (at >= end) {
            throw damaged("ends within a run");
        }
        return stored[at] & 0xff;
    }

    private static IllegalArgumentException damaged(String what) {
        return new IllegalArgumentException("blosclz: " + what);
    }
}
