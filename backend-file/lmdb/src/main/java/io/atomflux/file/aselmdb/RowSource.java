package io.atomflux.file.aselmdb;

import io.atomflux.error.CorruptDataException;
import io.atomflux.file.lmdb.SingleFile;
import io.atomflux.value.Bytes;
import io.atomflux.value.Version;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.Predicate;

/** Gets rows out of snapshots, as bytes and as documents; for any thread. */
final class RowSource {

    private final String store;
    private final Zlib zlib;

    RowSource(String store, Zlib zlib) {
        this.store = store;
        this.zlib = zlib;
    }

    private static String place(long id, long position) {
        return "row " + position + " (id " + id + ")"; // once per row, so not by a formatter
    }

    /** Copies the compressed row of an id that has to be there. */
    byte[] stored(SingleFile.Snapshot snapshot, long id, long position) {
        byte[] stored = snapshot.value(Ids.key(id), Zlib.MOST_STORED);
        if (stored == null) {
            throw new CorruptDataException(
                    store,
                    place(id, position),
                    "missing (expected: a row, as the id is below nextid and not deleted)",
                    null);
        }
        return stored;
    }

    /** Decompresses and reads a row. */
    RowDocument document(byte[] stored, long id, long position) {
        return document(stored, id, position, member -> true);
    }

    /** Decompresses a row and reads the values with a wanted name. */
    RowDocument document(byte[] stored, long id, long position, Predicate<String> wanted) {
        String place = place(id, position);
        return RowDocument.read(zlib.inflate(stored, place), wanted, place, store);
    }

    /** Returns the version of a row: its id and a hash of its bytes, which hold a time that each change moves on. */
    static Version version(long id, byte[] stored) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(stored);
            return new Version(Bytes.wrap(ByteBuffer.allocate(Long.BYTES + hash.length)
                    .putLong(id)
                    .put(hash)
                    .array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
