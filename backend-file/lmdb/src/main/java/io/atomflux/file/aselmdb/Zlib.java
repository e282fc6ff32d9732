package io.atomflux.file.aselmdb;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Compresses and decompresses values, and says where damaged ones are; for any thread. */
final class Zlib {

    /** More compressed bytes than any row within the limits can have. */
    static final long MOST_STORED = (1L << 30) + (1 << 20);

    private static final int LEAST_ROOM = 4 << 10;
    private static final int LEVEL = 6; // zlib's own default, which ase-db-backends uses
    private static final int PICKLE = 0x80;

    private final String store;
    private final long most;

    /** Takes the store's name for errors and the most bytes a value may have. */
    Zlib(String store, long most) {
        this.store = store;
        this.most = most;
    }

    CorruptDataException corrupt(String place, String problem) {
        return new CorruptDataException(store, place, problem, null);
    }

    /**
     * Decompresses a value; room is made as it comes out, so a small value that claims much costs what it has.
     *
     * @param place for errors
     * @throws ForeignDataException if it is a pickled object, which is never read
     * @throws LimitExceededException if more comes out than may
     */
    byte[] inflate(byte[] stored, String place) {
        requireCompressed(stored, place);
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(stored);
            byte[] room = new byte[(int) Math.min(Math.max(LEAST_ROOM, 4L * stored.length), most)];
            int size = 0;
            while (true) {
                size += inflater.inflate(room, size, room.length - size);
                if (inflater.finished() && size <= most) {
                    return size == room.length ? room : Arrays.copyOf(room, size);
                }
                if (size < room.length && size <= most) {
                    throw corrupt(
                            place,
                            inflater.needsDictionary()
                                    ? "compressed with a dictionary that is not here"
                                    : "cut off after %d compressed bytes".formatted(stored.length));
                }
                room = Arrays.copyOf(room, larger(size, place));
            }
        } catch (DataFormatException e) {
            throw new CorruptDataException(store, place, "malformed zlib data: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    private int larger(int size, String place) {
        if (size > most) {
            throw new LimitExceededException(
                    "JSON of %s in %s".formatted(place, store),
                    size,
                    most,
                    "open with a larger max_row_bytes if this is no damage");
        }
        // one byte more than may be, to tell exactly as many from too many
        return (int) Math.min(2L * size, most + 1);
    }

    private void requireCompressed(byte[] stored, String place) {
        int first = stored.length == 0 ? -1 : stored[0] & 0xff;
        if (first == PICKLE) {
            throw new ForeignDataException(
                    store,
                    "a pickled Python object in " + place + ", as in OCP's databases",
                    "JSON compressed with zlib; convert it with fairchem");
        }
        if (first < 0) {
            throw corrupt(place, "no bytes (expected: JSON compressed with zlib)");
        }
    }

    /** Compresses a value. */
    static byte[] deflate(byte[] json) {
        Deflater deflater = new Deflater(LEVEL);
        try {
            deflater.setInput(json);
            deflater.finish();
            byte[] room = new byte[Math.max(64, json.length / 2)];
            int size = 0;
            while (!deflater.finished()) {
                if (size == room.length) {
                    room = Arrays.copyOf(room, Math.addExact(size, size));
                }
                size += deflater.deflate(room, size, room.length - size);
            }
            return Arrays.copyOf(room, size);
        } finally {
            deflater.end();
        }
    }
}
