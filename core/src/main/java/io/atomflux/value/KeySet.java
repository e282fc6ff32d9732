package io.atomflux.value;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a row in order, shared by the rows that have the same ones.
 *
 * <p>Sharing makes reading cheap: the texts are decoded and hashed once, not once per row.
 */
public final class KeySet {

    /** The keys of a row without any. */
    public static final KeySet EMPTY = new KeySet(new String[0]);

    private final String[] names;
    private final byte[][] encoded;
    private final int[] table;
    private final List<String> list;
    private volatile @Nullable Filtered lastFiltered;

    private KeySet(String[] names) {
        this.names = names;
        this.encoded = new byte[names.length][];
        this.list = Collections.unmodifiableList(java.util.Arrays.asList(names));
        int slots = Integer.highestOneBit(Math.max(2, names.length * 4 - 1));
        this.table = new int[slots];
        for (int i = 0; i < names.length; i++) {
            encoded[i] = Utf8.encode(names[i]);
            int slot = names[i].hashCode() & slots - 1;
            while (table[slot] != 0) {
                if (names[table[slot] - 1].equals(names[i])) {
                    throw new IllegalArgumentException("key \"%s\" twice (expected: once)".formatted(names[i]));
                }
                slot = slot + 1 & slots - 1;
            }
            table[slot] = i + 1;
        }
    }

    /** Returns the key set of these names; a name given twice is refused. */
    public static KeySet of(Collection<String> names) {
        return names.isEmpty() ? EMPTY : new KeySet(names.toArray(new String[0]));
    }

    /** Returns the number of keys. */
    public int size() {
        return names.length;
    }

    /** Returns one key. */
    public String name(int index) {
        return names[index];
    }

    /** Returns all keys in order; unmodifiable. */
    public List<String> names() {
        return list;
    }

    /** Returns where a key stands, or a negative number if it is not here. */
    public int indexOf(String name) {
        int slot = name.hashCode() & table.length - 1;
        while (table[slot] != 0) {
            if (names[table[slot] - 1].equals(name)) {
                return table[slot] - 1;
            }
            slot = slot + 1 & table.length - 1;
        }
        return -1;
    }

    /** Tells whether a key's bytes are exactly the given ones. */
    public boolean encodedEquals(int index, byte[] bytes, int offset, int length) {
        byte[] name = encoded[index];
        return name.length == length && java.util.Arrays.equals(name, 0, length, bytes, offset, offset + length);
    }

    /** Returns the bytes of a key, as {@link Bytes#ofKey} makes them. */
    public Bytes encoded(int index) {
        return Bytes.wrap(encoded[index]);
    }

    int encodedLength() {
        int sum = 0;
        for (byte[] name : encoded) {
            sum += name.length;
        }
        return sum;
    }

    KeySet plus(KeySet more) {
        LinkedHashSet<String> all = new LinkedHashSet<>(list);
        all.addAll(more.list);
        return all.size() == names.length ? this : of(all);
    }

    KeySet keeping(Collection<String> wanted) {
        return filtered(wanted, true).result();
    }

    KeySet without(Collection<String> dropped) {
        return filtered(dropped, false).result();
    }

    /** Returns the keys but some, and where they stand among these. */
    Filtered rest(Collection<String> dropped) {
        return filtered(dropped, false);
    }

    /** Streams ask the same of each row, so the last answer is kept. */
    private Filtered filtered(Collection<String> some, boolean keep) {
        Filtered known = lastFiltered;
        if (known != null && known.some == some && known.keep == keep) {
            return known;
        }
        List<String> kept = new ArrayList<>(list);
        Set<String> set = new HashSet<>(some);
        kept.removeIf(name -> set.contains(name) != keep);
        KeySet result = kept.size() == names.length ? this : of(kept);
        int[] places = new int[kept.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = indexOf(kept.get(i));
        }
        Filtered filtered = new Filtered(some, keep, result, places);
        if (some instanceof List && List.copyOf(some) == some) { // that one is immutable; others may change
            lastFiltered = filtered;
        }
        return filtered;
    }

    /**
     * Some of these keys.
     *
     * @param places where each of them stands among these; not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Filtered(Collection<String> some, boolean keep, KeySet result, int[] places) {}

    @Override
    public boolean equals(Object o) {
        return o instanceof KeySet other && java.util.Arrays.equals(names, other.names);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(names);
    }

    @Override
    public String toString() {
        return list.toString();
    }
}
