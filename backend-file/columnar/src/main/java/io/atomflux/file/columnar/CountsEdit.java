package io.atomflux.file.columnar;

import io.atomflux.error.CorruptDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes how many atoms rows have, and where they begin where they lie behind each other (asebytes 0.3: {@code _n_atoms} int32,
 * or {@code _offsets} int64 and {@code _lengths} int32).
 */
final class CountsEdit {

    private static final int CHUNK_BYTES = 1 << 16;
    private static final int BLOCK = 1 << 16; // rows written together

    private final TreeEdit tree;
    private final String store;
    private final @Nullable AtomCounts before;
    private final boolean padded;
    private final @Nullable ArrayEdit offsets;
    private final ArrayEdit lengths;
    private long total;

    /**
     * Looks at what is there, and makes what is not.
     *
     * @param there the arrays there are; none, or all that this layout has
     */
    CountsEdit(
            TreeEdit tree,
            Placement placement,
            String group,
            String store,
            LayoutOptions options,
            long frames,
            Map<String, ArrayInfo> there)
            throws IOException {
        padded = placement.padded();
        before = there.isEmpty() || padded ? null : new AtomCounts(store, false, frames, there);
        if (before != null) {
            total = before.total(new TreeChunks(tree));
        }
        this.tree = tree;
        this.store = store;
        offsets = padded ? null : array(tree, placement, group, store, options, frames, there, "_offsets", DType.INT64);
        lengths = array(
                tree, placement, group, store, options, frames, there, padded ? "_n_atoms" : "_lengths", DType.INT32);
    }

    private static ArrayEdit array(
            TreeEdit tree,
            Placement placement,
            String group,
            String store,
            LayoutOptions options,
            long frames,
            Map<String, ArrayInfo> there,
            String name,
            DType dtype)
            throws IOException {
        ArrayInfo found = there.get(name);
        if (found == null) {
            found = tree.createArray(
                    placement.internal(group, name),
                    new ArraySpec(
                            ElementType.of(dtype),
                            Shape.of(frames),
                            Shape.of(CHUNK_BYTES / dtype.itemSize()),
                            options.compression()));
        }
        ArrayEdit edit = new ArrayEdit(tree, found, 0);
        if (edit.length() < frames) {
            throw new CorruptDataException(
                    store,
                    "column " + name,
                    "%d rows (expected: %d); nothing was changed".formatted(edit.length(), frames),
                    null);
        }
        if (edit.length() > frames) {
            edit.resize(frames);
        }
        return edit;
    }

    /** Refuses to go on if rows as they were lie in another order than they are in: atoms behind the last row may be theirs. */
    void requireInOrder() throws IOException {
        List<String> problems = new ArrayList<>();
        if (before != null) {
            before.problems(new TreeChunks(tree), problems);
        }
        if (!problems.isEmpty()) {
            throw new CorruptDataException(store, "atom counts", problems.get(0) + "; nothing was changed", null);
        }
    }

    /** Returns the atoms of all rows together, where they lie behind each other. */
    long total() {
        return total;
    }

    /** Writes integers of whatever size an array has. */
    static void put(ArrayEdit array, long row, long... values) throws IOException {
        int item = array.info().element().dtype().itemSize();
        ByteBuffer bytes = ByteBuffer.allocate(item * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            if (item == 8) {
                bytes.putLong(value);
            } else {
                for (int i = 0; i < item; i++) {
                    bytes.put((byte) (value >> 8 * i));
                }
            }
        }
        array.write(row, values.length, bytes.array(), 0);
    }

    private static long get(ArrayEdit array, long row) throws IOException {
        return Native.integer(array.info().element().dtype(), array.read(row, 1), 0);
    }

    /** Adds rows. */
    void append(int[] atoms) throws IOException {
        long first = lengths.length();
        lengths.resize(first + atoms.length);
        long[] counts = new long[atoms.length];
        long[] starts = new long[atoms.length];
        for (int i = 0; i < atoms.length; i++) {
            counts[i] = atoms[i];
            starts[i] = total;
            total += padded ? 0 : atoms[i];
        }
        put(lengths, first, counts);
        if (offsets != null) {
            offsets.resize(first + atoms.length);
            put(offsets, first, starts);
        }
    }

    /** Adds rows without atoms. */
    void reserve(long count) throws IOException {
        long first = lengths.length();
        lengths.resize(first + count);
        if (offsets != null) {
            offsets.resize(first + count);
            begin(first, first + count);
        }
    }

    /** Lets rows without atoms begin where all atoms end. */
    private void begin(long from, long to) throws IOException {
        ArrayEdit starts = Objects.requireNonNull(offsets);
        long[] values = new long[BLOCK];
        java.util.Arrays.fill(values, total);
        boolean already = total == 0 && from >= starts.length();
        for (long row = from; row < to && !already; row += BLOCK) {
            put(starts, row, java.util.Arrays.copyOf(values, (int) Math.min(BLOCK, to - row)));
        }
    }

    long atoms(long row) throws IOException {
        return get(lengths, row);
    }

    /** Returns where the atoms of a row begin. */
    long offset(long row) throws IOException {
        return get(Objects.requireNonNull(offsets), row);
    }

    /** Gives a row another number of atoms; where they lie behind each other, only a row that no atoms follow. */
    void change(long row, int atoms) throws IOException {
        if (offsets != null) {
            total = offset(row) + atoms;
            begin(row + 1, offsets.length());
        }
        put(lengths, row, atoms);
    }

    void truncate(long size) throws IOException {
        if (offsets != null && size < offsets.length()) {
            total = size == 0 ? 0 : offset(size - 1) + atoms(size - 1);
            offsets.resize(size);
        }
        lengths.resize(size);
    }

    void flush() throws IOException {
        lengths.flush();
        if (offsets != null) {
            offsets.flush();
        }
    }
}
