package io.atomflux.file.columnar;

import io.atomflux.codec.Json;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes the rows of a group whatever its {@link Placement}.
 *
 * <p>Every column is as long as the rows after every change: where a row has no value stands the fill. Longer than most files:
 * the ways rows change share what is known of the columns.
 */
final class ColumnEdit implements FramesEdit {

    private static final String VERSION = "0.3.3"; // of asebytes, whose layout this is
    private static final int CHUNK_BYTES = 1 << 17;
    private static final int TEXT_BYTES = 64; // a guess, for the number of texts in a chunk
    private static final int BLOCK_BYTES = 1 << 23; // of cells made at once

    private final Placement placement;
    private final LayoutOptions options;
    private final TreeEdit tree;
    private final String group;
    private final String store;
    private final TypeHints hints;
    private final Map<String, Col> columns = new LinkedHashMap<>();
    private final Set<String> perAtom = new TreeSet<>();
    private final Map<String, Long> from = new TreeMap<>();
    private final Set<String> accepted = new HashSet<>();
    private final CountsEdit counts;
    private final ExactnessEdit exactness;
    private final long before;
    private long frames;
    private long widest;
    private @Nullable String notInPlace;

    /** A column: its name, and once it has an array, that and its type. */
    private static final class Col {
        final String name;
        final Described.@Nullable Reading reading;

        @Nullable
        ColumnType type;

        @Nullable
        ArrayEdit array;

        Col(String name, Described.@Nullable Reading reading) {
            this.name = name;
            this.reading = reading;
        }

        ColumnType typeOf() {
            return Objects.requireNonNull(type);
        }

        ArrayEdit arrayOf() {
            return Objects.requireNonNull(array);
        }

        boolean isAtoms() {
            return type != null && type.kind() == ColumnType.Kind.ATOMS;
        }
    }

    private ColumnEdit(
            Placement placement,
            LayoutOptions options,
            TreeEdit tree,
            String group,
            String store,
            TypeHints hints,
            Described described)
            throws IOException {
        this.placement = placement;
        this.options = options;
        this.tree = tree;
        this.group = group;
        this.store = store;
        this.hints = hints;
        this.before = described.frames();
        this.frames = described.frames();
        this.perAtom.addAll(described.perAtom());
        this.from.putAll(ColumnFrames.beginnings(tree.attributes(placement.holder(group)), store));
        for (Described.Column column : described.columns()) {
            add(column);
        }
        boolean atoms = columns.values().stream().anyMatch(Col::isAtoms);
        boolean told = frames == 0 || described.counts().size() == (placement.padded() ? 1 : 2);
        if (!told && atoms) {
            notInPlace = "nothing tells how many atoms its rows have";
        }
        this.counts =
                new CountsEdit(tree, placement, group, store, options, frames, told ? described.counts() : Map.of());
        this.exactness = new ExactnessEdit(tree, placement, group, store, options);
        if (notInPlace == null) {
            cut();
        }
    }

    static ColumnEdit begin(
            Placement placement, LayoutOptions options, TreeEdit tree, String group, String store, TypeHints hints)
            throws IOException {
        Optional<Described> found = placement.find(tree, group, store);
        if (found.isEmpty()) {
            tree.createGroup(placement.holder(group));
            placement.begin(tree, group);
        }
        Described described = found.orElse(new Described(0, List.of(), Set.of(), Map.of()));
        return new ColumnEdit(placement, options, tree, group, store, hints, described);
    }

    private void add(Described.Column column) {
        AtomfluxException damage = column.damage();
        if (damage != null) {
            throw damage;
        }
        Col col = new Col(column.name(), column.reading());
        columns.put(column.name(), col);
        ArrayInfo array = column.array();
        if (array == null || column.fixed()) {
            return;
        }
        ColumnType type =
                ColumnType.of(array, column.perAtom(), placement.padded()).orElse(null);
        if (type == null) {
            notInPlace = "column %s is stored in a way that is only read".formatted(column.name());
            return;
        }
        col.type = type;
        col.array = new ArrayEdit(tree, array, placement.integerFill(column.name()));
        if (type.kind() == ColumnType.Kind.ATOMS && placement.padded()) {
            widest = Math.max(widest, array.shape().at(1));
        }
    }

