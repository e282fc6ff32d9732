package io.atomflux.hub;

import io.atomflux.error.LimitExceededException;
import java.nio.ByteBuffer;

/** Cuts bytes that come in pieces into lines; blank ones are passed. For one thread at a time. */
final class LineSplitter {

    static final int LONGEST = (int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 16);

    private final String name;
    private byte[] bytes = new byte[0];
    private int from;
    private int to;
    private long offset; // of the byte at from, in the file
    private int searched; // no line ends before
    private boolean ended;
    private int lineStart;
    private int lineEnd;

    LineSplitter(String name, long offset) {
        this.name = name;
        this.offset = offset;
    }

    /** Adds what follows. */
    void feed(ByteBuffer piece) {
        int rest = to - from;
        int length = piece.remaining();
        if (rest > LONGEST) {
            throw new LimitExceededException(
                    "bytes of the line at byte %d of %s".formatted(offset, name), rest, LONGEST, "write it as Parquet");
        }
        if (bytes.length - to < length) {
            byte[] room = bytes.length - rest >= length ? bytes : new byte[Math.max(rest + length, 2 * rest)];
            System.arraycopy(bytes, from, room, 0, rest);
            bytes = room;
            searched -= from;
            from = 0;
            to = rest;
        }
        piece.duplicate().get(bytes, to, length);
        to += length;
    }

    /** Tells that nothing follows. */
    void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    /** Goes on to the next line that is not blank; false if there is none yet, or none any more. */
    boolean next() {
        while (true) {
            int end = Math.max(searched, from);
            while (end < to && bytes[end] != '\n') {
                end++;
            }
            searched = end;
            if (end == to && (!ended || from == to)) {
                return false;
            }
            lineStart = from;
            lineEnd = end;
            offset += Math.min(end + 1, to) - from;
            from = Math.min(end + 1, to);
            searched = from;
            if (!isBlank()) {
                return true;
            }
        }
    }

    private boolean isBlank() {
        for (int i = lineStart; i < lineEnd; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    byte[] bytes() {
        return bytes;
    }

    int lineStart() {
        return lineStart;
    }

    int lineLength() {
        return lineEnd - lineStart;
    }

    /** Returns where in the file the line begins. */
    long lineOffset() {
        return offset - (from - lineStart);
    }
}
