package io.atomflux.file.ase;

import io.atomflux.error.LimitExceededException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Growing bytes of text; for one thread. */
final class TextBuffer {

    private static final int LARGEST = Integer.MAX_VALUE - 16;

    private byte[] bytes = new byte[4096];
    private int length;

    /** Makes room for so many bytes, which the caller fills, and returns where they begin. */
    int room(int count) {
        if (count > bytes.length - length) {
            long wanted = (long) length + count;
            if (wanted > LARGEST) {
                throw new LimitExceededException(
                        "bytes of text written in one change", wanted, LARGEST, "write fewer rows at once");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(LARGEST, Math.max(wanted, 2L * bytes.length)));
        }
        int from = length;
        length += count;
        return from;
    }

    void put(char ascii) {
        int at = room(1);
        bytes[at] = (byte) ascii;
    }

    void put(byte[] more) {
        int at = room(more.length);
        System.arraycopy(more, 0, bytes, at, more.length);
    }

    void put(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void cutTo(int shorter) {
        length = shorter;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }
}
