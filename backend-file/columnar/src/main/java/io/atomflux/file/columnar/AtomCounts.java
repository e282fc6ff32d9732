package io.atomflux.file.columnar;

import io.atomflux.error.CorruptDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.value.DType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** How many atoms rows have, and where they begin where they lie behind each other; for many threads. */
final class AtomCounts {

    private static final long UNKNOWN = -1;
    private static final int BLOCK = 4096; // rows looked at together

    private final String store;
    private final boolean padded;
    private final long frames;
    private final @Nullable Entries offsets;
    private final @Nullable Entries lengths;
    private final long counted;
    private final List<Entries> telling;
    private volatile long total = UNKNOWN;

    AtomCounts(String store, boolean padded, Described described) {
        this(store, padded, described.frames(), described.counts(), described.counted(), described.telling());
    }

    AtomCounts(String store, boolean padded, long frames, Map<String, ArrayInfo> arrays) {
        this(store, padded, frames, arrays, frames, List.of());
    }

    /**
     * Takes the arrays there are.
     *
     * @param counted how many rows they tell of
     * @param telling what tells the atoms of the other rows
     */
    private AtomCounts(
            String store,
            boolean padded,
            long frames,
            Map<String, ArrayInfo> arrays,
            long counted,
            List<ArrayInfo> telling) {
        this.store = store;
        this.padded = padded;
        this.frames = frames;
        this.counted = counted;
        this.telling = counted < frames ? telling.stream().map(Entries::new).toList() : List.of();
        this.offsets = padded ? null : entries(arrays.get("_offsets"));
        this.lengths = entries(arrays.get(padded ? "_n_atoms" : "_lengths"));
    }

    private static @Nullable Entries entries(@Nullable ArrayInfo array) {
        if (array == null || array.element().isText() || array.shape().rank() != 1) {
            return null;
        }
        DType.Kind kind = array.element().dtype().kind();
        return kind == DType.Kind.INT || kind == DType.Kind.UINT ? new Entries(array) : null;
    }

    /** The counts of some rows. */
    static final class Some {
        private final long[] offsets;
        private final long[] lengths;

        Some(long[] offsets, long[] lengths) {
            this.offsets = offsets;
            this.lengths = lengths;
        }

        /** Returns where the atoms begin; 0 where frames are padded. */
        long offset(int i) {
            return offsets.length == 0 ? 0 : offsets[i];
        }

        /** Tells whether all have the same number of atoms. */
        boolean areEqual() {
            for (long length : lengths) {
                if (length != lengths[0]) {
                    return false;
                }
            }
            return true;
        }

        /** Returns the number of atoms; negative if nobody says. */
        long length(int i) {
            return lengths[i];
        }
    }

    /** Tells whether nobody says how many atoms there are, as in H5MD files of other programs. */
    boolean isUnknown() {
        return padded && lengths == null;
    }

    /** Lists the chunks that {@link #of} reads. */
    void wanted(long[] rows, List<Chunks.Wanted> wanted) {
        for (Entries entries : new @Nullable Entries[] {offsets, lengths}) {
            long[] last = {-1};
            for (long row : rows) {
                if (entries != null && row < counted) {
                    entries.wanted(row, 1, wanted, last);
                }
            }
        }
    }

    /** Reads the counts of rows. */
    Some of(Chunks chunks, long[] rows) throws IOException {
        long[] counts = new long[rows.length];
        long[] starts = new long[padded ? 0 : rows.length];
        if (isUnknown()) {
            java.util.Arrays.fill(counts, UNKNOWN);
            return new Some(starts, counts);
        }
        read(chunks, lengths, padded ? "_n_atoms" : "_lengths", rows, counts);
        if (!padded) {
            read(chunks, offsets, "_offsets", rows, starts);
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < counted && (counts[i] < 0 || counts[i] > Integer.MAX_VALUE)) {
                throw damaged(
                        padded ? "_n_atoms" : "_lengths",
                        "row %d has %d atoms (expected: 0 to 2^31 - 1)".formatted(rows[i], counts[i]));
            }
        }
        return new Some(starts, counts);
    }

    private void read(Chunks chunks, @Nullable Entries entries, String name, long[] rows, long[] target)
            throws IOException {
        if (entries == null) {
            throw damaged(name, "no array of integers (expected: one, as long as there are rows)");
        }
        DType dtype = entries.array().element().dtype();
        Entries.Span span = new Entries.Span();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] >= counted) {
                target[i] = seen(chunks, rows[i]);
                continue;
            } else if (rows[i] >= entries.count()) {
                throw damaged(name, "%d rows (expected: %d)".formatted(entries.count(), frames));
            }
            entries.bytes(chunks, rows[i], 1, span);
            target[i] = Native.integer(dtype, span.bytes, span.at);
        }
    }

    /** Returns the atoms before the last ones that are all NaN; negative if nothing has NaN. */
    private long seen(Chunks chunks, long row) throws IOException {
        long most = telling.isEmpty() ? UNKNOWN : 0;
        for (Entries entries : telling) {
            Entries.Span span = new Entries.Span();
            entries.bytes(chunks, row, 1, span);
            DType dtype = entries.array().element().dtype();
            long atoms = entries.array().shape().at(1);
            int each = atoms == 0 ? 0 : Math.toIntExact(entries.entryBytes() / atoms);
            while (atoms > most && Fill.is(dtype, 0, span.bytes, span.at + (int) (atoms - 1) * each, each)) {
                atoms--;
            }
            most = Math.max(most, atoms);
        }
        return most;
    }

    private CorruptDataException damaged(String name, String problem) {
        return new CorruptDataException(store, "column " + name, problem, null);
    }

    /** Returns the atoms of all rows together, of atoms that lie behind each other. */
    long total(Chunks chunks) throws IOException {
        long known = total;
        if (known == UNKNOWN) {
            known = 0;
            if (frames > 0) {
                Some last = of(chunks, new long[] {frames - 1});
                known = last.offset(0) + last.length(0);
            }
            total = known;
        }
        return known;
    }

    /** Looks for damage. */
    void problems(Chunks chunks, List<String> problems) throws IOException {
        long expected = 0;
        for (long from = 0; from < frames && !isUnknown(); from += BLOCK) {
            long[] rows = LongStream.range(from, Math.min(frames, from + BLOCK)).toArray();
            Some some;
            try {
                some = of(chunks, rows);
            } catch (CorruptDataException e) {
                problems.add("%s: %s".formatted(e.place(), e.problem()));
                return;
            }
            for (int i = 0; i < rows.length && !padded; i++) {
                if (some.offset(i) != expected) {
                    problems.add("column _offsets: row %d begins at atom %d (expected: %d)"
                            .formatted(rows[i], some.offset(i), expected));
                    return;
                }
                expected += some.length(i);
            }
        }
    }
}