    /** Takes away what a writer that died left beyond the rows, and refuses to write where something is missing. */
    private void cut() throws IOException {
        for (Col col : columns.values()) {
            if (col.array != null) {
                long length = entries(col);
                if (col.array.length() < length) {
                    throw new CorruptDataException(
                            store,
                            "column " + col.name,
                            "%d entries (expected: %d); nothing was changed".formatted(col.array.length(), length),
                            null);
                }
                if (col.array.length() > length && col.isAtoms()) {
                    counts.requireInOrder();
                }
                col.array.resize(length);
            }
        }
        exactness.truncate(frames);
    }

    /** Returns how long a column's array has to be. */
    private long entries(Col col) {
        return col.isAtoms() && !placement.padded() ? counts.total() : frames;
    }

    @Override
    public long size() {
        return frames;
    }

    @Override
    public String holder() {
        return placement.holder(group);
    }

    private void inPlace() throws RewriteNeeded {
        if (notInPlace != null) {
            throw new RewriteNeeded(notInPlace, types(Map.of()));
        }
    }

    /** Returns the types of all columns, some of them changed. */
    private TypeHints types(Map<String, ColumnType> changed) {
        Map<String, String> words = new TreeMap<>();
        columns.forEach((name, col) -> {
            if (col.type != null) {
                words.put(name, col.type.word());
            }
        });
        changed.forEach((name, type) -> words.put(name, type.word()));
        return new TypeHints(words);
    }

