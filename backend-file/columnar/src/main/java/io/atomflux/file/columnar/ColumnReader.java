package io.atomflux.file.columnar;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads one column; for many threads. */
final class ColumnReader {

    private enum Form {
        NOTHING,
        FIXED,
        TEXT,
        TEXTS,
        NUMBER,
        ARRAY,
        ATOMS_BEHIND,
        ATOMS_PADDED
    }

    private static final int LONGEST_KNOWN = 4096; // of a text that is kept parsed

    /** A text and what it stands for. */
    private record Parsed(String text, @Nullable Object value) {}

    private final String store;
    private final Described.Column column;
    private final Form form;
    private final @Nullable Entries entries;
    private final @Nullable DType dtype;
    private final int[] shape; // of a cell; of one with atoms what comes after their axis
    private final long atoms; // length of the axis of atoms where it is padded
    private final long atomBytes;
    private final AtomCounts counts;
    private final long from;
    private final long integerFill;
    private final @Nullable AtomfluxException damage;
    private volatile @Nullable Parsed lastParsed;

    /**
     * Looks at a column.
     *
     * @param from the first row that was written since the column is there; in earlier ones the fill is nothing
     */
    ColumnReader(
            String store,
            Described.Column column,
            boolean padded,
            long frames,
            AtomCounts counts,
            long from,
            long integerFill) {
        this.store = store;
        this.column = column;
        this.counts = counts;
        this.from = from;
        this.integerFill = integerFill;
        ArrayInfo array = column.array();
        AtomfluxException problem = column.damage();
        Entries readable = null;
        if (problem == null && array != null && array.shape().rank() > 0) {
            try {
                readable = new Entries(array);
            } catch (AtomfluxException e) {
                problem = e;
            }
        }
        this.entries = readable;
        this.dtype = array == null || array.element().isText()
                ? null
                : array.element().dtype();
        int before = column.fixed() ? 0 : column.perAtom() && padded ? 2 : 1;
        int rank = array == null ? 0 : array.shape().rank();
        this.form = form(array, column, padded, rank);
        if (problem == null && array != null && form != Form.NOTHING) {
            problem = damage(array, rank, before, frames);
        }
        this.damage = problem;
        this.shape = array == null || problem != null || column.fixed()
                ? new int[0]
                : Arrays.stream(array.shape().toArray())
                        .skip(before)
                        .mapToInt(Math::toIntExact)
                        .toArray();
        this.atoms = form == Form.ATOMS_PADDED && problem == null && array != null
                ? array.shape().at(1)
                : 0;
        long size = dtype == null ? 1 : dtype.itemSize();
        for (int axis : shape) {
            size = Math.multiplyExact(size, (long) axis);
        }
        this.atomBytes = size;
    }

    private static Form form(@Nullable ArrayInfo array, Described.Column column, boolean padded, int rank) {
        if (column.fixed()) {
            return Form.FIXED;
        } else if (array == null) {
            return Form.NOTHING;
        } else if (array.element().isText()) {
            return rank == 1 && !column.perAtom() ? Form.TEXT : Form.TEXTS;
        } else if (column.perAtom()) {
            return padded ? Form.ATOMS_PADDED : Form.ATOMS_BEHIND;
        }
        return rank == 1 ? Form.NUMBER : Form.ARRAY;
    }

    private @Nullable AtomfluxException damage(ArrayInfo array, int rank, int before, long frames) {
        if (rank < before) {
            return damaged("array of shape %s (expected: at least %d axes)".formatted(array.shape(), before));
        } else if (form != Form.FIXED
                && form != Form.ATOMS_BEHIND
                && !column.mayEnd()
                && array.shape().at(0) < frames) {
            return damaged("%d rows (expected: %d, as the group has)"
                    .formatted(array.shape().at(0), frames));
        }
        for (int i = before; i < rank && form != Form.FIXED; i++) {
            if (array.shape().at(i) > Integer.MAX_VALUE) {
                return damaged(
                        "array of shape %s (expected: fewer than 2^31 elements in a row)".formatted(array.shape()));
            }
        }
        return null;
    }

