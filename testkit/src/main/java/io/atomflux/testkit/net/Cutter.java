package io.atomflux.testkit.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts the bytes of one direction into whole messages; used by one thread. */
abstract class Cutter {

    private static final int LARGEST = 512 << 20;

    private byte[] buffer = new byte[1024];
    private int length;

    /**
     * Takes bytes and returns the messages they complete.
     *
     * @throws BadFrameException if the bytes are not of this protocol
     */
    final List<byte[]> feed(byte[] bytes, int count) {
        if (length + count > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(length + count, (int) Math.min(2L * buffer.length, LARGEST)));
        }
        System.arraycopy(bytes, 0, buffer, length, count);
        length += count;
        List<byte[]> messages = new ArrayList<>();
        int start = 0;
        for (int size = next(buffer, start, length); size > 0; size = next(buffer, start, length)) {
            messages.add(Arrays.copyOfRange(buffer, start, start + size));
            start += size;
        }
        System.arraycopy(buffer, start, buffer, 0, length - start);
        length -= start;
        if (length > LARGEST) {
            throw new BadFrameException("a message of more than " + LARGEST + " bytes");
        }
        return messages;
    }

    /** Returns the size of the message that begins at {@code from}, or 0 if it is not whole yet. */
    abstract int next(byte[] bytes, int from, int to);

    /** Takes whatever arrives. */
    static final class Raw extends Cutter {
        @Override
        int next(byte[] bytes, int from, int to) {
            return to - from;
        }
    }

    /** Cuts by the length that each message begins with. */
    static final class Mongo extends Cutter {
        @Override
        int next(byte[] bytes, int from, int to) {
            if (to - from < 4) {
                return 0;
            }
            int size = LittleEndian.intAt(bytes, from);
            if (size < 16) {
                throw new BadFrameException("length %d (expected: at least 16, the header)".formatted(size));
            }
            return to - from >= size ? size : 0;
        }
    }
}
