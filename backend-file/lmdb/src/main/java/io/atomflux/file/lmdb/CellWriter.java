package io.atomflux.file.lmdb;

import io.atomflux.error.InvalidNameException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.KeySet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryUtil;

/** Puts cells of rows into a write transaction, in the order of their keys, straight into the pages of LMDB. */
final class CellWriter {

    private static final int SMALL = 16 << 10;

    /**
     * The fields of rows with one key set, checked.
     *
     * @param places their places in the key set, sorted by the bytes of the names
     * @param names the names in that order
     * @param longest length of the longest name
     */
    private record Order(int[] places, byte[][] names, int longest) {
        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final WriteTxn txn;
    private final Map<KeySet, Order> orders = new IdentityHashMap<>();
    private final byte[] small = new byte[SMALL];
    private @Nullable KeySet lastKeys;
    private @Nullable Order lastOrder;

    CellWriter(WriteTxn txn) {
        this.txn = txn;
    }

    private Order order(KeySet keys) {
        Order known = lastOrder;
        if (known == null || lastKeys != keys) {
            known = orders.get(keys);
            if (known == null) {
                known = check(keys);
                if (orders.size() > 1024) {
                    orders.clear(); // rows that share nothing; the memory for them is bounded all the same
                }
                orders.put(keys, known);
            }
            lastKeys = keys;
            lastOrder = known;
        }
        return known;
    }

    private static Order check(KeySet keys) {
        Integer[] sorted = new Integer[keys.size()];
        int longest = 0;
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = i;
            Bytes name = keys.encoded(i);
            requireStorable(name, keys.name(i));
            longest = Math.max(longest, name.length());
        }
        Arrays.sort(sorted, Comparator.comparing(keys::encoded));
        int[] places = new int[sorted.length];
        byte[][] names = new byte[sorted.length][];
        for (int i = 0; i < sorted.length; i++) {
            places[i] = sorted[i];
            names[i] = keys.encoded(sorted[i]).toArray();
        }
        return new Order(places, names, longest);
    }

    private static void requireStorable(Bytes name, String shown) {
        boolean storable = name.length() > 0;
        for (int i = 0; i < name.length(); i++) {
            storable &= name.at(i) != '\n';
        }
        if (!storable) {
            // either would make the row unreadable for Python: the schema is joined by newlines
            throw new InvalidNameException("key", shown, "not empty and without line breaks, for a store in LMDB");
        }
    }

    /** Refuses a row whose keys the layout cannot hold. */
    void requireStorable(BlobRow row, long sortKey) {
        if (row.size() > 0) {
            Order order = order(row.keySet());
            int room = Layout.LONGEST_KEY - 1 - Layout.digits(sortKey);
            if (order.longest > room) {
                for (byte[] name : order.names) {
                    if (name.length > room) {
                        throw new InvalidNameException(
                                "key",
                                Bytes.wrap(name).keyText(),
                                "at most %d bytes, LMDB's limit for this row".formatted(room));
                    }
                }
            }
        }
    }

    /** Finds the fields of rows that a schema lacks. */
    void collectNew(KeySet keys, Fields schema, Collection<Bytes> into) {
        for (byte[] name : order(keys).names) {
            Bytes field = Bytes.wrap(name);
            if (!schema.has(field)) {
                into.add(field);
            }
        }
    }

    /** Puts the cells of a row; others of the row stay. */
    void put(long sortKey, BlobRow row) {
        if (row.size() == 0) {
            return;
        }
        Order order = order(row.keySet());
        NativeCursor cursor = txn.cursor;
        cursor.prefix(sortKey);
        for (int i = 0; i < order.places.length; i++) {
            Bytes value = row.valueAt(order.places[i]);
            int length = value.length();
            if (length <= SMALL) {
                value.copyTo(small, 0);
                cursor.reserve(cursor.field(order.names[i]), length);
                cursor.memory.write(cursor.dataAddress(), small, 0, length);
            } else {
                cursor.reserve(cursor.field(order.names[i]), length);
                MemoryUtil.memByteBuffer(cursor.dataAddress(), length).put(value.asBuffer());
            }
        }
    }

    /** Deletes all cells of a row, also those of fields that the schema lacks. */
    void deleteRow(long sortKey) {
        NativeCursor cursor = txn.cursor;
        boolean more = cursor.seek(cursor.prefix(sortKey));
        while (more && cursor.inRow()) {
            cursor.delete();
            more = cursor.next();
        }
    }

    /** Deletes some cells of a row. */
    void deleteFields(long sortKey, Collection<Bytes> fields) {
        NativeCursor cursor = txn.cursor;
        int prefix = cursor.prefix(sortKey);
        for (Bytes field : fields) {
            if (prefix + field.length() <= Layout.LONGEST_KEY && cursor.set(cursor.field(field.toArray()))) {
                cursor.delete();
            }
        }
    }
}
