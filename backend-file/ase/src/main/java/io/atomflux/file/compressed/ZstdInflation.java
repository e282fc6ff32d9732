package io.atomflux.file.compressed;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Frames of RFC 8878 behind each other, as the command {@code zstd} reads them; skippable ones are skipped.
 *
 * <p>A frame that wants a window beyond 128 MiB, the library's own bound, is refused, so that no file takes more memory.
 */
final class ZstdInflation implements Inflation {

    private final CompressedInput in;
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();
    private boolean inside;

    ZstdInflation(CompressedInput in) {
        this.in = in;
    }

    @Override
    public void inflate(ByteBuffer room) throws IOException {
        int from = room.position();
        while (room.position() == from) {
            boolean more = in.fill();
            if (!more && !inside) {
                return;
            }
            boolean begun = inside;
            inside = !step(room);
            // Without input it may still give what it had no room for before.
            if (!more && begun && inside && room.position() == from) {
                throw new Spool.DamagedException(
                        "the file ends at byte %d, inside a Zstandard frame".formatted(in.at()));
            }
        }
    }

    /** Tells whether a frame ended. */
    private boolean step(ByteBuffer room) throws IOException {
        try {
            return context.decompressDirectByteBufferStream(room, in.block());
        } catch (ZstdException e) {
            throw new Spool.DamagedException(
                    "the Zstandard frame around byte %d is damaged: %s".formatted(in.at(), e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
