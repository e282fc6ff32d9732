package io.atomflux.file.lmdb;

import static io.atomflux.file.lmdb.LmdbErrors.check;
import static io.atomflux.file.lmdb.LmdbErrors.found;

import org.lwjgl.system.MemoryUtil;
import org.lwjgl.util.lmdb.LMDB;
import org.lwjgl.util.lmdb.MDBVal;

/**
 * A cursor over the one database of an environment, with native memory of its own for keys.
 *
 * <p>Keys are built in that memory ({@link #key}, {@link #prefix}, {@link #field}); what was found is read from {@link
 * #keyAddress} and {@link #dataAddress}, which are good until the cursor moves or the transaction ends. All 64-bit:
 * there are no natives for other machines. For one thread at a time.
 */
final class NativeCursor {

    private static final int SCRATCH = 640;

    final NativeMemory memory = new NativeMemory();
    private final long values = MemoryUtil.nmemAllocChecked(2L * MDBVal.SIZEOF + SCRATCH);
    private final long data = values + MDBVal.SIZEOF;
    private final long scratch = data + MDBVal.SIZEOF;
    private long cursor;
    private int prefixLength;

    /** Opens the cursor in a transaction. */
    void open(long txn, int database) {
        check(LMDB.nmdb_cursor_open(txn, database, values), "open a cursor");
        cursor = MemoryUtil.memGetLong(values);
    }

    /** Lets the cursor of a read transaction start anew. */
    void renew(long txn) {
        check(LMDB.nmdb_cursor_renew(txn, cursor), "renew a cursor");
    }

    /** Closes the cursor, if its transaction did not, and gives its memory back. */
    void free(boolean openCursor) {
        if (openCursor && cursor != 0) {
            LMDB.nmdb_cursor_close(cursor);
        }
        MemoryUtil.nmemFree(values);
    }

    /** Builds a whole key. */
    int key(byte[] bytes) {
        memory.write(scratch, bytes, 0, bytes.length);
        return bytes.length;
    }

    /** Builds a whole key that ends in a little-endian u32. */
    int key(byte[] bytes, int number) {
        int length = key(bytes);
        for (int i = 0; i < Integer.BYTES; i++) {
            MemoryUtil.memPutByte(scratch + length + i, (byte) (number >>> 8 * i));
        }
        return length + Integer.BYTES;
    }

    /** Builds a whole key that ends in a little-endian u64. */
    int key(byte[] bytes, long number) {
        int length = key(bytes);
        for (int i = 0; i < Long.BYTES; i++) {
            MemoryUtil.memPutByte(scratch + length + i, (byte) (number >>> 8 * i));
        }
        return length + Long.BYTES;
    }

    /** Builds the prefix of a row's cells: the sort key in decimal and a hyphen. */
    int prefix(long sortKey) {
        int digits = Layout.digits(sortKey);
        long rest = sortKey;
        for (int i = digits - 1; i >= 0; i--) {
            MemoryUtil.memPutByte(scratch + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
        MemoryUtil.memPutByte(scratch + digits, (byte) '-');
        prefixLength = digits + 1;
        return prefixLength;
    }

    /** Adds a field name to the prefix. */
    int field(byte[] name) {
        memory.write(scratch + prefixLength, name, 0, name.length);
        return prefixLength + name.length;
    }

    /** Finds exactly the key that was built. */
    boolean set(int length) {
        give(length);
        return found(LMDB.nmdb_cursor_get(cursor, values, data, LMDB.MDB_SET), "look up a key");
    }

    /** Finds the first key not below the one that was built. */
    boolean seek(int length) {
        give(length);
        return found(LMDB.nmdb_cursor_get(cursor, values, data, LMDB.MDB_SET_RANGE), "look for a key");
    }

    boolean first() {
        return found(LMDB.nmdb_cursor_get(cursor, values, data, LMDB.MDB_FIRST), "go to the first key");
    }

    boolean next() {
        return found(LMDB.nmdb_cursor_get(cursor, values, data, LMDB.MDB_NEXT), "go to the next key");
    }

    /** Stores so many bytes under the key that was built; they have to be written to {@link #dataAddress} at once. */
    void reserve(int keyLength, int size) {
        give(keyLength);
        MemoryUtil.memPutLong(data + MDBVal.MV_SIZE, size);
        MemoryUtil.memPutLong(data + MDBVal.MV_DATA, 0);
        check(LMDB.nmdb_cursor_put(cursor, values, data, LMDB.MDB_RESERVE), "store a value");
    }

    /** Stores bytes under the key that was built. */
    void put(int keyLength, byte[] bytes) {
        reserve(keyLength, bytes.length);
        memory.write(dataAddress(), bytes, 0, bytes.length);
    }

    /** Deletes where the cursor stands; {@link #next} then goes to what came after it. */
    void delete() {
        check(LMDB.nmdb_cursor_del(cursor, 0), "delete a key");
    }

    /** Deletes the key that was built, if it is there. */
    void delete(int keyLength) {
        if (set(keyLength)) {
            delete();
        }
    }

    private void give(int length) {
        MemoryUtil.memPutLong(values + MDBVal.MV_SIZE, length);
        MemoryUtil.memPutLong(values + MDBVal.MV_DATA, scratch);
    }

    long keyAddress() {
        return MemoryUtil.memGetLong(values + MDBVal.MV_DATA);
    }

    int keySize() {
        return (int) MemoryUtil.memGetLong(values + MDBVal.MV_SIZE);
    }

    long dataAddress() {
        return MemoryUtil.memGetLong(data + MDBVal.MV_DATA);
    }

    /** Returns the length of the value; LMDB allows up to 4 GiB. */
    long dataSize() {
        return MemoryUtil.memGetLong(data + MDBVal.MV_SIZE);
    }

    /** Tells whether the key found begins with the prefix that was built. */
    boolean inRow() {
        int length = prefixLength;
        if (keySize() < length) {
            return false;
        }
        long key = keyAddress();
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            if (MemoryUtil.memGetLong(key + i) != MemoryUtil.memGetLong(scratch + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (MemoryUtil.memGetByte(key + i) != MemoryUtil.memGetByte(scratch + i)) {
                return false;
            }
        }
        return true;
    }

    /** Copies the key found. */
    byte[] keyBytes() {
        byte[] bytes = new byte[keySize()];
        memory.read(keyAddress(), bytes, 0, bytes.length);
        return bytes;
    }

    /** Copies the value found, which has to be of a bounded kind. */
    byte[] dataBytes() {
        byte[] bytes = new byte[Math.toIntExact(dataSize())];
        memory.read(dataAddress(), bytes, 0, bytes.length);
        return bytes;
    }
}