    private CorruptDataException damaged(String problem) {
        return new CorruptDataException(store, "column " + column.name(), problem, null);
    }

    String name() {
        return column.name();
    }

    Described.Column column() {
        return column;
    }

    @Nullable
    AtomfluxException damage() {
        return damage;
    }

    boolean needsCounts() {
        return form == Form.ATOMS_BEHIND || form == Form.ATOMS_PADDED || (form == Form.TEXTS && column.perAtom());
    }

    /** Tells whether a value that is there shows that the row was written. */
    boolean fillIsAbsence() {
        return form == Form.TEXT
                || (form != Form.NOTHING && form != Form.FIXED && dtype != null && dtype.kind() == DType.Kind.FLOAT);
    }

    /** Returns about how many bytes a value takes. */
    long bytes(double atomsPerRow) {
        return switch (form) {
            case NOTHING, FIXED -> 16;
            case NUMBER -> 24;
            case TEXT, TEXTS -> 100;
            case ARRAY -> 100 + atomBytes;
            case ATOMS_BEHIND, ATOMS_PADDED -> 100 + (long) (atomsPerRow * atomBytes);
        };
    }

    /**
     * Returns how many rows a chunk has; where atoms lie behind each other the next power of two, since their mean changes a little with
     * each row that is appended.
     */
    OptionalLong rowsOfChunk(double atomsPerRow) {
        ArrayInfo array = column.array();
        if (array == null || entries == null || damage != null || form == Form.FIXED) {
            return OptionalLong.empty();
        }
        long length = array.chunk().at(0);
        if (form != Form.ATOMS_BEHIND) {
            return OptionalLong.of(length);
        }
        long rows = Math.max(1, (long) (length / Math.max(1, atomsPerRow)));
        return OptionalLong.of(rows == 1 ? 1 : 2 * Long.highestOneBit(rows - 1));
    }

    /** Lists the chunks of some rows, ascending. */
    void wanted(long[] rows, AtomCounts.@Nullable Some some, List<Chunks.Wanted> wanted) {
        if (entries == null || damage != null) {
            return;
        }
        long[] last = {-1};
        for (int i = 0; i < rows.length; i++) {
            if (form == Form.ATOMS_BEHIND && some != null) {
                entries.wanted(some.offset(i), some.length(i), wanted, last);
            } else if (form != Form.FIXED && form != Form.NOTHING) {
                entries.wanted(rows[i], 1, wanted, last);
            }
        }
    }

    /** Lists the chunks of consecutive rows of a column that needs no atom counts. */
    void wanted(long first, long count, List<Chunks.Wanted> wanted) {
        if (entries != null && damage == null && form != Form.FIXED && form != Form.NOTHING) {
            entries.wanted(first, count, wanted, new long[] {-1});
        }
    }

    /**
     * Reads values.
     *
     * @param rows ascending
     * @param some their atom counts; null only if they are not needed
     * @param values for each row where all its values go
     * @param at where in each the value goes
     */
    void read(Chunks chunks, long[] rows, AtomCounts.@Nullable Some some, @Nullable Object[][] values, int at)
            throws IOException {
        check();
        if (form == Form.NOTHING) {
            for (Object[] row : values) {
                row[at] = Native.ABSENT;
            }
            return;
        } else if (form == Form.FIXED) {
            Object value = meant(fixed(chunks));
            for (@Nullable Object[] row : values) {
                row[at] = value;
            }
            return;
        }
        Entries.Span span = new Entries.Span();
        boolean dense = rows.length > 1
                && rows[rows.length - 1] - rows[0] == rows.length - 1
                && (double) rows.length * Math.max(1, entriesOf().entryBytes())
                        >= entriesOf().chunkBytes() / 4.0;
        for (int i = 0; i < rows.length; i++) {
            values[i][at] = isBeyond(rows[i]) ? Native.ABSENT : meant(stored(chunks, rows[i], some, i, span, dense));
        }
    }

