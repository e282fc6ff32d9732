package io.atomflux.value;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An immutable row of raw bytes: byte-string keys, given as {@link Bytes#keyText text}, and byte-string values. */
public final class BlobRow implements KeyedRow<BlobRow> {

    private static final byte[] NOTHING = {};
    private static final BlobRow RESERVED = new BlobRow(KeySet.EMPTY, NOTHING, new int[0], true);
    private static final BlobRow EMPTY = new BlobRow(KeySet.EMPTY, NOTHING, new int[0], false);

    private final KeySet keys;
    private final byte[] buffer;
    private final int[] bounds;
    private final boolean reserved;

    private BlobRow(KeySet keys, byte[] buffer, int[] bounds, boolean reserved) {
        this.keys = keys;
        this.buffer = buffer;
        this.bounds = bounds;
        this.reserved = reserved;
    }

    /** Returns the row of a position that was never written. */
    public static BlobRow reserved() {
        return RESERVED;
    }

    /** Returns the row that was written without any key. */
    public static BlobRow empty() {
        return EMPTY;
    }

    /** Copies a map of keys and values. */
    public static BlobRow of(Map<Bytes, Bytes> cells) {
        List<String> names = new ArrayList<>(cells.size());
        cells.keySet().forEach(key -> names.add(key.keyText()));
        return of(KeySet.of(names), List.copyOf(cells.values()));
    }

    /** Copies values, one for each key of the set. */
    public static BlobRow of(KeySet keys, List<Bytes> values) {
        if (values.size() != keys.size()) {
            throw new IllegalArgumentException("values: %d (expected: %d)".formatted(values.size(), keys.size()));
        }
        int total = 0;
        for (Bytes value : values) {
            total = Math.addExact(total, value.length());
        }
        byte[] buffer = new byte[total];
        int[] bounds = new int[2 * keys.size()];
        int at = 0;
        for (int i = 0; i < values.size(); i++) {
            values.get(i).copyTo(buffer, at);
            bounds[2 * i] = at;
            at += values.get(i).length();
            bounds[2 * i + 1] = at;
        }
        return new BlobRow(keys, buffer, bounds, false);
    }

    /**
     * Wraps values that lie in one buffer, without copying.
     *
     * @param keys the keys in order
     * @param buffer holds the values; the caller promises never to change them again
     * @param bounds for key i, start {@code bounds[2i]} and end {@code bounds[2i + 1]} of its value; not copied
     */
    public static BlobRow wrap(KeySet keys, byte[] buffer, int[] bounds) {
        if (bounds.length != 2 * keys.size()) {
            throw new IllegalArgumentException("bounds: %d (expected: %d)".formatted(bounds.length, 2 * keys.size()));
        }
        for (int i = 0; i < bounds.length; i += 2) {
            Objects.checkFromToIndex(bounds[i], bounds[i + 1], buffer.length);
        }
        return new BlobRow(keys, buffer, bounds, false);
    }

    @Override
    public boolean isReserved() {
        return reserved;
    }

    @Override
    public List<String> keys() {
        return keys.names();
    }

    /** Returns the keys with their places. */
    public KeySet keySet() {
        return keys;
    }

    @Override
    public int size() {
        return keys.size();
    }

    @Override
    public boolean has(String key) {
        return keys.indexOf(key) >= 0;
    }

    /** Returns the value of a key, or null if the key is not here; the bytes are shared. */
    public @Nullable Bytes get(String key) {
        int index = keys.indexOf(key);
        return index < 0 ? null : valueAt(index);
    }

    /** Returns the value of a key, or null if the key is not here; the bytes are shared. */
    public @Nullable Bytes get(Bytes key) {
        return get(key.keyText());
    }

    /** Returns the value of the key at a place of {@link #keySet()}; the bytes are shared. */
    public Bytes valueAt(int index) {
        int from = bounds[2 * index];
        return Bytes.wrap(buffer, from, bounds[2 * index + 1] - from);
    }

    <V> @Nullable V decodeAt(int index, CellDecoder<V> decoder) {
        int from = bounds[2 * index];
        return decoder.decode(buffer, from, bounds[2 * index + 1] - from);
    }

    /** Copies keys and values into a map in order; the values share their bytes. */
    public Map<Bytes, Bytes> toMap() {
        Map<Bytes, Bytes> map = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            map.put(keys.encoded(i), valueAt(i));
        }
        return map;
    }

    private List<Bytes> pick(KeySet wanted, BlobRow first, BlobRow second) {
        List<Bytes> values = new ArrayList<>(wanted.size());
        for (String name : wanted.names()) {
            Bytes value = first.get(name);
            values.add(Objects.requireNonNull(value != null ? value : second.get(name)));
        }
        return values;
    }

    @Override
    public BlobRow merge(BlobRow changes) {
        if (changes.reserved) {
            return this;
        }
        KeySet all = keys.plus(changes.keys);
        return of(all, pick(all, changes, this));
    }

    @Override
    public BlobRow without(Collection<String> dropped) {
        KeySet.Filtered rest = keys.rest(dropped);
        return rest.result() == keys ? this : part(rest.result(), rest.places());
    }

    /** Returns a row of some of the keys, which stand at some places of this one. */
    BlobRow part(KeySet rest, int[] places) {
        int[] kept = new int[2 * places.length];
        int bytes = 0;
        for (int i = 0; i < places.length; i++) {
            int at = 2 * places[i];
            kept[2 * i] = bounds[at];
            kept[2 * i + 1] = bounds[at + 1];
            bytes += bounds[at + 1] - bounds[at];
        }
        int all = 0;
        for (int at = 0; at < bounds.length; at += 2) {
            all += bounds[at + 1] - bounds[at];
        }
        // a small rest must not hold what is large; by the size of the row, since rows of a batch lie in one buffer
        return bytes >= all / 2 ? new BlobRow(rest, buffer, kept, false) : of(rest, pick(rest, this, this));
    }

    @Override
    public BlobRow only(Collection<String> wanted) {
        KeySet kept = keys.keeping(wanted);
        return kept == keys ? this : of(kept, pick(kept, this, this));
    }

    @Override
    public long byteSize() {
        long sum = 64 + 8L * keys.size();
        for (int i = 0; i < bounds.length; i += 2) {
            sum += bounds[i + 1] - bounds[i];
        }
        return sum;
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof BlobRow other) || reserved != other.reserved || size() != other.size()) {
            return false;
        }
        for (int i = 0; i < keys.size(); i++) {
            Bytes theirs = other.get(keys.name(i));
            if (theirs == null || !theirs.equals(valueAt(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = reserved ? 1 : 0;
        for (int i = 0; i < keys.size(); i++) {
            hash += keys.name(i).hashCode() ^ valueAt(i).hashCode();
        }
        return hash;
    }

    @Override
    public String toString() {
        return reserved ? "BlobRow[reserved]" : "BlobRow" + toMap();
    }
}
