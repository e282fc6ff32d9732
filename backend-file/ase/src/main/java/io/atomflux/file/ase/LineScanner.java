package io.atomflux.file.ase;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Moves through the lines of a file, which end as Python's universal newlines do; holds one block. Not thread-safe. */
final class LineScanner {

    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
    private static final long RETURNS = 0x0d0d0d0d0d0d0d0dL;
    private static final int BLOCK = 1 << 20;

    private static final int FIRST_BLOCK = 1 << 16;
    private static final byte[] NONE = {};

    private final FrameText text;
    private byte[] block = NONE;
    private long blockAt;
    private int blockLength;
    private long at;

    LineScanner(FrameText text) {
        this.text = text;
    }

    /** Returns up to where the file is looked at. */
    long limit() {
        return text.limit();
    }

    /** Forgets what was read, and gives its memory back. */
    void forget() {
        block = NONE;
        blockLength = 0;
    }

    long at() {
        return at;
    }

    /** Returns the next byte, which must be there. */
    byte next() {
        return block[(int) (at++ - blockAt)];
    }

    /**
     * Copies the bytes before a place, as far as they are in memory.
     *
     * @param from where they begin at the earliest
     * @return how many were copied: all asked for that fit, or none
     */
    int bytesBefore(long end, long from, byte[] target) {
        int length = (int) Math.min(target.length, Math.max(0, end - Math.max(blockAt, from)));
        if (blockLength < end - blockAt) {
            return 0;
        }
        System.arraycopy(block, (int) (end - blockAt) - length, target, 0, length);
        return length;
    }

    /** Goes to a place. */
    void seek(long position) {
        at = position;
    }

    /** Tells whether there is another byte. */
    boolean more() throws IOException {
        if (at >= blockAt && at < blockAt + blockLength) {
            return true;
        }
        long limit = text.limit();
        if (at >= limit) {
            return false;
        }
        // The memory of a block follows the length of the file: there may be thousands of small ones.
        int wanted = (int) Math.min(limit - at, block.length == 0 ? FIRST_BLOCK : BLOCK);
        if (block.length < wanted) {
            block = new byte[wanted];
        }
        blockAt = at;
        blockLength = 0;
        int read = text.read(ByteBuffer.wrap(block, 0, wanted), at);
        if (read <= 0) {
            return false;
        }
        blockLength = read;
        return true;
    }

    /** Skips a line; false if there was not a single byte of it. */
    boolean skipLine() throws IOException {
        if (!more()) {
            return false;
        }
        do {
            int i = (int) (at - blockAt);
            int end = blockLength;
            byte[] bytes = block;
            // Counting frames is nothing but this loop, so it looks at eight bytes at once.
            for (long found = 0; i + 8 <= end; i += 8) {
                long eight = (long) I64.get(bytes, i);
                found = zeros(eight ^ LINE_FEEDS) | zeros(eight ^ RETURNS);
                if (found != 0) {
                    i += Long.numberOfTrailingZeros(found) >>> 3;
                    break;
                }
            }
            while (i < end && bytes[i] != '\n' && bytes[i] != '\r') {
                i++;
            }
            at = blockAt + i;
            if (i < end) {
                at++;
                skipLineFeedAfter(bytes[i]);
                return true;
            }
        } while (more());
        return true;
    }

    /** Marks the highest bit of bytes that are zero; the first mark is right, later ones may not be. */
    private static long zeros(long eight) {
        return eight - 0x0101010101010101L & ~eight & 0x8080808080808080L;
    }

    /** Skips the second half of a line end of two bytes. */
    void skipLineFeedAfter(byte terminator) throws IOException {
        if (terminator == '\r' && more() && block[(int) (at - blockAt)] == '\n') {
            at++;
        }
    }
}