    private boolean isBeyond(long row) {
        return column.mayEnd() && row >= entriesOf().count();
    }

    void check() {
        if (damage != null) {
            throw damage;
        }
    }

    private @Nullable Object meant(@Nullable Object stored) {
        Described.Reading reading = column.reading();
        if (reading == null) {
            return stored;
        }
        Object meant = reading.of(stored == Native.ABSENT ? null : stored);
        return meant == null ? Native.ABSENT : meant;
    }

    private Entries entriesOf() {
        return Objects.requireNonNull(entries);
    }

    private DType dtypeOf() {
        return Objects.requireNonNull(dtype);
    }

    private @Nullable Object stored(
            Chunks chunks, long row, AtomCounts.@Nullable Some some, int i, Entries.Span span, boolean dense)
            throws IOException {
        switch (form) {
            case NUMBER -> {
                entriesOf().bytes(chunks, row, 1, span);
                if (row < from && isFill(span, dtypeOf().itemSize())) {
                    return Native.ABSENT;
                }
                return dtypeOf().isReal() || dtypeOf().kind() == DType.Kind.COMPLEX
                        ? Native.scalar(dtypeOf(), span.bytes, span.at)
                        : Native.fixedTexts(Native.copied(dtypeOf(), shape, span.bytes, span.at));
            }
            case TEXT -> {
                return text(entriesOf().text(chunks, row));
            }
            case TEXTS -> {
                return Native.texts(Arrays.asList(entriesOf().texts(chunks, row)));
            }
            case ARRAY -> {
                entriesOf().bytes(chunks, row, 1, span);
                return array(span, shape, row, dense);
            }
            default -> {
                return atoms(chunks, row, Objects.requireNonNull(some), i, span, dense);
            }
        }
    }

    /** Parses a text; many rows have the same lists and maps, e.g. constraints. */
    private @Nullable Object text(String text) {
        if (text.length() > LONGEST_KNOWN || text.isEmpty() || (text.charAt(0) != '[' && text.charAt(0) != '{')) {
            return Native.text(text);
        }
        Parsed last = lastParsed;
        if (last == null || !last.text.equals(text)) {
            last = new Parsed(text, Native.text(text));
            lastParsed = last;
        }
        return last.value;
    }

    /** Tells whether values of consecutive rows can be taken as they lie: numbers of one size, nothing but numbers. */
    boolean isBulk() {
        boolean numbers = dtype != null && (dtype.isReal() || dtype.kind() == DType.Kind.COMPLEX);
        return damage == null
                && column.reading() == null
                && numbers
                && (form == Form.ARRAY
                        || form == Form.ATOMS_BEHIND
                        || (form == Form.NUMBER && (is(DType.FLOAT64) || is(DType.INT64) || is(DType.BOOL))));
    }

    private boolean is(DType wanted) {
        return dtype != null && dtype.equals(wanted);
    }

