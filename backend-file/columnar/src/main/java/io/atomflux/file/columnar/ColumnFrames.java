package io.atomflux.file.columnar;

import io.atomflux.codec.Json;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.DType;
import io.atomflux.value.KeySet;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a group whatever its {@link Placement}.
 *
 * <p>A value is first what every reader of the format sees, then what the group's {@linkplain Exactness corrections} say. A row
 * without any value is reserved unless something says it was written.
 */
final class ColumnFrames implements Frames {

    private final Placement placement;
    private final Described described;
    private final AtomCounts counts;
    private final Exactness exactness;
    private final List<KeyReader> keys;
    private final Map<String, KeyReader> byKey;
    private final KeySet allKeys;
    private volatile @Nullable Selected lastSelected;

    private ColumnFrames(
            Placement placement, Described described, AtomCounts counts, Exactness exactness, List<KeyReader> keys) {
        this.placement = placement;
        this.described = described;
        this.counts = counts;
        this.exactness = exactness;
        this.keys = keys;
        this.byKey = new LinkedHashMap<>();
        keys.forEach(key -> byKey.put(key.key, key));
        this.allKeys = KeySet.of(byKey.keySet());
    }

    /** A key with the columns it is read from; all but special ones have one. */
    record KeyReader(String key, List<ColumnReader> columns, Placement.@Nullable Special special) {

        boolean needsCounts() {
            for (ColumnReader column : columns) {
                if (column.needsCounts()) {
                    return true;
                }
            }
            return false;
        }

        /** Tells whether a correction can be more than the whole value. */
        boolean isPlain() {
            return special == null && columns.get(0).column().reading() == null;
        }
    }

    /** What some columns mean here. */
    private record Selected(Columns columns, List<KeyReader> keys, KeySet names, boolean counts) {}

    static ColumnFrames open(Placement placement, Tree tree, String group, String store, Described described)
            throws IOException {
        AtomCounts counts = new AtomCounts(store, placement.padded(), described);
        Map<String, Long> from = beginnings(tree.attributes(placement.holder(group)), store);
        Map<String, ColumnReader> readers = new LinkedHashMap<>();
        for (Described.Column column : described.columns()) {
            readers.put(
                    column.name(),
                    new ColumnReader(
                            store,
                            column,
                            placement.padded(),
                            described.frames(),
                            counts,
                            from.getOrDefault(column.name(), 0L),
                            placement.integerFill(column.name())));
        }
        List<KeyReader> keys = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (String name : readers.keySet()) {
            String key = placement.key(name);
            if (known.add(key)) {
                keys.add(reader(placement, key, name, readers, store, described.frames(), counts));
            }
        }
        return new ColumnFrames(placement, described, counts, Exactness.of(placement, tree, group, store), keys);
    }

    private static KeyReader reader(
            Placement placement,
            String key,
            String name,
            Map<String, ColumnReader> readers,
            String store,
            long frames,
            AtomCounts counts) {
        Placement.Special special = placement.special(key).orElse(null);
        if (special == null || !special.columns().contains(name)) {
            return new KeyReader(key, List.of(Objects.requireNonNull(readers.get(name))), null);
        }
        List<ColumnReader> columns = new ArrayList<>();
        for (String part : special.columns()) {
            ColumnReader reader = readers.get(part);
            columns.add(
                    reader != null
                            ? reader
                            : new ColumnReader(
                                    store,
                                    new Described.Column(part, null, false, false, null),
                                    placement.padded(),
                                    frames,
                                    counts,
                                    0,
                                    0));
        }
        return new KeyReader(key, columns, special);
    }

