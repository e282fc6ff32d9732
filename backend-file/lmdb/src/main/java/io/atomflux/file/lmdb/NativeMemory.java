package io.atomflux.file.lmdb;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryUtil;

/**
 * Copies between native addresses and arrays without making an object for each copy.
 *
 * <p>It keeps a few buffers that each span 2 GiB from a multiple of 1 GiB, so that any shorter piece lies in one of them.
 * The buffers are mere views: the caller vouches for the addresses. For one thread at a time.
 */
final class NativeMemory {

    private static final int SHIFT = 30;
    private static final int SLOTS = 8;

    private final long[] ids = new long[SLOTS];
    private final @Nullable ByteBuffer[] windows = new ByteBuffer[SLOTS];

    void read(long address, byte[] target, int at, int length) {
        if (length == 0) {
            return; // LMDB may give any address for an empty value
        }
        if (length >= 1 << SHIFT) {
            MemoryUtil.memByteBuffer(address, length).get(target, at, length);
        } else {
            window(address).get((int) (address & (1 << SHIFT) - 1), target, at, length);
        }
    }

    void write(long address, byte[] source, int at, int length) {
        if (length == 0) {
            return;
        }
        if (length >= 1 << SHIFT) {
            MemoryUtil.memByteBuffer(address, length).put(source, at, length);
        } else {
            window(address).put((int) (address & (1 << SHIFT) - 1), source, at, length);
        }
    }

    private ByteBuffer window(long address) {
        long id = address >>> SHIFT;
        int slot = (int) id & SLOTS - 1;
        ByteBuffer known = windows[slot];
        if (known != null && ids[slot] == id) {
            return known;
        }
        ByteBuffer made = MemoryUtil.memByteBuffer(id << SHIFT, Integer.MAX_VALUE);
        windows[slot] = made;
        ids[slot] = id;
        return made;
    }
}