    /**
     * Reads consecutive rows as one array.
     *
     * @return empty if some may have no value, or one of another shape
     */
    Optional<NdArray> bulk(Chunks chunks, long first, int count, AtomCounts.@Nullable Some some) throws IOException {
        long entry = first;
        long entries = count;
        int[] axes = new int[1 + (form == Form.ATOMS_BEHIND ? 1 : 0) + shape.length];
        axes[0] = count;
        System.arraycopy(shape, 0, axes, axes.length - shape.length, shape.length);
        if (form == Form.ATOMS_BEHIND) {
            AtomCounts.Some all = Objects.requireNonNull(some);
            long each = all.length(0);
            for (int i = 1; i < count; i++) {
                if (all.length(i) != each || all.offset(i) != all.offset(0) + i * each) {
                    return Optional.empty();
                }
            }
            entry = all.offset(0);
            entries = each * count;
            axes[1] = (int) each;
            if (each == 0
                    || entriesOf().count() < counts.total(chunks)
                    || entry < 0
                    || entry > entriesOf().count() - entries) {
                return Optional.empty();
            }
        }
        if (first < from
                || (column.mayEnd() && first + count > entriesOf().count())
                || entries > Integer.MAX_VALUE / Math.max(1, entriesOf().entryBytes())) {
            return Optional.empty();
        }
        Entries.Span span = new Entries.Span();
        entriesOf().bytes(chunks, entry, entries, span);
        int size = (int) (entries * entriesOf().entryBytes());
        int each = size / count;
        if (each == 0) {
            return Optional.empty();
        }
        if (dtypeOf().kind() == DType.Kind.FLOAT) {
            for (int i = 0; i < count; i++) {
                if (Fill.is(
                        dtypeOf(), 0, span.bytes, span.at + i * each, dtypeOf().itemSize())) {
                    return Optional.empty(); // perhaps nothing; read() looks closer
                }
            }
        }
        byte[] bytes = span.copyFirst ? Arrays.copyOfRange(span.bytes, span.at, span.at + size) : span.bytes;
        return Optional.of(NdArray.wrap(dtypeOf(), axes, bytes, span.copyFirst ? 0 : span.at));
    }

    private boolean isFill(Entries.Span span, int size) {
        return Fill.is(dtypeOf(), integerFill, span.bytes, span.at, size);
    }

    private Object array(Entries.Span span, int[] axes, long row, boolean dense) {
        DType type = dtypeOf();
        int size = type.itemSize();
        for (int axis : axes) {
            size *= axis;
        }
        if (!type.isReal() && type.kind() != DType.Kind.COMPLEX) {
            Object texts = Native.fixedTexts(Native.copied(type, axes, span.bytes, span.at));
            return texts == null ? Native.ABSENT : texts;
        }
        boolean nothing = size == 0
                ? type.kind() == DType.Kind.FLOAT || column.perAtom()
                : type.kind() == DType.Kind.FLOAT
                        ? isFirstNaN(type, span) && isFill(span, size)
                        : row < from && isFill(span, size);
        if (nothing) {
            return Native.ABSENT;
        }
        return span.copyFirst && !dense
                ? NdArray.wrap(type, axes, Arrays.copyOfRange(span.bytes, span.at, span.at + size), 0)
                : NdArray.wrap(type, axes, span.bytes, span.at);
    }

    private boolean isFirstNaN(DType type, Entries.Span span) {
        return Fill.is(type, integerFill, span.bytes, span.at, type.itemSize());
    }

    private Object atoms(Chunks chunks, long row, AtomCounts.Some some, int i, Entries.Span span, boolean dense)
            throws IOException {
        long count = some.length(i);
        if (count < 0) {
            return stripped(chunks, row, span, dense);
        } else if (count == 0) {
            return Native.ABSENT;
        }
        point(chunks, row, some.offset(i), count, span);
        int[] axes = new int[shape.length + 1];
        axes[0] = (int) count;
        System.arraycopy(shape, 0, axes, 1, shape.length);
        return array(span, axes, row, dense);
    }

    private void point(Chunks chunks, long row, long offset, long count, Entries.Span span) throws IOException {
        Entries all = entriesOf();
        if (form == Form.ATOMS_BEHIND) {
            if (all.count() < counts.total(chunks)) {
                throw damaged("%d atoms (expected: %d, as _offsets and _lengths say)"
                        .formatted(all.count(), counts.total(chunks)));
            } else if (offset < 0 || offset > all.count() - count) {
                throw damaged("row %d has atoms %d to %d (expected: within %d)"
                        .formatted(row, offset, offset + count, all.count()));
            }
            all.bytes(chunks, offset, count, span);
            return;
        } else if (count > atoms) {
            throw damaged("row %d has %d atoms (expected: at most %d)".formatted(row, count, atoms));
        }
        all.bytes(chunks, row, 1, span);
        span.copyFirst |= count * atomBytes * 4 < span.bytes.length;
    }

