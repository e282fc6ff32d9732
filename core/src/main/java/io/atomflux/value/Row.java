package io.atomflux.value;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable row of typed values by key.
 *
 * <p>A row read from a store decodes only the values asked for, each at most once; a cell that does not decode is
 * signalled then, naming store, row and key. {@link #has} tells a stored null from an absent key. Rows are equal if they
 * have equal values under the same keys, in whatever order. Longer than most files: rows of values and rows of bytes to be
 * decoded are one type.
 */
public final class Row implements KeyedRow<Row> {

    private static final Object UNDECODED = new Object();
    private static final Row RESERVED = new Row(KeySet.EMPTY, new Object[0], null, null, "", -1, true);
    private static final Row EMPTY = new Row(KeySet.EMPTY, new Object[0], null, null, "", -1, false);

    private final KeySet keys;
    private final @Nullable Object[] values; // racy single-check cache: every value is immutable
    private final @Nullable BlobRow encoded;
    private final @Nullable CellDecoder<?> decoder;
    private final String store;
    private final long position;
    private final boolean reserved;

    private Row(
            KeySet keys,
            @Nullable Object[] values,
            @Nullable BlobRow encoded,
            @Nullable CellDecoder<?> decoder,
            String store,
            long position,
            boolean reserved) {
        this.keys = keys;
        this.values = values;
        this.encoded = encoded;
        this.decoder = decoder;
        this.store = store;
        this.position = position;
        this.reserved = reserved;
    }

    /** Returns the row of a position that was never written. */
    public static Row reserved() {
        return RESERVED;
    }

    /** Returns the row that was written without any key. */
    public static Row empty() {
        return EMPTY;
    }

    /**
     * Copies a map, widening its values as {@link Values#of} does.
     *
     * @throws IllegalArgumentException if a value is of no type a store can hold; names key and type
     */
    public static Row of(Map<String, ? extends @Nullable Object> map) {
        if (map.isEmpty()) {
            return EMPTY;
        }
        KeySet keys = KeySet.of(map.keySet());
        @Nullable Object[] values = new Object[keys.size()];
        int i = 0;
        for (Map.Entry<String, ? extends @Nullable Object> entry : map.entrySet()) {
            values[i++] = Values.of(entry.getKey(), entry.getValue());
        }
        return new Row(keys, values, null, null, "", -1, false);
    }

    /**
     * Returns a row of known keys, widening its values as {@link Values#of} does; rows that share keys are cheaper.
     *
     * @param keys the keys, shared by the row
     * @param inOrder a value for each key
     * @throws IllegalArgumentException if there are more or fewer values than keys, or one is of no type a store can hold
     */
    public static Row of(KeySet keys, Collection<? extends @Nullable Object> inOrder) {
        if (inOrder.size() != keys.size()) {
            throw new IllegalArgumentException(
                    "values: %d (expected: %d, one for each key)".formatted(inOrder.size(), keys.size()));
        }
        if (keys.size() == 0) {
            return EMPTY;
        }
        @Nullable Object[] values = new Object[keys.size()];
        int i = 0;
        for (Object value : inOrder) {
            values[i] = Values.of(keys.name(i), value);
            i++;
        }
        return new Row(keys, values, null, null, "", -1, false);
    }

    /** Returns a row of one key. */
    public static Row of(String key, @Nullable Object value) {
        return builder().put(key, value).build();
    }

    /** Returns a row of two keys. */
    public static Row of(String key1, @Nullable Object value1, String key2, @Nullable Object value2) {
        return builder().put(key1, value1).put(key2, value2).build();
    }

    /** Starts a row. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens a row of encoded cells, each decoded when first asked for.
     *
     * @param cells the encoded row; a reserved one gives a reserved row
     * @param decoder decodes a cell
     * @param store the store's name for errors, without credentials
     * @param position the row's position for errors
     */
    public static Row decoding(BlobRow cells, CellDecoder<?> decoder, String store, long position) {
        if (cells.isReserved()) {
            return RESERVED;
        }
        @Nullable Object[] values = new Object[cells.size()];
        java.util.Arrays.fill(values, UNDECODED);
        return new Row(cells.keySet(), values, cells, decoder, store, position, false);
    }

    /** Returns the encoded cells if this row was opened with this decoder; lets copies skip decoding. */
    public @Nullable BlobRow encodedBy(CellDecoder<?> codec) {
        return decoder == codec ? encoded : null;
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

    /**
     * Returns the value of a key, or null if it is null or the key is not here.
     *
     * @throws CorruptDataException if the stored bytes do not decode
     * @throws UnsupportedDataException if they are refused, e.g. a pickled array
     */
    public @Nullable Object get(String key) {
        int index = keys.indexOf(key);
        return index < 0 ? null : valueAt(index);
    }

    /** Returns the value at a place of {@link #keySet()}; errors as in {@link #get(String)}. */
    public @Nullable Object valueAt(int index) {
        Object value = values[index];
        if (value == UNDECODED) {
            value = decode(index);
            values[index] = value;
        }
        return value;
    }

    private @Nullable Object decode(int index) {
        BlobRow cells = Objects.requireNonNull(encoded);
        CellDecoder<?> codec = Objects.requireNonNull(decoder);
        try {
            return cells.decodeAt(index, codec);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(store, place(keys.name(index)), String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptDataException(store, place(keys.name(index)), String.valueOf(e.getMessage()), e);
        }
    }

    private String place(String key) {
        return position < 0 ? "key " + key : "row " + position + ", key " + key;
    }

    /**
     * Returns the value of a key as a type, or null if it is null or the key is not here.
     *
     * @param type a value type, or {@code Double} or {@code Long}, to which scalars and numbers convert if exact
     * @throws ValueTypeException if the value is of another type
     */
    public <V> @Nullable V get(String key, Class<V> type) {
        Object value = get(key);
        if (value == null) {
            return null;
        }
        V converted = Values.as(value, type);
        if (converted == null) {
            throw new ValueTypeException(
                    place(key), type.getSimpleName(), value.getClass().getSimpleName());
        }
        return converted;
    }

    /** Returns the value of a typed key, or null if it is null or the key is not here. */
    public <V> @Nullable V get(Key<V> key) {
        return get(key.name(), key.type());
    }

    /** Shows every key and value in order. */
    public void forEach(BiConsumer<String, ? super @Nullable Object> visitor) {
        for (int i = 0; i < keys.size(); i++) {
            visitor.accept(keys.name(i), valueAt(i));
        }
    }

    /** Copies keys and values into a map in order. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        forEach(map::put);
        return map;
    }

    @Override
    public Row merge(Row changes) {
        if (changes.reserved || (changes.size() == 0 && !reserved)) {
            return this;
        }
        KeySet all = keys.plus(changes.keys);
        return picked(all, changes);
    }

    @Override
    public Row without(Collection<String> dropped) {
        KeySet.Filtered filtered = keys.rest(dropped);
        KeySet rest = filtered.result();
        if (rest == keys) {
            return this;
        }
        BlobRow cells = encoded;
        if (cells == null) {
            return picked(rest, EMPTY);
        }
        int[] places = filtered.places();
        @Nullable Object[] kept = new Object[places.length]; // what is not decoded stays so, and can be copied as it is
        for (int i = 0; i < kept.length; i++) {
            kept[i] = values[places[i]];
        }
        BlobRow part = cells.keySet() == keys ? cells.part(rest, places) : cells.without(dropped);
        return new Row(rest, kept, part, decoder, store, position, false);
    }

    @Override
    public Row only(Collection<String> wanted) {
        KeySet kept = keys.keeping(wanted);
        return kept == keys ? this : picked(kept, EMPTY);
    }

    private Row picked(KeySet wanted, Row first) {
        @Nullable Object[] picked = new Object[wanted.size()];
        for (int i = 0; i < picked.length; i++) {
            String name = wanted.name(i);
            picked[i] = first.has(name) ? first.get(name) : get(name);
        }
        return new Row(wanted, picked, null, null, store, position, false);
    }

    @Override
    public long byteSize() {
        if (encoded != null) {
            return encoded.byteSize() + 16L * keys.size();
        }
        long sum = 64;
        for (Object value : values) {
            sum += Values.byteSize(value);
        }
        return sum;
    }

    @Override
    public boolean equals(Object o) {
        if (this == o) {
            return true;
        }
        if (!(o instanceof Row other) || reserved != other.reserved || size() != other.size()) {
            return false;
        }
        for (int i = 0; i < keys.size(); i++) {
            String name = keys.name(i);
            Object mine = valueAt(i);
            if (!other.has(name) || !Objects.equals(mine, other.get(name))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = reserved ? 1 : 0;
        for (int i = 0; i < keys.size(); i++) {
            hash += keys.name(i).hashCode() ^ Objects.hashCode(valueAt(i));
        }
        return hash;
    }

    @Override
    public String toString() {
        return reserved ? "Row[reserved]" : "Row" + toMap();
    }

    /** Collects keys and values of one row. */
    public static final class Builder {
        private final Map<String, @Nullable Object> map = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Sets a key, replacing an earlier value of it.
         *
         * @throws IllegalArgumentException if the value is of no type a store can hold; names key and type
         */
        public Builder put(String key, @Nullable Object value) {
            map.put(Objects.requireNonNull(key, "key"), Values.of(key, value));
            return this;
        }

        /** Returns the row; this builder may go on to another. */
        public Row build() {
            return map.isEmpty()
                    ? EMPTY
                    : new Row(KeySet.of(map.keySet()), map.values().toArray(), null, null, "", -1, false);
        }
    }
}