    /** Returns the first row of columns that came later, by name. */
    static Map<String, Long> beginnings(Map<String, @Nullable Object> attributes, String store) {
        Map<String, Long> from = new LinkedHashMap<>();
        if (!(attributes.get(BEGINNINGS) instanceof String text)) {
            return from;
        }
        try {
            if (Json.read(text) instanceof Map<?, ?> map) {
                map.forEach((name, row) -> {
                    if (row instanceof Long first) {
                        from.put(String.valueOf(name), first);
                    }
                });
            }
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, "attribute " + BEGINNINGS, String.valueOf(e.getMessage()), e);
        }
        return from;
    }

    /** The attribute with the first row of each column that came later and whose fill would look like a value before. */
    static final String BEGINNINGS = "atomflux_from";

    @Override
    public long size() {
        return described.frames();
    }

    /** Returns the keys in order. */
    List<String> keys() {
        return allKeys.names();
    }

    @Override
    public long bytesPerRow(Columns columns) {
        double atoms = atomsPerRow();
        long sum = 64;
        for (KeyReader key : selected(columns).keys) {
            for (ColumnReader column : key.columns) {
                sum += column.bytes(atoms);
            }
        }
        return sum;
    }

    @Override
    public OptionalLong blockRows() {
        double atoms = atomsPerRow();
        OptionalLong rows = OptionalLong.empty();
        long most = 0;
        for (KeyReader key : keys) {
            for (ColumnReader column : key.columns) {
                OptionalLong own = column.rowsOfChunk(atoms);
                if (own.isPresent() && column.bytes(atoms) > most) {
                    most = column.bytes(atoms);
                    rows = own;
                }
            }
        }
        return rows;
    }

    private double atomsPerRow() {
        double atoms = 0;
        for (KeyReader key : keys) {
            for (ColumnReader column : key.columns) {
                ArrayInfo array = column.column().array();
                if (column.needsCounts() && array != null && array.shape().rank() > 0) {
                    atoms = Math.max(
                            atoms,
                            placement.padded() && array.shape().rank() > 1
                                    ? array.shape().at(1)
                                    : (double) array.shape().at(0) / Math.max(1, described.frames()));
                }
            }
        }
        return atoms;
    }

    private Selected selected(Columns columns) {
        Selected known = lastSelected;
        if (known != null && known.columns.equals(columns)) {
            return known;
        }
        List<KeyReader> chosen = new ArrayList<>();
        if (columns.isAll()) {
            chosen.addAll(keys);
        } else {
            for (String key : columns.keys().orElseThrow()) {
                KeyReader reader = byKey.get(key);
                if (reader != null) {
                    chosen.add(reader);
                }
            }
        }
        boolean needsCounts = chosen.stream().anyMatch(KeyReader::needsCounts);
        Selected selected = new Selected(
                columns,
                chosen,
                columns.isAll()
                        ? allKeys
                        : KeySet.of(chosen.stream().map(key -> key.key).toList()),
                needsCounts);
        lastSelected = selected;
        return selected;
    }

    @Override
    public List<Row> read(Chunks chunks, Positions positions, Columns columns) throws IOException {
        long[] asked = positions.toArray();
        for (long position : asked) {
            if (position < 0 || position >= described.frames()) {
                throw new IllegalArgumentException(
                        "position %d (expected: 0 to %d)".formatted(position, described.frames() - 1));
            }
        }
        long[] rows = sorted(asked);
        List<Row> read = readSorted(chunks, rows, selected(columns));
        if (rows == asked) {
            return read;
        }
        List<Row> ordered = new ArrayList<>(asked.length);
        for (long position : asked) {
            ordered.add(read.get(Arrays.binarySearch(rows, position)));
        }
        return ordered;
    }

    /** Returns the positions themselves if they ascend, else each of them once. */
    private static long[] sorted(long[] asked) {
        for (int i = 1; i < asked.length; i++) {
            if (asked[i] <= asked[i - 1]) {
                return Arrays.stream(asked).sorted().distinct().toArray();
            }
        }
        return asked;
    }

    private List<Row> readSorted(Chunks chunks, long[] rows, Selected selected) throws IOException {
        int width = selected.keys.size();
        @Nullable Object[][] values = new Object[rows.length][width];
        AtomCounts.Some some = prepared(chunks, rows, selected);
        for (int k = 0; k < width; k++) {
            read(chunks, rows, some, selected.keys.get(k), values, k);
        }
        List<Row> result = new ArrayList<>(rows.length);
        Presence presence = new Presence(selected.names);
        Entries.Span span = new Entries.Span();
        for (int i = 0; i < rows.length; i++) {
            List<Correction> corrections = exactness.isEmpty() ? List.of() : exactness.of(chunks, rows[i], span);
            boolean written = false;
            boolean reserved = false;
            for (Correction correction : corrections) {
                switch (correction.operation()) {
                    case WRITTEN -> written = true;
                    case RESERVED -> reserved = true;
                    default -> correct(chunks, rows, some, i, correction, selected, values[i]);
                }
            }
            result.add(row(chunks, rows[i], selected, values[i], written, reserved, presence));
        }
        return result;
    }

    /** Has the chunks of many rows decoded at once, and reads their atom counts if they matter. */
    private AtomCounts.@Nullable Some prepared(Chunks chunks, long[] rows, Selected selected) throws IOException {
        boolean many = rows.length > 1;
        List<Chunks.Wanted> wanted = new ArrayList<>();
        if (many) {
            exactness.wanted(rows, wanted);
            if (selected.counts) {
                counts.wanted(rows, wanted);
                chunks.prepare(wanted);
                wanted = new ArrayList<>();
            }
        }
        AtomCounts.Some some = null;
        if (selected.counts) {
            some = counts.of(chunks, rows);
        }
        if (many) {
            for (KeyReader key : selected.keys) {
                for (ColumnReader column : key.columns) {
                    column.wanted(rows, some, wanted);
                }
            }
            chunks.prepare(wanted);
        }
        return some;
    }

    private static void read(
            Chunks chunks,
            long[] rows,
            AtomCounts.@Nullable Some some,
            KeyReader key,
            @Nullable Object[][] values,
            int at)
            throws IOException {
        Placement.Special special = key.special;
        if (special == null) {
            key.columns.get(0).read(chunks, rows, some, values, at);
            return;
        }
        int parts = key.columns.size();
        @Nullable Object[][] stored = new Object[rows.length][parts];
        for (int p = 0; p < parts; p++) {
            key.columns.get(p).read(chunks, rows, some, stored, p);
        }
        for (int i = 0; i < rows.length; i++) {
            values[i][at] = joined(special, stored[i]);
        }
    }

    /** Returns what the parts of a special key stand for; they are changed. */
    static @Nullable Object joined(Placement.Special special, @Nullable Object[] parts) {
        boolean any = false;
        for (int p = 0; p < parts.length; p++) {
            if (parts[p] == Native.ABSENT) {
                parts[p] = null;
            } else {
                any = true;
            }
        }
        Object joined = any ? special.join(Arrays.asList(parts)) : null;
        return joined == null ? Native.ABSENT : joined;
    }

    private void correct(
            Chunks chunks,
            long[] rows,
            AtomCounts.@Nullable Some some,
            int i,
            Correction correction,
            Selected selected,
            @Nullable Object[] values)
            throws IOException {
        int at = selected.names.indexOf(correction.key());
        if (at < 0) {
            return;
        }
        KeyReader key = selected.keys.get(at);
        List<StoredCell> cells = new ArrayList<>();
        boolean fill = true;
        for (ColumnReader column : key.columns) {
            StoredCell cell = column.cell(chunks, rows[i], some, i);
            cells.add(cell);
            fill &= column.isFill(cell);
        }
        boolean before = fill && correction.check() == StoredCell.NONE.check(); // there was no array yet
        if (correction.check() != check(cells) && !before) {
            return; // another program changed the cell since
        }
        switch (correction.operation()) {
            case ABSENT -> values[at] = Native.ABSENT;
            case NULL -> values[at] = null;
            default -> correction.applied(cells.get(0)).ifPresent(value -> values[at] = value);
        }
    }

    /** Returns the checksum of all cells of a key. */
    static long check(List<StoredCell> cells) {
        long check = 0;
        for (StoredCell cell : cells) {
            check = (check * 31 + cell.check()) & 0xffffffffL;
        }
        return check;
    }

    /** The keys of rows of which some have less than all, shared by those that have the same. */
    private static final class Presence {
        private static final int MOST = 256;
        private final KeySet all;
        private @Nullable Map<BitSet, KeySet> known;

        Presence(KeySet all) {
            this.all = all;
        }

        Row row(@Nullable Object[] values, int present) {
            if (present == values.length) {
                return Row.of(all, Arrays.asList(values));
            }
            BitSet there = new BitSet(values.length);
            List<@Nullable Object> kept = new ArrayList<>(present);
            List<String> names = new ArrayList<>(present);
            for (int k = 0; k < values.length; k++) {
                if (values[k] != Native.ABSENT) {
                    there.set(k);
                    kept.add(values[k]);
                    names.add(all.name(k));
                }
            }
            Map<BitSet, KeySet> met = known == null ? new HashMap<>() : known;
            known = met;
            KeySet keys = met.get(there);
            if (keys == null) {
                keys = KeySet.of(names);
                if (met.size() < MOST) {
                    met.put(there, keys);
                }
            }
            return Row.of(keys, kept);
        }
    }

    private Row row(
            Chunks chunks,
            long row,
            Selected selected,
            @Nullable Object[] values,
            boolean written,
            boolean reserved,
            Presence presence)
            throws IOException {
        boolean claimed = !written && (reserved || exactness.isReserved(chunks, row));
        if (claimed && isFill(chunks, row)) {
            return Row.reserved();
        }
        int present = 0;
        for (Object value : values) {
            present += value == Native.ABSENT ? 0 : 1;
        }
        if (present > 0) {
            return presence.row(values, present);
        } else if (written || (!selected.columns.isAll() && isWritten(chunks, row))) {
            return Row.empty();
        }
        return Row.reserved();
    }

    private boolean isFill(Chunks chunks, long row) throws IOException {
        long[] rows = {row};
        AtomCounts.Some some = null;
        for (KeyReader key : keys) {
            for (ColumnReader column : key.columns) {
                if (column.damage() == null) {
                    some = some == null && column.needsCounts() ? counts.of(chunks, rows) : some;
                    if (!column.isFill(chunks, row, some, 0)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Tells whether a row has any value, the likely ones first. */
    private boolean isWritten(Chunks chunks, long row) throws IOException {
        long[] rows = {row};
        AtomCounts.Some some = null;
        for (KeyReader key : keys) {
            ColumnReader column = key.columns.get(0);
            if (column.fillIsAbsence() && column.damage() == null && key.isPlain()) {
                some = some == null && column.needsCounts() ? counts.of(chunks, rows) : some;
                if (!column.isFill(chunks, row, some, 0)) {
                    return true;
                }
            }
        }
        List<KeyReader> readable = keys.stream()
                .filter(key -> key.columns.stream().allMatch(column -> column.damage() == null))
                .toList();
        KeySet names = KeySet.of(readable.stream().map(key -> key.key).toList());
        Selected all = new Selected(Columns.ALL, readable, names, true);
        return !readSorted(chunks, rows, all).get(0).isReserved();
    }

    @Override
    public Optional<NdArray> stacked(Chunks chunks, Positions positions, String key) throws IOException {
        KeyReader reader = byKey.get(key);
        if (reader == null || positions.count() == 0) {
            return Optional.empty();
        }
        ColumnReader column = reader.columns.get(0);
        boolean range = positions.isRange() && positions.count() <= Integer.MAX_VALUE;
        if (reader.isPlain() && column.isBulk() && range) {
            long first = positions.at(0);
            int count = (int) positions.count();
            Objects.checkFromIndexSize(first, count, described.frames());
            if (exactness.isPlain(chunks, first, count)) {
                List<Chunks.Wanted> wanted = new ArrayList<>();
                AtomCounts.Some some = null;
                if (column.needsCounts()) {
                    long[] rows = positions.toArray();
                    some = prepared(chunks, rows);
                    if (!some.areEqual()) {
                        return Optional.empty(); // arrays of different lengths
                    }
                    column.wanted(rows, some, wanted);
                } else {
                    column.wanted(first, count, wanted);
                }
                chunks.prepare(wanted);
                Optional<NdArray> bulk = column.bulk(chunks, first, count, some);
                if (bulk.isPresent()) {
                    return bulk;
                }
            }
        }
        return Stacking.of(read(chunks, positions, Columns.of(List.of(key))), key);
    }

    private AtomCounts.Some prepared(Chunks chunks, long[] rows) throws IOException {
        List<Chunks.Wanted> wanted = new ArrayList<>();
        counts.wanted(rows, wanted);
        chunks.prepare(wanted);
        return counts.of(chunks, rows);
    }

    @Override
    public TypeHints types() {
        Map<String, String> words = new LinkedHashMap<>();
        for (Described.Column column : described.columns()) {
            ArrayInfo array = column.array();
            if (array != null && !column.fixed() && column.damage() == null) {
                ColumnType.of(array, column.perAtom(), placement.padded())
                        .ifPresent(type -> words.put(column.name(), type.word()));
            }
        }
        return new TypeHints(words);
    }

    @Override
    public List<StoredColumn> columns(Tree tree) throws IOException {
        List<StoredColumn> columns = new ArrayList<>();
        for (Described.Column column : described.columns()) {
            ArrayInfo array = column.array();
            if (array != null) {
                columns.add(stored(tree, column.name(), array));
            }
        }
        for (Map.Entry<String, ArrayInfo> count : described.counts().entrySet()) {
            columns.add(stored(tree, count.getKey(), count.getValue()));
        }
        for (ArrayInfo array : exactness.arrays()) {
            columns.add(stored(tree, array.path().substring(array.path().lastIndexOf('/') + 1), array));
        }
        return columns;
    }

    private static StoredColumn stored(Tree tree, String name, ArrayInfo array) throws IOException {
        long stored = tree.storedBytes(array);
        long bytes;
        try {
            bytes = array.element().isText()
                    ? stored
                    : Math.multiplyExact(array.shape().count(), (long)
                            array.element().dtype().itemSize());
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        return new StoredColumn(
                name,
                array.element().toString(),
                array.shape().toString(),
                array.chunk().toString(),
                array.codecs().isEmpty() ? "none" : String.join(", ", array.codecs()),
                bytes,
                stored);
    }

    @Override
    public List<String> problems(Chunks chunks) throws IOException {
        List<String> problems = new ArrayList<>();
        boolean perAtom = false;
        for (KeyReader key : keys) {
            for (ColumnReader column : key.columns) {
                AtomfluxException damage = column.damage();
                if (damage != null) {
                    problems.add(String.valueOf(damage.getMessage()));
                    continue;
                }
                perAtom |= column.needsCounts() && column.column().array() != null;
                lengths(chunks, column, problems);
            }
        }
        if (perAtom || !described.counts().isEmpty()) {
            counts.problems(chunks, problems);
        }
        exactness.problems(chunks, described.frames(), problems);
        return problems;
    }

    private void lengths(Chunks chunks, ColumnReader column, List<String> problems) throws IOException {
        ArrayInfo array = column.column().array();
        if (array == null || column.column().fixed()) {
            return;
        }
        boolean behind = column.needsCounts() && !placement.padded();
        long expected;
        try {
            expected = behind ? counts.total(chunks) : described.frames();
        } catch (CorruptDataException e) {
            return; // told where the counts are looked at
        }
        long found = array.shape().at(0);
        if (found > expected || (found < expected && !column.column().mayEnd())) {
            problems.add("column %s: %d %s (expected: %d); %s"
                    .formatted(
                            column.name(),
                            found,
                            behind ? "atoms" : "rows",
                            expected,
                            found > expected
                                    ? "a writer that did not finish left the rest, which is ignored"
                                    : "rows of it cannot be told apart"));
        }
    }

    /** Rows as one array. */
    private static final class Stacking {

        private Stacking() {}

        static Optional<NdArray> of(List<Row> rows, String key) {
            Object first = rows.get(0).get(key);
            NdArray one = array(first);
            if (first == null || one == null) {
                return Optional.empty();
            }
            int size = one.byteSize();
            if ((long) size * rows.size() > Integer.MAX_VALUE - 64) {
                return Optional.empty();
            }
            byte[] all = new byte[size * rows.size()];
            for (int i = 0; i < rows.size(); i++) {
                Object value = rows.get(i).get(key);
                NdArray array = value != null && value.getClass() == first.getClass() ? array(value) : null;
                if (array == null || !array.dtype().equals(one.dtype()) || !Arrays.equals(array.shape(), one.shape())) {
                    return Optional.empty();
                }
                array.copyTo(all, i * size);
            }
            int[] shape = new int[one.rank() + 1];
            shape[0] = rows.size();
            System.arraycopy(one.shape(), 0, shape, 1, one.rank());
            return Optional.of(NdArray.wrap(one.dtype(), shape, all, 0));
        }

        private static @Nullable NdArray array(@Nullable Object value) {
            if (value instanceof NdArray array) {
                return array;
            } else if (value instanceof NdScalar scalar) {
                return scalar.asArray();
            } else if (value instanceof Double number) {
                return NdArray.of(new double[] {number}).reshape();
            } else if (value instanceof Long number) {
                return NdArray.of(new long[] {number}).reshape();
            } else if (value instanceof Boolean flag) {
                return NdArray.wrap(DType.BOOL, new int[0], new byte[] {(byte) (flag ? 1 : 0)}, 0);
            }
            return null;
        }
    }
}
