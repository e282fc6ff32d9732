package io.atomflux.file.columnar.zarr;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** The length, then one LZ4 block. Source: codec {@code lz4} of numcodecs 0.16. */
final class Lz4Codec implements BytesCodec {

    static final Lz4Codec INSTANCE = new Lz4Codec();

    // The safe one is the fast one here: the other takes a path of this library that is four times slower.
    static final LZ4SafeDecompressor DECOMPRESSOR = LZ4Factory.fastestInstance().safeDecompressor();
    static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();

    private Lz4Codec() {}

    @Override
    public Span decode(Span stored, int size, boolean exact) {
        if (stored.length() < 4) {
            throw new IllegalArgumentException("lz4: %d bytes (expected: at least 4)".formatted(stored.length()));
        }
        int claimed = LittleEndian.getInt(stored.array(), stored.from());
        Sizes.check("lz4", claimed, size, exact);
        byte[] plain = new byte[claimed];
        block(stored.array(), stored.from() + 4, stored.length() - 4, plain, 0, claimed);
        return Span.of(plain);
    }

    /**
     * Decodes a block.
     *
     * @throws IllegalArgumentException if it is damaged, or decodes to another size
     */
    static void block(byte[] stored, int from, int length, byte[] plain, int at, int size) {
        int done;
        try {
            done = DECOMPRESSOR.decompress(stored, from, length, plain, at, size);
        } catch (LZ4Exception e) {
            throw new IllegalArgumentException("lz4: not a block of %d bytes".formatted(size), e);
        }
        if (done != size) {
            throw Sizes.wrong("lz4", done, size, true);
        }
    }

    @Override
    public Span encode(Span plain) {
        byte[] stored = new byte[4 + COMPRESSOR.maxCompressedLength(plain.length())];
        LittleEndian.putInt(stored, 0, plain.length());
        int length = COMPRESSOR.compress(plain.array(), plain.from(), plain.length(), stored, 4, stored.length - 4);
        return new Span(stored, 0, 4 + length);
    }

    @Override
    public String name() {
        return "lz4";
    }
}
