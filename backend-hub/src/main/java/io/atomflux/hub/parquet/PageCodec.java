package io.atomflux.hub.parquet;

import com.github.luben.zstd.Zstd;
import io.atomflux.error.CorruptDataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Factory;
import org.apache.parquet.format.CompressionCodec;
import org.xerial.snappy.Snappy;

/**
 * Decompresses pages; what comes out must have exactly the length that the page header says, and no more is ever written.
 *
 * <p>Source: {@code Compression.md} of the Parquet format.
 */
final class PageCodec {

    private PageCodec() {}

    /** Refuses codecs that are not read here, before anything is fetched. */
    static void check(CompressionCodec codec, Place place) {
        switch (codec) {
            case UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW -> {}
            case LZO, BROTLI -> throw place.unsupported("the codec " + codec);
            case LZ4 -> throw place.unsupported("the codec LZ4, which is deprecated for LZ4_RAW");
        }
    }

    static void decompress(
            CompressionCodec codec, byte[] source, int from, int length, byte[] target, int at, int size, Place place) {
        try {
            int written = switch (codec) {
                case SNAPPY -> snappy(source, from, length, target, at, size);
                case GZIP -> gzip(source, from, length, target, at, size);
                case ZSTD -> (int) Zstd.decompressByteArray(target, at, size, source, from, length);
                case LZ4_RAW ->
                    LZ4Factory.safeInstance().safeDecompressor().decompress(source, from, length, target, at, size);
                case UNCOMPRESSED, LZO, BROTLI, LZ4 -> throw new IllegalStateException("no decompression: " + codec);
            };
            if (written != size) {
                throw place.corrupt("a page of %d bytes (expected: %d by its header)".formatted(written, size));
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof CorruptDataException corrupt) {
                throw corrupt;
            }
            throw place.corrupt("a page that does not decompress as %s (%s)".formatted(codec, e.getMessage()), e);
        }
    }

    private static int snappy(byte[] source, int from, int length, byte[] target, int at, int size) throws IOException {
        // The native code writes as many bytes as its own header says.
        int declared = Snappy.uncompressedLength(source, from, length);
        return declared == size ? Snappy.uncompress(source, from, length, target, at) : declared;
    }

    private static int gzip(byte[] source, int from, int length, byte[] target, int at, int size) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(source, from, length), 8192)) {
            int written = in.readNBytes(target, at, size);
            return in.read() < 0 ? written : size + 1;
        }
    }
}
