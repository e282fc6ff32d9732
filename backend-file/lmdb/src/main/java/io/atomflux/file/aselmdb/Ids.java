package io.atomflux.file.aselmdb;

import io.atomflux.file.lmdb.SingleFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which ids are there, in one state of the database: 1 to below the next one, but for the deleted ones.
 *
 * <p>Immutable. Keeps the deleted ids only, in order, so that a position is found by bisection and no list of all ids is
 * needed.
 */
final class Ids {

    static final byte[] NEXT = "nextid".getBytes(StandardCharsets.US_ASCII);
    static final byte[] DELETED = "deleted_ids".getBytes(StandardCharsets.US_ASCII);
    static final byte[] METADATA = "metadata".getBytes(StandardCharsets.US_ASCII);

    private static final long LARGEST = 1L << 53; // far more than fit into a file, and sums cannot overflow

    private final Object origin;
    private final long txn;
    private final long next;
    private final long[] deleted;
    private final byte @Nullable [] storedNext;
    private final byte @Nullable [] storedDeleted;

    private Ids(
            Object origin,
            long txn,
            long next,
            long[] deleted,
            byte @Nullable [] storedNext,
            byte @Nullable [] storedDeleted) {
        this.origin = origin;
        this.txn = txn;
        this.next = next;
        this.deleted = deleted;
        this.storedNext = storedNext;
        this.storedDeleted = storedDeleted;
    }

    /**
     * Reads the ids of a snapshot.
     *
     * @param known those of another state, of which is taken what did not change
     * @param store for errors
     */
    static Ids load(SingleFile.Snapshot snapshot, @Nullable Ids known, Zlib zlib, String store) {
        long txn = snapshot.id();
        Object origin = snapshot.origin();
        if (known != null && known.txn == txn && known.origin == origin) {
            return known;
        }
        byte[] storedNext = snapshot.value(NEXT, Zlib.MOST_STORED);
        byte[] storedDeleted = snapshot.value(DELETED, Zlib.MOST_STORED);
        if (storedNext == null) {
            Foreign.requireNone(snapshot, store);
        }
        if (known != null
                && Arrays.equals(known.storedNext, storedNext)
                && Arrays.equals(known.storedDeleted, storedDeleted)) {
            return new Ids(origin, txn, known.next, known.deleted, storedNext, storedDeleted);
        }
        long next = next(storedNext, zlib);
        long[] deleted = known != null && Arrays.equals(known.storedDeleted, storedDeleted)
                ? known.deleted
                : deleted(storedDeleted, zlib);
        if (deleted.length > 0 && (deleted[0] < 1 || deleted[deleted.length - 1] >= next)) {
            throw zlib.corrupt(
                    "deleted_ids",
                    "id %d (expected: 1 to %d, below nextid)"
                            .formatted(deleted[0] < 1 ? deleted[0] : deleted[deleted.length - 1], next - 1));
        }
        return new Ids(origin, txn, next, deleted, storedNext, storedDeleted);
    }

    private static long next(byte @Nullable [] stored, Zlib zlib) {
        if (stored == null) {
            return 1;
        }
        long next = new IntegerText(zlib.inflate(stored, "nextid"), "nextid", zlib).single();
        if (next < 1 || next > LARGEST) {
            throw zlib.corrupt("nextid", "%d (expected: 1 to 2^53)".formatted(next));
        }
        return next;
    }

    private static long[] deleted(byte @Nullable [] stored, Zlib zlib) {
        if (stored == null) {
            return new long[0];
        }
        long[] list = new IntegerText(zlib.inflate(stored, "deleted_ids"), "deleted_ids", zlib).list();
        return distinct(list); // ASE keeps them as a set
    }

    private static long[] distinct(long[] list) {
        Arrays.sort(list);
        int count = 0;
        for (int i = 0; i < list.length; i++) {
            if (i == 0 || list[i] != list[i - 1]) {
                list[count++] = list[i];
            }
        }
        return Arrays.copyOf(list, count);
    }

    /** Tells whether this is a state of the same file, so that ids mean the same rows. */
    boolean isOfSameFile(Ids other) {
        return origin == other.origin;
    }

    /** Tells whether this is the same state. */
    boolean isSameState(Ids other) {
        return origin == other.origin && txn == other.txn;
    }

    /** Tells whether another state of the same file came later. */
    boolean isBefore(Ids other) {
        return origin != other.origin || txn < other.txn;
    }

    /** Returns the id the next row gets. */
    long next() {
        return next;
    }

    /** Returns the number of rows. */
    long size() {
        return next - 1 - deleted.length;
    }

    /** Returns the id of a row, whose position has to be there. */
    long at(long position) {
        int low = 0; // how many deleted ids lie before the wanted one
        int high = deleted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (deleted[middle] - 1 - middle <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return position + 1 + low;
    }

    /** Tells whether there is a row of this id. */
    boolean contains(long id) {
        return id >= 1 && id < next && Arrays.binarySearch(deleted, id) < 0;
    }

    /** Returns these ids with some more at the end. */
    Ids grown(long count) {
        return new Ids(origin, txn, Math.addExact(next, count), deleted, storedNext, storedDeleted);
    }

    /** Returns these ids without some. */
    Ids without(long[] gone) {
        long[] all = Arrays.copyOf(deleted, deleted.length + gone.length);
        System.arraycopy(gone, 0, all, deleted.length, gone.length);
        return new Ids(origin, txn, next, distinct(all), storedNext, storedDeleted);
    }

    /** Returns these ids without any. */
    Ids withoutAll() {
        long[] all = new long[Math.toIntExact(next - 1)];
        Arrays.setAll(all, i -> i + 1L);
        return new Ids(origin, txn, next, all, storedNext, storedDeleted);
    }

    boolean hasNextOf(Ids other) {
        return next == other.next;
    }

    boolean hasDeletedOf(Ids other) {
        return Arrays.equals(deleted, other.deleted);
    }

    /** Returns the value of {@code deleted_ids}. */
    String deletedText() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < deleted.length; i++) {
            text.append(i == 0 ? "" : ", ").append(deleted[i]);
        }
        return text.append(']').toString();
    }

    /** Returns the key of a row. */
    static byte[] key(long id) {
        return Long.toString(id).getBytes(StandardCharsets.US_ASCII);
    }
}
