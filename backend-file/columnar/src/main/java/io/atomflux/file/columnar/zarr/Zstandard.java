package io.atomflux.file.columnar.zarr;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Zstandard from array to array; what it works with is kept for the next call, in native memory, as often as there are
 * processors.
 *
 * <p>Always one call for all of a frame: the target is the window, so that no frame makes it take memory of its own.
 */
final class Zstandard {

    private static final int KEPT = Runtime.getRuntime().availableProcessors();
    private static final int LARGEST_LEVEL_KEPT = 9;
    private static final Queue<ZstdDecompressCtx> READERS = new ArrayBlockingQueue<>(KEPT);
    private static final Queue<ZstdCompressCtx> WRITERS = new ArrayBlockingQueue<>(KEPT);

    /** What {@link #decode} returns if there was more than the room given. */
    static final int TOO_SMALL = -1;

    private Zstandard() {}

    /**
     * Decodes one or more frames.
     *
     * @return how many bytes came out, or {@link #TOO_SMALL}
     * @throws IllegalArgumentException if they are damaged
     */
    static int decode(byte[] stored, int from, int length, byte[] plain, int at, int room) {
        ZstdDecompressCtx pooled = READERS.poll();
        ZstdDecompressCtx reader = pooled == null ? new ZstdDecompressCtx() : pooled;
        try {
            return reader.decompressByteArray(plain, at, room, stored, from, length);
        } catch (ZstdException e) {
            if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
                return TOO_SMALL;
            }
            throw new IllegalArgumentException("zstd: %s".formatted(e.getMessage()), e);
        } finally {
            if (!READERS.offer(reader)) {
                reader.close();
            }
        }
    }

    /**
     * Encodes one frame.
     *
     * @param stored with as much room as {@link #most} says
     * @return how many bytes it takes
     */
    static int encode(
            byte[] plain, int from, int length, byte[] stored, int at, int room, int level, boolean checksum) {
        ZstdCompressCtx pooled = WRITERS.poll();
        ZstdCompressCtx writer = pooled == null ? new ZstdCompressCtx() : pooled;
        try {
            writer.setLevel(level);
            writer.setChecksum(checksum);
            return writer.compressByteArray(stored, at, room, plain, from, length);
        } finally {
            if (level > LARGEST_LEVEL_KEPT || !WRITERS.offer(writer)) {
                writer.close();
            }
        }
    }

    static int most(int length) {
        return Math.toIntExact(Zstd.compressBound(length));
    }
}
