package io.atomflux.file.columnar.hdf5;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Decodes filter 32004: the length, the length of a block, and LZ4 blocks with their lengths, all big-endian; a block as long as
 * it was is not compressed.
 *
 * <p>Source: "HDF5_LZ4.pdf" of the HDF Group's list of registered filters.
 */
final class Lz4Blocks {

    private static final LZ4SafeDecompressor LZ4 = LZ4Factory.fastestInstance().safeDecompressor();

    private Lz4Blocks() {}

    static byte[] decode(byte[] stored, int most) {
        try {
            ByteBuffer in = ByteBuffer.wrap(stored);
            long length = in.getLong();
            int block = in.getInt();
            // LZ4 itself does not reach this ratio.
            if (length < 0 || length > most || length > 256L * stored.length || (length > 0 && block <= 0)) {
                throw new IllegalArgumentException(
                        "lz4: %d bytes in blocks of %d, of %d stored (expected: at most %d bytes)"
                                .formatted(length, block, stored.length, most));
            }
            byte[] out = new byte[(int) length];
            for (int at = 0; at < out.length; ) {
                int want = Math.min(block, out.length - at);
                int packed = in.getInt();
                if (packed < 0 || packed > in.remaining()) {
                    throw new IllegalArgumentException(
                            "lz4: a block of %d bytes where %d are left".formatted(packed, in.remaining()));
                }
                if (packed == want) {
                    in.get(out, at, want);
                } else {
                    int got = LZ4.decompress(stored, in.position(), packed, out, at, want);
                    if (got != want) {
                        throw new IllegalArgumentException(
                                "lz4: a block of %d bytes (expected: %d)".formatted(got, want));
                    }
                    in.position(in.position() + packed);
                }
                at += want;
            }
            return out;
        } catch (BufferUnderflowException | LZ4Exception e) {
            throw new IllegalArgumentException("lz4: damaged, in %d bytes".formatted(stored.length), e);
        }
    }
}
