package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.zarr.BloscCodec.Inner;
import io.atomflux.file.columnar.zarr.BloscCodec.Shuffle;
import java.util.Arrays;
import java.util.zip.Deflater;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.jspecify.annotations.Nullable;

/**
 * Encodes one frame of Blosc, block by block of the size c-blosc would take; for one thread, dropped afterwards.
 *
 * <p>Blosc's own compression is only read: where an array asks for it, frames have LZ4 inside, which every reader sees in
 * the frame.
 */
final class BloscWriter implements AutoCloseable {

    private static final int FORMAT = 2;
    private static final int INNER_FORMAT = 1;
    private static final int SMALLEST = 128;
    private static final int CACHE = 32 * 1024;
    private static final int LARGEST_SPLIT = 1 << 18;
    private static final int SMALLEST_SPLIT_BLOCK = 1 << 16;
    private static final int LARGEST_BLOCK = 1 << 20;
    private static final int LARGEST_ELEMENT = 255;

    private final Inner inner;
    private final int level;
    private final Shuffle shuffle;
    private final int typeSize;
    private final boolean split;
    private final Scratch scratch = Scratch.take();
    private @Nullable Deflater deflater;

    private BloscWriter(Inner inner, int level, Shuffle shuffle, int typeSize, boolean split) {
        this.inner = inner;
        this.level = level;
        this.shuffle = shuffle;
        this.typeSize = typeSize;
        this.split = split;
    }

    static Span encode(Span plain, Inner asked, int level, Shuffle shuffle, int elementSize, int forcedBlock) {
        Inner inner = asked == Inner.BLOSCLZ ? Inner.LZ4 : asked;
        int length = plain.length();
        int typeSize = elementSize > LARGEST_ELEMENT ? 1 : elementSize;
        int block = blockSize(inner, level, typeSize, length, forcedBlock);
        boolean split = splits(inner, typeSize, block);
        int flags = shuffle.flag() | (split ? 0 : BloscCodec.WHOLE_BLOCKS) | inner.format() << 5;
        byte[] frame;
        int size = 0;
        if (level == 0 || length < SMALLEST) {
            frame = new byte[BloscCodec.HEADER + length];
        } else {
            frame = new byte[most(length, block, split ? typeSize : 1, inner)];
            try (BloscWriter writer = new BloscWriter(inner, level, shuffle, typeSize, split)) {
                size = writer.blocks(plain, block, frame);
            }
        }
        if (size == 0 || size >= BloscCodec.HEADER + length) {
            flags |= BloscCodec.COPIED;
            size = BloscCodec.HEADER + length;
            System.arraycopy(plain.array(), plain.from(), frame, BloscCodec.HEADER, length);
        }
        frame[0] = FORMAT;
        frame[1] = INNER_FORMAT;
        frame[2] = (byte) flags;
        frame[3] = (byte) typeSize;
        LittleEndian.putInt(frame, 4, length);
        LittleEndian.putInt(frame, 8, block);
        LittleEndian.putInt(frame, 12, size);
        return Span.of(size == frame.length ? frame : Arrays.copyOf(frame, size));
    }

    /** Source: c-blosc 1.21, split_block with its default, BLOSC_FORWARD_COMPAT_SPLIT. */
    private static boolean splits(Inner inner, int typeSize, int block) {
        return inner != Inner.ZSTD
                && typeSize <= BloscCodec.MOST_SPLITS
                && block / typeSize >= BloscCodec.SMALLEST_SPLIT;
    }

