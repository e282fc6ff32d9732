package io.atomflux.file.lmdb;

import io.atomflux.error.LimitExceededException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeySet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cells of one row after the other, and remembers where they lie until they are copied.
 *
 * <p>When the next row's cells follow those of the row before, the walk goes on without a new seek. For one read or write
 * transaction and one thread; after the cursor was used for something else, {@link #lost} must be called.
 */
final class RowScanner {

    private final NativeCursor cursor;
    private final String store;
    private long[] address = new long[32];
    private int[] length = new int[32];
    private int[] place = new int[32];
    private int cells;
    private long bytes;
    private boolean positioned;
    private Fields.@Nullable Shape last;
    private @Nullable Fields lastOf;

    RowScanner(NativeCursor cursor, String store) {
        this.cursor = cursor;
        this.store = store;
    }

    /** Says that the cursor stands somewhere else now. */
    void lost() {
        positioned = false;
    }

    /** Finds the cells of a row by a walk over its prefix; fields not in the table are skipped. */
    Fields.@Nullable Shape walk(long sortKey, Fields fields) {
        return walk(sortKey, fields, false);
    }

    /**
     * Finds the cells of a row by a walk over its prefix.
     *
     * @param leave whether to seek the next row once all fields were found here, and not to walk there
     */
    Fields.@Nullable Shape walk(long sortKey, Fields fields, boolean leave) {
        cells = 0;
        bytes = 0;
        int prefix = cursor.prefix(sortKey);
        if (!positioned || !cursor.inRow()) {
            positioned = cursor.seek(prefix);
        }
        Fields.Shape expected = lastOf == fields ? last : fields.usual();
        int[] expectedPlaces = expected == null ? new int[0] : expected.fields();
        boolean asExpected = true;
        while (positioned && cursor.inRow()) {
            long name = cursor.keyAddress() + prefix;
            int nameLength = cursor.keySize() - prefix;
            int found;
            if (asExpected
                    && cells < expectedPlaces.length
                    && fields.matches(expectedPlaces[cells], name, nameLength)) {
                found = expectedPlaces[cells];
            } else {
                asExpected = false;
                found = slowly(fields, name, nameLength);
            }
            if (found >= 0) {
                note(found);
                if (leave && cells == fields.size()) {
                    positioned = false;
                    break;
                }
            }
            positioned = cursor.next();
        }
        return shape(fields, expected, asExpected);
    }

    /** Finds cells one by one by their whole keys, which is faster where few of many are wanted. */
    Fields.@Nullable Shape pick(long sortKey, Fields fields) {
        cells = 0;
        bytes = 0;
        positioned = false;
        int prefix = cursor.prefix(sortKey);
        for (int i = 0; i < fields.size(); i++) {
            byte[] name = fields.encoded(i);
            if (prefix + name.length <= Layout.LONGEST_KEY && cursor.set(cursor.field(name))) {
                note(i);
            }
        }
        return shape(fields, lastOf == fields ? last : null, false);
    }

    private int slowly(Fields fields, long name, int nameLength) {
        byte[] copy = new byte[nameLength];
        cursor.memory.read(name, copy, 0, nameLength);
        return fields.placeOf(copy);
    }

    private void note(int field) {
        if (cells == place.length) {
            address = Arrays.copyOf(address, cells * 2);
            length = Arrays.copyOf(length, cells * 2);
            place = Arrays.copyOf(place, cells * 2);
        }
        long size = cursor.dataSize();
        address[cells] = cursor.dataAddress();
        length[cells] = (int) Math.min(size, Integer.MAX_VALUE);
        place[cells] = field;
        bytes += size;
        cells++;
    }

    private Fields.@Nullable Shape shape(Fields fields, Fields.@Nullable Shape expected, boolean asExpected) {
        if (cells == 0) {
            return null;
        }
        Fields.Shape found = expected;
        if (found == null
                || (asExpected
                        ? cells != found.fields().length
                        : !Arrays.equals(found.fields(), 0, found.fields().length, place, 0, cells))) {
            found = fields.shape(place, cells);
        }
        last = found;
        lastOf = fields;
        return found;
    }

    /** Forgets the cells found, but not the place: nothing of them is wanted. */
    void forget() {
        cells = 0;
        bytes = 0;
    }

    int cells() {
        return cells;
    }

    int length(int cell) {
        return length[cell];
    }

    long address(int cell) {
        return address[cell];
    }

    /** Returns the bytes of the row's values. */
    long bytes() {
        return bytes;
    }

    /** Copies the values one behind the other, and where each ends. */
    void copy(byte[] target, int at, int[] ends, int firstCell) {
        int end = at;
        for (int i = 0; i < cells; i++) {
            cursor.memory.read(address[i], target, end, length[i]);
            end += length[i];
            ends[firstCell + i] = end;
        }
    }

    /** Fails on a row that no array can hold. */
    void requireFits(long sortKey) {
        if (bytes > Integer.MAX_VALUE - 64) {
            throw new LimitExceededException(
                    "row with sort key " + sortKey + " of " + store,
                    bytes,
                    Integer.MAX_VALUE - 64L,
                    "read its keys one by one");
        }
    }

    /** Makes the row that was found. */
    BlobRow row(long sortKey, KeySet keys) {
        requireFits(sortKey);
        byte[] buffer = new byte[(int) bytes];
        int[] bounds = new int[2 * cells];
        int end = 0;
        for (int i = 0; i < cells; i++) {
            cursor.memory.read(address[i], buffer, end, length[i]);
            bounds[2 * i] = end;
            end += length[i];
            bounds[2 * i + 1] = end;
        }
        return BlobRow.wrap(keys, buffer, bounds);
    }
}