    @Override
    public void append(List<Row> rows) throws IOException, RewriteNeeded {
        if (rows.isEmpty()) {
            return;
        }
        inPlace();
        Given given = new Given(rows);
        ready(given, frames);
        widen(given);
        long first = frames;
        long firstAtom = counts.total();
        counts.append(given.atoms);
        frames += rows.size();
        List<List<Correction>> corrections = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            corrections.add(new ArrayList<>());
        }
        for (Col col : columns.values()) {
            if (col.array != null) {
                col.array.resize(entries(col));
                write(col, given, first, firstAtom, corrections);
            }
        }
        specials(given, corrections);
        for (int i = 0; i < rows.size(); i++) {
            rowItself(rows.get(i), corrections.get(i), false);
        }
        exactness.append(first, corrections);
    }

    /** Values of rows by column; what is special already split. */
    private final class Given {
        final List<Row> rows;
        final int[] atoms;
        final Map<String, @Nullable Object[]> columns = new TreeMap<>();
        final Map<String, Placement.Special> specials = new TreeMap<>();

        Given(List<Row> rows) {
            this.rows = rows;
            this.atoms = new int[rows.size()];
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                atoms[i] = atomsOf(row);
                for (int k = 0; k < row.size(); k++) {
                    add(i, row.keySet().name(k), row.valueAt(k));
                }
            }
        }

        private void add(int i, String key, @Nullable Object value) {
            accept(key);
            Optional<Placement.Special> special = placement.special(key);
            if (special.isEmpty()) {
                of(key)[i] = back(key, value);
                return;
            }
            specials.put(key, special.get());
            List<@Nullable Object> parts = special.get().split(value);
            List<String> names = special.get().columns();
            for (int p = 0; p < names.size(); p++) {
                Object part = parts.get(p);
                of(names.get(p))[i] = part == null ? Native.ABSENT : back(names.get(p), part);
            }
        }

        private @Nullable Object back(String column, @Nullable Object value) {
            Col col = ColumnEdit.this.columns.get(column);
            return col == null || col.reading == null || value == null ? value : col.reading.back(value);
        }

        private @Nullable Object[] of(String column) {
            return columns.computeIfAbsent(column, name -> {
                @Nullable Object[] values = new Object[rows.size()];
                Arrays.fill(values, Native.ABSENT);
                return values;
            });
        }
    }

    private void accept(String key) {
        if (accepted.contains(key) || columns.containsKey(key)) {
            return;
        }
        Optional<String> refusal = placement.refusal(key);
        if (refusal.isPresent()) {
            throw new UnsupportedDataException(store, "key \"" + key + "\"", refusal.get(), null);
        }
        accepted.add(key);
    }

    /** Returns the number of atoms of a row (asebytes 0.3: of the positions, else of the numbers, else none). */
    private static int atomsOf(Row row) {
        for (String key : List.of("arrays.positions", "arrays.numbers")) {
            if (row.has(key) && row.get(key) instanceof NdArray array && array.rank() > 0) {
                return array.length(0);
            }
        }
        return 0;
    }

    /** Sees that there is a column for every value, of a type that holds it. */
    private void ready(Given given, long backfilled) throws IOException, RewriteNeeded {
        Map<String, ColumnType> climbed = new TreeMap<>();
        Map<String, ColumnType> fresh = new TreeMap<>();
        given.columns.forEach((name, values) -> {
            Col col = columns.get(name);
            try {
                if (col != null && col.type != null) {
                    ColumnType type = col.type;
                    for (int i = 0; i < values.length; i++) {
                        type = values[i] == Native.ABSENT ? type : CellWriter.climbed(type, values[i], given.atoms[i]);
                    }
                    if (!type.equals(col.type)) {
                        climbed.put(name, type);
                    }
                } else {
                    first(name, values, given, backfilled).ifPresent(type -> fresh.put(name, type));
                }
            } catch (IllegalArgumentException e) {
                throw new UnsupportedDataException(
                        store,
                        "key \"" + placement.key(name) + "\"",
                        "%s (expected: numbers, booleans, texts, arrays of these or of complex numbers, lists and maps; keep others in a store of rows, e.g. *.lmdb)"
                                .formatted(e.getMessage()),
                        e);
            }
        });
        if (!climbed.isEmpty()) {
            throw new RewriteNeeded("columns become of other types: " + climbed, types(climbed));
        }
        for (String name : given.columns.keySet()) {
            columns.computeIfAbsent(name, missing -> new Col(missing, null));
        }
        for (int count : given.atoms) {
            widest = Math.max(widest, placement.padded() ? count : 0);
        }
        for (Map.Entry<String, ColumnType> entry : fresh.entrySet()) {
            create(Objects.requireNonNull(columns.get(entry.getKey())), entry.getValue(), backfilled);
        }
    }

    /** Returns the type a column gets when its first values come; empty if they are all null. */
    private Optional<ColumnType> first(String name, @Nullable Object[] values, Given given, long backfilled) {
        String word = hints.types().get(name);
        ColumnType type = word == null ? null : ColumnType.ofWord(word);
        boolean atoms =
                type == null ? placement.perAtom(name) || perAtom.contains(name) : type.kind() == ColumnType.Kind.ATOMS;
        if (atoms && type == null) {
            for (int i = 0; i < values.length && type == null; i++) {
                type = values[i] == Native.ABSENT
                        ? null
                        : ColumnType.wanted(values[i], true, given.atoms[i]).orElse(null);
            }
        }
        boolean lacking = backfilled > 0 && columns.values().stream().anyMatch(col -> col.array != null);
        for (int i = 0; i < values.length; i++) {
            if (values[i] == Native.ABSENT) {
                lacking |= !given.rows.get(i).isReserved();
            } else if (type == null) {
                lacking |= values[i] == null;
                type = ColumnType.wanted(values[i], false, given.atoms[i]).orElse(null);
            } else {
                lacking |= values[i] == null;
                type = CellWriter.climbed(type, values[i], given.atoms[i]);
            }
        }
        if (word != null || type == null || !type.isBareInteger()) {
            return Optional.ofNullable(type);
        }
        boolean flag = options.flagsAsNumbers() && type.dtype().kind() == DType.Kind.BOOL;
        if (!flag && !lacking) {
            return Optional.of(type);
        }
        boolean exact = Arrays.stream(values).allMatch(CellWriter::isExactAsDouble);
        return Optional.of(exact ? ColumnType.scalar(DType.FLOAT64) : ColumnType.TEXT);
    }

    private void create(Col col, ColumnType type, long rows) throws IOException {
        int[] inner = type.shape();
        boolean atoms = type.kind() == ColumnType.Kind.ATOMS;
        boolean padded = atoms && placement.padded();
        long[] shape = new long[1 + (padded ? 1 : 0) + inner.length];
        long[] chunk = new long[shape.length];
        shape[0] = atoms && !padded ? counts.total() : rows;
        if (padded) {
            shape[1] = widest;
        }
        long each =
                type.kind() == ColumnType.Kind.TEXT ? TEXT_BYTES : type.dtype().itemSize();
        for (int i = 1; i < shape.length; i++) {
            shape[i] = i == 1 && padded ? widest : inner[i - (padded ? 2 : 1)];
            chunk[i] = Math.max(1, shape[i]);
            each = Math.multiplyExact(each, chunk[i]);
        }
        chunk[0] = options.chunkFrames().orElse(Math.max(1, Long.highestOneBit(CHUNK_BYTES / each)));
        placement.beforeArray(tree, group, col.name, rows);
        ElementType element = type.kind() == ColumnType.Kind.TEXT ? ElementType.TEXT : ElementType.of(type.dtype());
        ArrayInfo array = tree.createArray(
                placement.array(group, col.name),
                new ArraySpec(
                        element,
                        Shape.of(shape),
                        Shape.of(chunk),
                        options.compression(),
                        placement.integerFill(col.name)));
        placement.afterArray(tree, group, col.name, array);
        col.type = type;
        col.array = new ArrayEdit(tree, array, placement.integerFill(col.name));
        if (atoms) {
            perAtom.add(col.name);
        }
        if (!type.fillIsAbsence() && rows > 0) {
            from.put(col.name, rows);
        }
    }

    /** Makes the axis of atoms as long as the longest row. */
    private void widen(Given given) throws IOException {
        for (Col col : columns.values()) {
            if (col.isAtoms()
                    && placement.padded()
                    && col.arrayOf().info().shape().at(1) < widest
                    && given.rows.size() > 0) {
                col.arrayOf().widen(1, widest);
            }
        }
    }

    /** Returns the shape of a cell without padding. */
    private static int[] cellShape(ColumnType type, int atoms) {
        int[] inner = type.shape();
        if (type.kind() != ColumnType.Kind.ATOMS) {
            return inner;
        }
        int[] shape = new int[inner.length + 1];
        shape[0] = atoms;
        System.arraycopy(inner, 0, shape, 1, inner.length);
        return shape;
    }

    private static StoredCell cell(ColumnType type, int[] shape, byte[] bytes, int at) {
        return switch (type.kind()) {
            case SCALAR -> StoredCell.ofNumber(type.dtype(), bytes, at);
            case ARRAY -> StoredCell.ofArray(type.dtype(), shape, bytes, at);
            case ATOMS -> StoredCell.ofAtoms(type.dtype(), shape, bytes, at);
            case TEXT -> throw new IllegalArgumentException("texts have no bytes");
        };
    }

    /** Writes the cells of new rows of a column, and notes what they do not tell. */
    private void write(Col col, Given given, long first, long firstAtom, List<List<Correction>> corrections)
            throws IOException {
        @Nullable Object[] values = given.columns.get(col.name);
        boolean plain = placement.special(placement.key(col.name)).isEmpty();
        if (values == null) {
            if (!col.typeOf().fillIsAbsence() && plain) {
                absent(col, given, corrections);
            }
            return;
        }
        if (col.typeOf().kind() == ColumnType.Kind.TEXT) {
            String[] texts = new String[values.length];
            for (int i = 0; i < values.length; i++) {
                texts[i] = CellWriter.text(values[i]);
                if (plain && values[i] != Native.ABSENT && !isExact(col, new int[0], values[i])) {
                    correct(col, StoredCell.ofText(texts[i]), values[i], corrections.get(i));
                }
            }
            col.arrayOf().write(first, texts);
            return;
        }
        boolean behind = col.isAtoms() && !placement.padded();
        long entry = behind ? firstAtom : first;
        int size = col.arrayOf().entryBytes();
        int i = 0;
        while (i < values.length) {
            int begin = i;
            long bytes = 0;
            while (i < values.length && (i == begin || bytes < BLOCK_BYTES)) {
                bytes += behind ? (long) size * given.atoms[i] : size;
                i++;
            }
            entry += block(col, given, values, begin, i, Math.toIntExact(bytes), entry, plain, corrections);
        }
    }

    /** Writes cells that lie behind each other; returns how many entries they are. */
    private long block(
            Col col,
            Given given,
            @Nullable Object[] values,
            int begin,
            int end,
            int bytes,
            long entry,
            boolean plain,
            List<List<Correction>> corrections)
            throws IOException {
        ColumnType type = col.typeOf();
        boolean behind = col.isAtoms() && !placement.padded();
        int size = col.arrayOf().entryBytes();
        byte[] block = new byte[bytes];
        Fill.put(type.dtype(), placement.integerFill(col.name), block, 0, bytes);
        int at = 0;
        int entries = 0;
        for (int i = begin; i < end; i++) {
            int[] shape = cellShape(type, given.atoms[i]);
            CellWriter.write(type, shape, values[i], block, at);
            boolean reserved = given.rows.get(i).isReserved();
            if (plain && !reserved && !isExact(col, shape, values[i])) {
                correct(col, cell(type, shape, block, at), values[i], corrections.get(i));
            }
            at += behind ? size * given.atoms[i] : size;
            entries += behind ? given.atoms[i] : 1;
        }
        col.arrayOf().write(entry, entries, block, 0);
        return entries;
    }

    private boolean isExact(Col col, int[] shape, @Nullable Object value) {
        return col.reading == null
                && (value == Native.ABSENT
                        ? col.typeOf().fillIsAbsence()
                        : CellWriter.isPlain(col.typeOf(), shape, value));
    }

    /** Notes rows that have no value in a column whose fill looks like one. */
    private void absent(Col col, Given given, List<List<Correction>> corrections) {
        for (int i = 0; i < given.rows.size(); i++) {
            if (!given.rows.get(i).isReserved()) {
                int[] shape = cellShape(col.typeOf(), given.atoms[i]);
                correct(col, filled(col, shape), Native.ABSENT, corrections.get(i));
            }
        }
    }

    private StoredCell filled(Col col, int[] shape) {
        ColumnType type = col.typeOf();
        if (type.kind() == ColumnType.Kind.TEXT) {
            return StoredCell.ofText("");
        }
        int size = type.dtype().itemSize();
        for (int axis : shape) {
            size = Math.multiplyExact(size, axis);
        }
        byte[] bytes = new byte[size];
        Fill.put(type.dtype(), placement.integerFill(col.name), bytes, 0, size);
        return cell(type, shape, bytes, 0);
    }

    /** Notes what a cell does not tell. */
    private void correct(Col col, StoredCell cell, @Nullable Object value, List<Correction> corrections) {
        Object seen = cell.read();
        if (col.reading != null) {
            Object meant = col.reading.of(seen == Native.ABSENT ? null : seen);
            seen = meant == null ? Native.ABSENT : meant;
        }
        long check = cell.check();
        if (value == Native.ABSENT) {
            if (seen != Native.ABSENT) {
                corrections.add(Correction.of(col.name, Correction.Operation.ABSENT, check));
            }
        } else if (col.reading != null) {
            Object meant = value == null ? null : col.reading.of(value); // it was turned back
            if (!Correction.same(seen, meant)) {
                corrections.add(whole(col.name, check, meant));
            }
        } else if (!Correction.same(seen, value)) {
            corrections.add(Correction.finding(col.name, cell, value));
        }
    }

    private static Correction whole(String key, long check, @Nullable Object value) {
        return value == null
                ? Correction.of(key, Correction.Operation.NULL, check)
                : new Correction(key, Correction.Operation.VALUE, check, null, null, value);
    }

    /** Notes what keys that are stored as something else, and keys without an array, do not tell. */
    private void specials(Given given, List<List<Correction>> corrections) {
        for (int i = 0; i < given.rows.size(); i++) {
            Row row = given.rows.get(i);
            for (Map.Entry<String, Placement.Special> special : given.specials.entrySet()) {
                List<Col> parts = new ArrayList<>();
                List<StoredCell> cells = new ArrayList<>();
                for (String name : special.getValue().columns()) {
                    Col col = columns.get(name);
                    @Nullable Object[] values = given.columns.get(name);
                    if (col == null || col.array == null || values == null) {
                        cells.add(StoredCell.NONE);
                    } else {
                        cells.add(cell(col, values[i], given.atoms[i]));
                    }
                    parts.add(col == null ? new Col(name, null) : col);
                }
                special(row, special.getKey(), special.getValue(), parts, cells, corrections.get(i));
            }
            for (int k = 0; k < row.size(); k++) {
                Col col = columns.get(row.keySet().name(k));
                if (col != null
                        && col.array == null
                        && placement.special(col.name).isEmpty()) {
                    corrections.get(i).add(Correction.of(col.name, Correction.Operation.NULL, StoredCell.NONE.check()));
                }
            }
        }
    }

    private static void special(
            Row row,
            String key,
            Placement.Special special,
            List<Col> columns,
            List<StoredCell> cells,
            List<Correction> corrections) {
        @Nullable Object[] seen = new Object[cells.size()];
        for (int p = 0; p < seen.length; p++) {
            seen[p] = cells.get(p).read();
            Described.Reading reading = columns.get(p).reading;
            if (reading != null) {
                Object meant = reading.of(seen[p] == Native.ABSENT ? null : seen[p]);
                seen[p] = meant == null ? Native.ABSENT : meant;
            }
        }
        Object joined = ColumnFrames.joined(special, seen);
        long check = ColumnFrames.check(cells);
        if (row.has(key)) {
            if (!Correction.same(joined, row.get(key))) {
                corrections.add(whole(key, check, row.get(key)));
            }
        } else if (joined != Native.ABSENT && !row.isReserved()) {
            corrections.add(Correction.of(key, Correction.Operation.ABSENT, check));
        }
    }

    /** Makes the cell of a value. */
    private StoredCell cell(Col col, @Nullable Object value, int atoms) {
        ColumnType type = col.typeOf();
        if (type.kind() == ColumnType.Kind.TEXT) {
            return StoredCell.ofText(CellWriter.text(value));
        }
        int[] shape = cellShape(type, atoms);
        byte[] bytes = cellBytes(col, shape, value);
        return cell(type, shape, bytes, 0);
    }

    private byte[] cellBytes(Col col, int[] shape, @Nullable Object value) {
        ColumnType type = col.typeOf();
        int size = type.dtype().itemSize();
        for (int axis : shape) {
            size = Math.multiplyExact(size, axis);
        }
        byte[] bytes = new byte[size];
        Fill.put(type.dtype(), placement.integerFill(col.name), bytes, 0, size);
        CellWriter.write(type, shape, value, bytes, 0);
        return bytes;
    }

    /** Notes what the cells together do not tell of a row. */
    private void rowItself(Row row, List<Correction> corrections, boolean looksReserved) {
        if (row.isReserved()) {
            if (fillIsSeen()) {
                corrections.add(Correction.ofRow(Correction.Operation.RESERVED));
            }
        } else if (row.size() == 0 || looksReserved) {
            corrections.add(Correction.ofRow(Correction.Operation.WRITTEN));
        }
    }

    /** Tells whether a row of nothing but fill looks written. */
    private boolean fillIsSeen() {
        for (Col col : columns.values()) {
            if (col.type != null && !col.isAtoms() && !col.type.fillIsAbsence()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void reserve(long count) throws IOException, RewriteNeeded {
        if (count == 0) {
            return;
        }
        inPlace();
        counts.reserve(count);
        frames += count;
        for (Col col : columns.values()) {
            if (col.array != null) {
                col.array.resize(entries(col));
            }
        }
        if (fillIsSeen()) {
            exactness.reserve(frames - count, frames);
        }
    }

    @Override
    public void put(long position, Row row) throws IOException, RewriteNeeded {
        Objects.checkIndex(position, frames);
        inPlace();
        Given given = new Given(List.of(row));
        int atoms = given.atoms[0];
        if (!placement.padded() && counts.atoms(position) != atoms) {
            long offset = counts.offset(position);
            if (offset + counts.atoms(position) != counts.total()) {
                throw new RewriteNeeded(
                        "row %d has %d atoms now, which lie between those of other rows".formatted(position, atoms),
                        types(Map.of()));
            }
        }
        ready(given, frames);
        widen(given);
        if (counts.atoms(position) != atoms) {
            counts.change(position, atoms);
        }
        List<Correction> corrections = new ArrayList<>();
        boolean fill = true;
        for (Col col : columns.values()) {
            if (col.array != null) {
                col.array.resize(entries(col));
                fill &= put(col, given, position, row, corrections);
            }
        }
        specials(given, List.of(corrections));
        rowItself(row, corrections, fill && exactness.isReserved(position, store));
        exactness.put(position, corrections);
    }

    /** Writes a cell over another; tells whether it is the fill. */
    private boolean put(Col col, Given given, long position, Row row, List<Correction> corrections) throws IOException {
        @Nullable Object[] values = given.columns.get(col.name);
        Object value = values == null ? Native.ABSENT : values[0];
        int atoms = given.atoms[0];
        StoredCell cell = cell(col, value, atoms);
        if (col.typeOf().kind() == ColumnType.Kind.TEXT) {
            col.arrayOf().write(position, new String[] {CellWriter.text(value)});
        } else if (col.isAtoms() && !placement.padded()) {
            if (atoms > 0) {
                int[] shape = cellShape(col.typeOf(), atoms);
                col.arrayOf().write(counts.offset(position), atoms, cellBytes(col, shape, value), 0);
            }
        } else {
            byte[] entry = new byte[col.arrayOf().entryBytes()];
            Fill.put(col.typeOf().dtype(), placement.integerFill(col.name), entry, 0, entry.length);
            byte[] bytes = cellBytes(col, cellShape(col.typeOf(), atoms), value);
            System.arraycopy(bytes, 0, entry, 0, bytes.length);
            col.arrayOf().write(position, 1, entry, 0);
        }
        boolean fill = cell.isFill(placement.integerFill(col.name));
        if (placement.special(placement.key(col.name)).isEmpty() && !row.isReserved()) {
            boolean hidden = fill && position < from.getOrDefault(col.name, 0L);
            if (hidden && value != Native.ABSENT) {
                corrections.add(Correction.finding(col.name, cell, value));
            } else if (!hidden) {
                correct(col, cell, value, corrections);
            }
        }
        return fill;
    }

    @Override
    public void truncate(long size) throws IOException {
        if (size >= frames) {
            return;
        }
        counts.truncate(size);
        frames = size;
        for (Col col : columns.values()) {
            if (col.array != null) {
                col.array.resize(entries(col));
            }
        }
        exactness.truncate(size);
        from.replaceAll((name, row) -> Math.min(row, size));
        from.values().removeIf(row -> row == 0);
    }

    @Override
    public void finish() throws IOException {
        for (Col col : columns.values()) {
            if (col.array != null) {
                col.array.flush();
            }
        }
        counts.flush();
        exactness.flush();
        String holder = placement.holder(group);
        Map<String, @Nullable Object> old = tree.attributes(holder);
        attribute(
                old,
                "columns",
                columns.keySet().stream().filter(placement::listed).toList());
        attribute(old, "per_atom_columns", List.copyOf(perAtom));
        attribute(old, "asebytes_version", VERSION);
        attribute(old, ColumnFrames.BEGINNINGS, from.isEmpty() ? null : Json.write(new TreeMap<>(from)));
        attribute(old, "n_frames", frames);
        placement.finish(tree, group, before, frames);
    }

    private void attribute(Map<String, @Nullable Object> old, String name, @Nullable Object value) throws IOException {
        if (!Objects.equals(old.get(name), value)) {
            tree.attribute(placement.holder(group), name, value);
        }
    }
}
