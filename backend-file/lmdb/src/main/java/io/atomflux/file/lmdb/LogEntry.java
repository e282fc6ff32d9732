package io.atomflux.file.lmdb;

import io.atomflux.value.Change;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the change log, the value of {@link Layout#LOG_ENTRY} with its slot.
 *
 * @param revision its number, from 1 on
 * @param txn the id of the transaction it tells of; for a gap the last one that left no record
 */
record LogEntry(Change.Kind kind, long from, long to, long revision, long txn) {

    /** Entries remembered; older ones are overwritten. */
    static final int SLOTS = 1024;

    private static final int SIZE = 36;

    long slot() {
        return revision % SLOTS;
    }

    byte[] bytes() {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(code())
                .putLong(from)
                .putLong(to)
                .putLong(revision)
                .putLong(txn)
                .array();
    }

    /** Reads an entry; null if the slot holds something else. */
    static @Nullable LogEntry parse(byte[] bytes) {
        if (bytes.length != SIZE) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int code = in.getInt();
        for (Change.Kind kind : Change.Kind.values()) {
            LogEntry entry = new LogEntry(kind, in.getLong(4), in.getLong(12), in.getLong(20), in.getLong(28));
            if (entry.code() == code) {
                return entry;
            }
        }
        return null;
    }

    // stored, so never the ordinal
    private int code() {
        return switch (kind) {
            case APPENDED -> 1;
            case INSERTED -> 2;
            case REPLACED -> 3;
            case DELETED -> 4;
            case CLEARED -> 5;
            case GAP -> 6;
        };
    }
}
