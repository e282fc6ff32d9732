package io.atomflux.file.ase;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads places of a file through one stretch of it kept in memory, so that neighbours cost no further call; for one thread. */
final class ByteWindow {

    private static final int LARGEST = 1 << 20;

    private final UlmSource source;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long start;

    ByteWindow(UlmSource source) {
        this.source = source;
    }

    private boolean holds(long from, int length) {
        return from >= start && from + length <= start + window.limit();
    }

    /**
     * Makes sure that a stretch is kept, as far as the file has it and it is not too long.
     *
     * @param ahead up to where to read if it is not
     */
    void prepare(long from, long to, long ahead) throws IOException {
        int length = (int) Math.min(LARGEST, ahead - from);
        if (length <= 0 || holds(from, (int) Math.min(length, to - from))) {
            return;
        }
        // A new one only for larger stretches: what was handed out before is used no more.
        ByteBuffer room = window.capacity() >= length ? window.clear().limit(length) : ByteBuffer.allocate(length);
        while (room.hasRemaining() && source.read(room, from + room.position()) > 0) {
            continue;
        }
        window = room.flip();
        start = from;
    }

    /**
     * Returns bytes of the file, little-endian; valid until the next call.
     *
     * @throws EOFException if the file ends before
     */
    ByteBuffer read(long from, int length) throws IOException {
        if (holds(from, length)) {
            return window.slice((int) (from - start), length).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer room = ByteBuffer.allocate(length);
        while (room.hasRemaining()) {
            if (source.read(room, from + room.position()) < 0) {
                throw new EOFException(
                        "file ends at byte %d (expected: %d)".formatted(from + room.position(), from + length));
            }
        }
        return room.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
}