    /** Takes off the atoms at the end that are all NaN, where nobody says how many there are (H5MD of other programs). */
    private Object stripped(Chunks chunks, long row, Entries.Span span, boolean dense) throws IOException {
        entriesOf().bytes(chunks, row, 1, span);
        long count = atoms;
        if (dtypeOf().kind() == DType.Kind.FLOAT) {
            while (count > 0
                    && Fill.is(dtypeOf(), integerFill, span.bytes, span.at + (int) ((count - 1) * atomBytes), (int)
                            atomBytes)) {
                count--;
            }
        }
        if (count == 0) {
            return Native.ABSENT;
        }
        int[] axes = new int[shape.length + 1];
        axes[0] = (int) count;
        System.arraycopy(shape, 0, axes, 1, shape.length);
        return array(span, axes, row, dense);
    }

    private @Nullable Object fixed(Chunks chunks) throws IOException {
        ArrayInfo array = column.array();
        if (array == null) {
            return Native.ABSENT;
        }
        Shape lengths = array.shape();
        if (lengths.rank() == 0) {
            io.atomflux.file.columnar.tree.Chunk chunk = chunks.get(array, Shape.of());
            return dtype == null
                    ? Native.text(chunk.texts()[0])
                    : StoredCell.ofNumber(dtype, chunk.bytes(), 0).read();
        } else if (dtype == null) {
            return Native.texts(fixedTexts(chunks, lengths.at(0)));
        }
        Entries.Span span = new Entries.Span();
        entriesOf().bytes(chunks, 0, lengths.at(0), span);
        int[] axes = Arrays.stream(lengths.toArray()).mapToInt(Math::toIntExact).toArray();
        return array(span, axes, Long.MAX_VALUE, true);
    }

    private List<String> fixedTexts(Chunks chunks, long count) throws IOException {
        List<String> texts = new java.util.ArrayList<>();
        for (long i = 0; i < count; i++) {
            texts.addAll(Arrays.asList(entriesOf().texts(chunks, i)));
        }
        return texts;
    }

    /** Returns a cell as it is stored; one that cannot be read is like one of a key without an array. */
    StoredCell cell(Chunks chunks, long row, AtomCounts.@Nullable Some some, int i) throws IOException {
        check();
        if (entries != null && form != Form.FIXED && isBeyond(row)) {
            return StoredCell.NONE;
        } else if (form == Form.TEXT) {
            return StoredCell.ofText(entriesOf().text(chunks, row));
        } else if (form == Form.NOTHING || form == Form.FIXED || form == Form.TEXTS) {
            return StoredCell.NONE;
        }
        Entries.Span span = new Entries.Span();
        int[] axes = shape;
        if (form == Form.NUMBER) {
            entriesOf().bytes(chunks, row, 1, span);
            return StoredCell.ofNumber(dtypeOf(), span.bytes, span.at);
        } else if (form == Form.ARRAY) {
            entriesOf().bytes(chunks, row, 1, span);
        } else {
            long count = Math.max(0, Objects.requireNonNull(some).length(i));
            axes = new int[shape.length + 1];
            axes[0] = (int) count;
            System.arraycopy(shape, 0, axes, 1, shape.length);
            if (count > 0) {
                point(chunks, row, some.offset(i), count, span);
            }
        }
        return form == Form.ARRAY
                ? StoredCell.ofArray(dtypeOf(), axes, span.bytes, span.at)
                : StoredCell.ofAtoms(dtypeOf(), axes, span.bytes, span.at);
    }

    /** Tells whether a cell is as if nobody had written it. */
    boolean isFill(Chunks chunks, long row, AtomCounts.@Nullable Some some, int i) throws IOException {
        return form == Form.FIXED || isFill(cell(chunks, row, some, i));
    }

    /** Tells whether a cell of this column is as if nobody had written it. */
    boolean isFill(StoredCell cell) {
        return cell.isFill(integerFill);
    }
}
