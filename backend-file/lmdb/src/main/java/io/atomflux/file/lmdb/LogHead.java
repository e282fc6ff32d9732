package io.atomflux.file.lmdb;

import io.atomflux.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The head of the change log, the value of {@link Layout#LOG_HEAD}, as of its last commit.
 *
 * @param id names this history; random, so that a store made anew at the same place is told apart
 * @param revision number of the last entry; 0 if there is none
 * @param txn the id of the LMDB transaction that wrote this head; if the store's last id is another, some other program
 *     wrote after it
 * @param removed whether this was the last breath of a store that is being removed
 */
record LogHead(long id, long revision, long txn, boolean removed) {

    private static final int FORMAT = 1;
    private static final int SIZE = 32;

    static LogHead parse(byte[] bytes, String store) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length != SIZE || in.getInt(0) != FORMAT) {
            throw new CorruptDataException(
                    store, "__atomflux__", "%d bytes (expected: %d, format 1)".formatted(bytes.length, SIZE), null);
        }
        return new LogHead(in.getLong(8), in.getLong(16), in.getLong(24), in.getInt(4) != 0);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(FORMAT)
                .putInt(removed ? 1 : 0)
                .putLong(id)
                .putLong(revision)
                .putLong(txn)
                .array();
    }
}
