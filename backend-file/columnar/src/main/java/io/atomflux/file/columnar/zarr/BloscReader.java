package io.atomflux.file.columnar.zarr;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Decodes one frame of Blosc; for one thread, dropped afterwards. */
final class BloscReader implements AutoCloseable {

    private static final int FORMAT = 2;
    private static final int ZLIB_FORMAT = 3;
    private static final int ZSTD_FORMAT = 4;

    // No codec makes more of a byte: 128 KiB of 3 bytes, or 258 bytes of 2 bits.
    private static final int MOST_OF_ZSTD = 1 << 16;
    private static final int MOST_OF_OTHERS = 1 << 11;

    private final byte[] stored;
    private final int from;
    private final int to;
    private final int flags;
    private final int typeSize;
    private final int size;
    private final int blockSize;
    private final Scratch scratch = Scratch.take();
    private @Nullable Inflater inflater;

    private BloscReader(Span frame, int flags, int typeSize, int size, int blockSize) {
        this.stored = frame.array();
        this.from = frame.from();
        this.to = frame.to();
        this.flags = flags;
        this.typeSize = typeSize;
        this.size = size;
        this.blockSize = blockSize;
    }

    static Span decode(Span frame, int most, boolean exact) {
        byte[] bytes = frame.array();
        int at = frame.from();
        int length = frame.length();
        if (length < BloscCodec.HEADER) {
            throw damaged("%d bytes (expected: at least %d)".formatted(length, BloscCodec.HEADER));
        }
        int format = bytes[at] & 0xff;
        int flags = bytes[at + 2] & 0xff;
        int typeSize = bytes[at + 3] & 0xff;
        int size = LittleEndian.getInt(bytes, at + 4);
        int blockSize = LittleEndian.getInt(bytes, at + 8);
        int claimed = LittleEndian.getInt(bytes, at + 12);
        if (format < 1 || format > FORMAT || (flags & BloscCodec.RESERVED) != 0) {
            throw damaged("format %d with flags %02x (expected: %d without %02x)"
                    .formatted(format, flags, FORMAT, BloscCodec.RESERVED));
        }
        if (claimed != length) {
            throw damaged("%d bytes (expected: %d)".formatted(length, claimed));
        }
        Sizes.check("blosc", size, most, exact);
        if ((flags & BloscCodec.COPIED) != 0) {
            if (length != BloscCodec.HEADER + (long) size) {
                throw damaged("%d bytes (expected: %d and a header)".formatted(length, size));
            }
            return new Span(bytes, at + BloscCodec.HEADER, frame.to());
        }
        if (size == 0) {
            return new Span(bytes, at, at);
        }
        int ratio = flags >>> 5 == ZSTD_FORMAT ? MOST_OF_ZSTD : MOST_OF_OTHERS;
        if (size > (long) ratio * length) {
            throw damaged("%d bytes in %d (expected: at most %d times as many)".formatted(size, length, ratio));
        }
        if (blockSize < 1 || blockSize > size || typeSize < 1) {
            throw damaged("blocks of %d bytes, elements of %d (expected: at least 1, at most %d)"
                    .formatted(blockSize, typeSize, size));
        }
        try (BloscReader reader = new BloscReader(frame, flags, typeSize, size, blockSize)) {
            return Span.of(reader.blocks());
        }
    }

    private byte[] blocks() {
        int count = (int) ((size + (long) blockSize - 1) / blockSize);
        long begin = BloscCodec.HEADER + 4L * count;
        if (begin > to - from) {
            throw damaged("%d blocks in %d bytes".formatted(count, to - from));
        }
        byte[] plain = new byte[size];
        for (int i = 0; i < count; i++) {
            int start = LittleEndian.getInt(stored, from + BloscCodec.HEADER + 4 * i);
            if (start < begin || start >= to - from) {
                throw damaged("block %d at %d (expected: %d to %d)".formatted(i, start, begin, to - from));
            }
            int at = i * blockSize;
            block(from + start, plain, at, Math.min(blockSize, size - at));
        }
        return plain;
    }

    private void block(int start, byte[] plain, int at, int length) {
        boolean bits = (flags & BloscCodec.Shuffle.BITS.flag()) != 0 && length >= typeSize;
        boolean bytes = (flags & BloscCodec.Shuffle.BYTES.flag()) != 0 && typeSize > 1;
        if (bytes) {
            byte[] planes = scratch.first(length);
            splits(start, planes, 0, length);
            ByteShuffle.undo(planes, 0, plain, at, length, typeSize);
        } else if (bits) {
            byte[] planes = scratch.first(length);
            splits(start, planes, 0, length);
            BitShuffle.undo(planes, 0, plain, at, length, typeSize, scratch.second(length));
        } else {
            splits(start, plain, at, length);
        }
    }

    private void splits(int start, byte[] target, int at, int length) {
        // The last block is never split if it is shorter than the others. Source: c-blosc 1.21, blosc_d.
        boolean split = (flags & BloscCodec.WHOLE_BLOCKS) == 0
                && typeSize <= BloscCodec.MOST_SPLITS
                && blockSize / typeSize >= BloscCodec.SMALLEST_SPLIT
                && length == blockSize;
        int parts = split ? typeSize : 1;
        int part = length / parts;
        if (part * parts != length) {
            throw damaged("blocks of %d bytes of elements of %d".formatted(length, typeSize));
        }
        int in = start;
        for (int i = 0; i < parts; i++) {
            if (to - in < 4) {
                throw damaged("ends within a block");
            }
            int take = LittleEndian.getInt(stored, in);
            in += 4;
            if (take < 1 || take > to - in) {
                throw damaged("%d bytes of a block where %d are left".formatted(take, to - in));
            }
            if (take == part) {
                System.arraycopy(stored, in, target, at + i * part, part);
            } else {
                inner(in, take, target, at + i * part, part);
            }
            in += take;
        }
    }

    private void inner(int in, int take, byte[] target, int at, int length) {
        int format = flags >>> 5;
        if (format == BloscCodec.Inner.LZ4.format()) {
            Lz4Codec.block(stored, in, take, target, at, length);
        } else if (format == ZSTD_FORMAT) {
            int done = Zstandard.decode(stored, in, take, target, at, length);
            if (done != length) {
                throw damaged("zstd: %s (expected: %d)"
                        .formatted(done == Zstandard.TOO_SMALL ? "too many bytes" : done + " bytes", length));
            }
        } else if (format == ZLIB_FORMAT) {
            inflate(in, take, target, at, length);
        } else if (format == BloscCodec.Inner.BLOSCLZ.format()) {
            Blosclz.block(stored, in, take, target, at, length);
        } else {
            throw damaged("compression %s (known: blosclz, lz4, zlib, zstd)"
                    .formatted(format == BloscCodec.Inner.SNAPPY_FORMAT ? "snappy" : format));
        }
    }

    private void inflate(int in, int take, byte[] target, int at, int length) {
        Inflater zlib = inflater == null ? new Inflater() : inflater;
        inflater = zlib;
        zlib.reset();
        zlib.setInput(stored, in, take);
        try {
            int done = zlib.inflate(target, at, length);
            // The checksum may be read only when asked for more.
            if (done == length && !zlib.finished()) {
                done += zlib.inflate(new byte[1], 0, 1);
            }
            if (done != length || !zlib.finished()) {
                throw damaged("zlib: not a block of %d bytes".formatted(length));
            }
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("blosc: zlib: %s".formatted(e.getMessage()), e);
        }
    }

    private static IllegalArgumentException damaged(String what) {
        return new IllegalArgumentException("blosc: " + what);
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
        scratch.close();
    }
}
