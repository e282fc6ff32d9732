package io.atomflux.file.ase;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The beginning of a file in ASE's ULM format: which version it is, how many items there are, and where the table of their
 * places is; all numbers are little-endian. Items and arrays that the table does not tell of do not count.
 *
 * @param version 1 to 3
 * @param count how many items
 * @param table where their places are, 8 bytes each
 */
record UlmHeader(long version, int count, long table) {

    /** The version ASE writes since 2016, the only one it appends to. */
    static final long CURRENT = 3;

    /** Bytes of the header and of the table a new file begins with, which has room for one place. */
    static final int SIZE = 56;

    /** Where the table of a new file is. */
    static final long FIRST_TABLE = 48;

    static final long COUNT_AT = 32;
    static final long TABLE_AT = 40;

    private static final int GROWTH = 42; // by which ASE enlarges the table
    private static final byte[] MAGIC = "- of Ulm".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OLD_MAGIC = "AFFormat".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAG = "ASE-Trajectory  ".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads the header of a trajectory.
     *
     * @throws ForeignDataException if it is another kind of file
     * @throws CorruptDataException if it contradicts the length of the file
     */
    static UlmHeader read(UlmSource source, String store) throws IOException {
        ByteBuffer start = bytes(source, 0, 32);
        requireTrajectory(start, store);
        long version = start.getLong(24);
        // The number is read before the table's place, as a writer sets them in the other order: a table is then never
        // shorter than the number tells.
        ByteBuffer counts = bytes(source, COUNT_AT, 8);
        ByteBuffer places = bytes(source, TABLE_AT, 8);
        long length = source.size();
        if (places.limit() < 8 || length < FIRST_TABLE) {
            throw bad(store, "%d bytes (expected: a header of 48)".formatted(length));
        }
        long count = counts.getLong(0);
        long table = places.getLong(0);
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw bad(store, "%d frames (expected: 0 to %d)".formatted(count, Integer.MAX_VALUE));
        }
        if (count > 0 && (table < FIRST_TABLE || table > length - 8 * count)) {
            throw bad(
                    store,
                    "table of %d places at byte %d (expected: inside the %d bytes of the file)"
                            .formatted(count, table, length));
        }
        return new UlmHeader(version, (int) count, table);
    }

    private static void requireTrajectory(ByteBuffer start, String store) {
        byte[] magic = Arrays.copyOf(start.array(), 8);
        if (start.limit() < 8 || !(Arrays.equals(magic, MAGIC) || Arrays.equals(magic, OLD_MAGIC))) {
            throw new ForeignDataException(
                    store, start.limit() == 0 ? "an empty file" : "a file of another kind", "a trajectory of ASE");
        }
        if (start.limit() < 32) {
            throw bad(store, "%d bytes (expected: a header of 48)".formatted(start.limit()));
        }
        if (!Arrays.equals(Arrays.copyOfRange(start.array(), 8, 24), TAG)) {
            throw new ForeignDataException(
                    store, "data of another program in ASE's container format", "a trajectory of ASE");
        }
    }

    private static CorruptDataException bad(String store, String problem) {
        return new CorruptDataException(store, "header", problem, null);
    }

    /** Reads so many bytes, or as many as there are. */
    private static ByteBuffer bytes(UlmSource source, long from, int length) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (room.hasRemaining() && source.read(room, from + room.position()) > 0) {
            continue;
        }
        return room.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the bytes of the header. */
    ByteBuffer bytes() {
        return ByteBuffer.allocate((int) FIRST_TABLE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put(TAG)
                .putLong(version)
                .putLong(count)
                .putLong(table)
                .flip();
    }

    /** Tells how many places a table has that ASE made for so many items: 1, 42, 42², … */
    static long room(long count) {
        long room = 1;
        while (room < count) {
            room *= GROWTH;
        }
        return room;
    }
}
