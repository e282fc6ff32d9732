package io.atomflux.file.compressed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The compressed bytes in order, up to where they count. Not thread-safe. */
final class CompressedInput {

    private static final int BLOCK = 1 << 16;

    private final FileChannel channel;
    private long limit;
    private final ByteBuffer block;
    private long blockEnd;

    CompressedInput(FileChannel channel, long from, long limit, boolean direct) {
        int size = (int) Math.max(1, Math.min(BLOCK, limit - from));
        this.channel = channel;
        this.limit = limit;
        this.blockEnd = from;
        this.block = (direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size)).limit(0);
    }

    /** Sets up to where the bytes count. */
    void limit(long longer) {
        limit = longer;
    }

    /** Sees to it that there is a byte; false if there is none any more. */
    boolean fill() throws IOException {
        if (block.hasRemaining()) {
            return true;
        }
        if (blockEnd >= limit) {
            return false;
        }
        block.clear().limit((int) Math.min(block.capacity(), limit - blockEnd));
        int read = channel.read(block, blockEnd);
        block.flip();
        if (read <= 0) {
            return false;
        }
        blockEnd += read;
        return true;
    }

    /** Returns what was read and not taken yet. */
    ByteBuffer block() {
        return block;
    }

    /** Returns where the next byte stands in the file. */
    long at() {
        return blockEnd - block.remaining();
    }
}
