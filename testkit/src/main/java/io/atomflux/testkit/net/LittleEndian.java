package io.atomflux.testkit.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as MongoDB writes them. */
final class LittleEndian {

    private LittleEndian() {}

    static int intAt(byte[] bytes, int offset) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
    }
}
