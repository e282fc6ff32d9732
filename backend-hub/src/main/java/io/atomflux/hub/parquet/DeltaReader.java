package io.atomflux.hub.parquet;

/**
 * Numbers as differences in blocks of miniblocks, each with its own number of bits.
 *
 * <p>Source: "Delta Encoding" in {@code Encodings.md} of the Parquet format.
 */
final class DeltaReader {

    private static final int LARGEST_BLOCK = 1 << 20;

    private final byte[] bytes;
    private final int to;
    private final int perMiniblock;
    private final int miniblocks;
    private final int total;
    private final Place place;
    private int at;
    private int read;
    private long value;
    private long smallest;
    private int widthsAt;
    private int miniblock;
    private int inMiniblock;

    /** @param wanted how many numbers there must be */
    DeltaReader(byte[] bytes, int from, int to, int wanted, Place place) {
        this.bytes = bytes;
        this.at = from;
        this.to = to;
        this.place = place;
        long block = varint();
        long count = varint();
        long values = varint();
        if (block < 1 || block > LARGEST_BLOCK || count < 1 || block % count != 0 || block / count % 8 != 0) {
            throw place.corrupt("blocks of %d differences in %d miniblocks".formatted(block, count));
        }
        if (values != wanted) {
            throw place.corrupt("%d differences (expected: %d)".formatted(values, wanted));
        }
        this.miniblocks = (int) count;
        this.perMiniblock = (int) (block / count);
        this.total = wanted;
        this.value = zigzag();
        this.miniblock = miniblocks;
        this.inMiniblock = perMiniblock;
    }

    long next() {
        if (read == total) {
            throw place.corrupt("more numbers wanted than there are differences");
        }
        if (read++ > 0) {
            value += difference();
        }
        return value;
    }

    private long difference() {
        if (inMiniblock == perMiniblock) {
            nextMiniblock();
        }
        int width = bytes[widthsAt + miniblock];
        long bit = (long) inMiniblock++ * width;
        int index = at + (int) (bit >>> 3);
        long packed = width <= 56 && index <= bytes.length - 8
                ? (long) LeafType.LONG.get(bytes, index) >>> (bit & 7) & ((1L << width) - 1)
                : Runs.bits(bytes, at, to, bit, width);
        return smallest + packed;
    }

    private void nextMiniblock() {
        if (miniblock < miniblocks) {
            at += size(miniblock);
        }
        if (++miniblock >= miniblocks) {
            smallest = zigzag();
            widthsAt = at;
            if (to - at < miniblocks) {
                throw place.corrupt("a block of differences that is cut off");
            }
            at += miniblocks;
            miniblock = 0;
        }
        inMiniblock = 0;
        int width = bytes[widthsAt + miniblock];
        if (width < 0 || width > 64) {
            throw place.corrupt("differences of %d bits (expected: at most 64)".formatted(width));
        }
        // Padding behind the last number may be left out, numbers may not.
        long numbers = Math.min(perMiniblock, total - read + 1L);
        if ((numbers * width + 7) / 8 > to - at) {
            throw place.corrupt("a miniblock of differences that is cut off");
        }
    }

    private int size(int index) {
        return (int) Math.min((long) perMiniblock * bytes[widthsAt + index] / 8, to - at);
    }

    /** Returns where the block of the last number ends; all numbers must have been read. */
    int end() {
        if (total > 1) {
            at += size(miniblock);
        }
        return at;
    }

    private long zigzag() {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= to) {
                throw place.corrupt("differences that are cut off");
            }
            byte part = bytes[at++];
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw place.corrupt("a number of more than 10 bytes");
    }
}
