package io.atomflux.file.columnar.zarr;

import java.util.Locale;

/**
 * Blosc's frames of format 2, in Java.
 *
 * <p>Source: "Blosc codec" (version 1.0) of the Zarr specification 3.0, and c-blosc 1.21 for what it writes. A frame tells
 * itself how it was made, so decoding looks at nothing but the frame.
 */
final class BloscCodec implements BytesCodec {

    /** What is inside; the format number stands in a frame. */
    enum Inner {
        BLOSCLZ(0),
        LZ4(1),
        LZ4HC(1),
        ZLIB(3),
        ZSTD(4);

        static final int SNAPPY_FORMAT = 2;

        private final int format;

        Inner(int format) {
            this.format = format;
        }

        int format() {
            return format;
        }

        static Inner of(String name) {
            for (Inner inner : values()) {
                if (inner.toString().equals(name)) {
                    return inner;
                }
            }
            throw new UnsupportedOperationException(
                    "blosc with %s (known: blosclz, lz4, lz4hc, zlib, zstd)".formatted(name));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is put in another order before it is compressed. */
    enum Shuffle {
        NONE("noshuffle", 0),
        BYTES("shuffle", 1),
        BITS("bitshuffle", 4);

        private final String label;
        private final int flag;

        Shuffle(String label, int flag) {
            this.label = label;
            this.flag = flag;
        }

        /** Returns the bit that tells it in a frame. */
        int flag() {
            return flag;
        }

        static Shuffle of(String name) {
            for (Shuffle shuffle : values()) {
                if (shuffle.label.equals(name)) {
                    return shuffle;
                }
            }
            throw CodecJson.wrong("shuffle of blosc", name, "noshuffle, shuffle or bitshuffle");
        }

        @Override
        public String toString() {
            return label;
        }
    }

    static final int HEADER = 16;
    static final int COPIED = 2;
    static final int RESERVED = 8;
    static final int WHOLE_BLOCKS = 16;
    static final int MOST_SPLITS = 16;
    static final int SMALLEST_SPLIT = 128;

    private final Inner inner;
    private final int level;
    private final Shuffle shuffle;
    private final int typeSize;
    private final int blockSize;

    BloscCodec(Inner inner, int level, Shuffle shuffle, int typeSize, int blockSize) {
        this.inner = inner;
        this.level = level;
        this.shuffle = shuffle;
        this.typeSize = typeSize;
        this.blockSize = blockSize;
    }

    @Override
    public Span decode(Span stored, int size, boolean exact) {
        return BloscReader.decode(stored, size, exact);
    }

    @Override
    public Span encode(Span plain) {
        return BloscWriter.encode(plain, inner, level, shuffle, typeSize, blockSize);
    }

    @Override
    public String name() {
        return "blosc(%s, %d, %s)".formatted(inner, level, shuffle);
    }
}