    /** Source: c-blosc 1.21, compute_blocksize. */
    private static int blockSize(Inner inner, int level, int typeSize, int length, int forced) {
        if (length < typeSize) {
            return 1;
        }
        long block = length;
        if (forced > 0) {
            block = Math.max(forced, SMALLEST);
        } else if (length >= CACHE) {
            boolean strong = inner != Inner.LZ4;
            block = strong ? 2L * CACHE : CACHE;
            block = switch (level) {
                case 0 -> block / 4;
                case 1 -> block / 2;
                case 2 -> block;
                case 3 -> block * 2;
                case 4, 5 -> block * 4;
                case 6, 7, 8 -> block * 8;
                default -> block * (strong ? 16 : 8);
            };
        }
        if (level > 0 && splits(inner, typeSize, (int) Math.min(block, Integer.MAX_VALUE))) {
            block = Math.min(block, LARGEST_SPLIT) * typeSize;
            block = Math.min(Math.max(block, SMALLEST_SPLIT_BLOCK), LARGEST_BLOCK);
        }
        block = Math.min(block, length);
        return (int) (block > typeSize ? block / typeSize * typeSize : block);
    }

    /** Returns the room a frame needs, however badly it compresses, before it is given up. */
    private static int most(int length, int block, int parts, Inner inner) {
        long blocks = ((long) length + block - 1) / block;
        long slack = inner == Inner.ZSTD ? Zstandard.most(block) : Lz4Codec.COMPRESSOR.maxCompressedLength(block);
        return Math.toIntExact(BloscCodec.HEADER + 4 * blocks + 4 * blocks * parts + length + slack + 64);
    }

    private int blocks(Span plain, int block, byte[] frame) {
        int length = plain.length();
        int count = (length + block - 1) / block;
        int out = BloscCodec.HEADER + 4 * count;
        for (int i = 0; i < count; i++) {
            LittleEndian.putInt(frame, BloscCodec.HEADER + 4 * i, out);
            int at = i * block;
            out = block(plain.array(), plain.from() + at, Math.min(block, length - at), block, frame, out);
        }
        return out;
    }

    private int block(byte[] plain, int from, int length, int block, byte[] frame, int start) {
        byte[] source = plain;
        int at = from;
        if (shuffle == Shuffle.BYTES && typeSize > 1) {
            source = scratch.first(length);
            at = 0;
            ByteShuffle.apply(plain, from, source, 0, length, typeSize);
        } else if (shuffle == Shuffle.BITS && length >= typeSize) {
            source = scratch.first(length);
            at = 0;
            BitShuffle.apply(plain, from, source, 0, length, typeSize, scratch.second(length));
        }
        int parts = split && length == block ? typeSize : 1;
        int part = length / parts;
        int out = start;
        for (int i = 0; i < parts; i++) {
            int done = compress(source, at + i * part, part, frame, out + 4);
            if (done == 0 || done >= part) {
                System.arraycopy(source, at + i * part, frame, out + 4, part);
                done = part;
            }
            LittleEndian.putInt(frame, out, done);
            out += 4 + done;
        }
        return out;
    }

    /** Returns how many bytes it takes, or 0 if it would not become smaller. */
    private int compress(byte[] source, int from, int length, byte[] frame, int at) {
        return switch (inner) {
            case BLOSCLZ, LZ4 -> Lz4Codec.COMPRESSOR.compress(source, from, length, frame, at, frame.length - at);
            case LZ4HC -> hc().compress(source, from, length, frame, at, frame.length - at);
            case ZSTD -> Zstandard.encode(source, from, length, frame, at, frame.length - at, zstdLevel(), false);
            case ZLIB -> deflate(source, from, length, frame, at);
        };
    }

    private LZ4Compressor hc() {
        return LZ4Factory.fastestInstance().highCompressor(level);
    }

    /** Source: c-blosc 1.21, zstd_wrap_compress; 22 is zstd's highest level. */
    private int zstdLevel() {
        return switch (level) {
            case 9 -> 22;
            case 8 -> 20;
            default -> 2 * level - 1;
        };
    }

    private int deflate(byte[] source, int from, int length, byte[] frame, int at) {
        Deflater zlib = deflater == null ? new Deflater(level) : deflater;
        deflater = zlib;
        zlib.reset();
        zlib.setInput(source, from, length);
        zlib.finish();
        int done = zlib.deflate(frame, at, length);
        return zlib.finished() ? done : 0;
    }

    @Override
    public void close() {
        if (deflater != null) {
            deflater.end();
        }
        scratch.close();
    }
}
