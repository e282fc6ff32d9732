package io.atomflux.file.columnar;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.value.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a group keeps beside its columns so that values come back equal; for many threads.
 *
 * <p>{@code _atomflux_exact} (bytes) holds {@linkplain Correction corrections}, {@code _atomflux_rows} (int64, rows × 2) where
 * those of a row begin and how long they are, {@code _atomflux_reserved} (int64, ranges × 2) ranges of rows that were reserved.
 * All three may be missing or shorter than the rows: other programs do not know them.
 */
final class Exactness {

    static final String BYTES = "_atomflux_exact";
    static final String ROWS = "_atomflux_rows";
    static final String RESERVED = "_atomflux_reserved";

    private final String store;
    private final @Nullable Entries bytes;
    private final @Nullable Entries rows;
    private final @Nullable Entries reserved;

    private Exactness(String store, @Nullable Entries bytes, @Nullable Entries rows, @Nullable Entries reserved) {
        this.store = store;
        this.bytes = bytes;
        this.rows = rows;
        this.reserved = reserved;
    }

    static Exactness of(Placement placement, Tree tree, String group, String store) throws IOException {
        return new Exactness(
                store,
                entries(tree, placement.internal(group, BYTES), DType.UINT8, 1, store),
                entries(tree, placement.internal(group, ROWS), DType.INT64, 2, store),
                entries(tree, placement.internal(group, RESERVED), DType.INT64, 2, store));
    }

    private static @Nullable Entries entries(Tree tree, String path, DType dtype, int rank, String store)
            throws IOException {
        Optional<ArrayInfo> array = tree.array(path);
        if (array.isEmpty()) {
            return null;
        }
        ArrayInfo found = array.get();
        boolean fits = !found.element().isText()
                && found.element().dtype().equals(dtype)
                && found.shape().rank() == rank
                && (rank == 1 || found.shape().at(1) == 2);
        if (!fits) {
            throw new CorruptDataException(
                    store,
                    "array " + path,
                    "%s of shape %s (expected: %s of %d axes)".formatted(found.element(), found.shape(), dtype, rank),
                    null);
        }
        return new Entries(found);
    }

    /** Lists the chunks asked for first. */
    void wanted(long[] positions, List<Chunks.Wanted> wanted) {
        long[] last = {-1};
        for (long position : positions) {
            if (rows != null) {
                rows.wanted(position, 1, wanted, last);
            }
        }
    }

    /** Tells whether no row has anything here. */
    boolean isEmpty() {
        return rows == null && reserved == null;
    }

    /** Tells whether some rows have no corrections and lie in no reserved range; false if it takes a closer look. */
    boolean isPlain(Chunks chunks, long first, int count) throws IOException {
        if (reserved != null && reserved.count() > 0) {
            return false;
        }
        Entries.Span span = new Entries.Span();
        for (long row = first; rows != null && row < Math.min(first + count, rows.count()); row++) {
            rows.bytes(chunks, row, 1, span);
            if (Native.integer(DType.INT64, span.bytes, span.at + 8) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns the corrections of a row. */
    List<Correction> of(Chunks chunks, long row, Entries.Span span) throws IOException {
        if (rows == null || bytes == null || row >= rows.count()) {
            return List.of();
        }
        rows.bytes(chunks, row, 1, span);
        long begin = Native.integer(DType.INT64, span.bytes, span.at);
        long length = Native.integer(DType.INT64, span.bytes, span.at + 8);
        if (length == 0) {
            return List.of();
        } else if (begin < 0 || length < 0 || length > bytes.count() || begin > bytes.count() - length) {
            throw damaged(
                    row, "bytes %d to %d (expected: within %d)".formatted(begin, begin + length, bytes.count()), null);
        }
        Entries.Span content = new Entries.Span();
        bytes.bytes(chunks, begin, length, content);
        try {
            return Correction.decode(content.bytes, content.at, (int) length);
        } catch (IllegalArgumentException | UnsupportedOperationException | IndexOutOfBoundsException e) {
            throw damaged(row, String.valueOf(e.getMessage()), e);
        }
    }

    private CorruptDataException damaged(long row, String problem, @Nullable Exception cause) {
        return new CorruptDataException(store, "row " + row + ", what is kept beside the columns", problem, cause);
    }

    /** Tells whether a row is in a range of reserved ones; it may have been written since. */
    boolean isReserved(Chunks chunks, long row) throws IOException {
        if (reserved == null) {
            return false;
        }
        long low = 0;
        long high = reserved.count() - 1;
        Entries.Span span = new Entries.Span();
        while (low <= high) {
            long middle = low + high >>> 1;
            reserved.bytes(chunks, middle, 1, span);
            if (row < Native.integer(DType.INT64, span.bytes, span.at)) {
                high = middle - 1;
            } else if (row >= Native.integer(DType.INT64, span.bytes, span.at + 8)) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /** Returns the arrays there are. */
    List<ArrayInfo> arrays() {
        List<ArrayInfo> arrays = new ArrayList<>();
        for (Entries entries : new @Nullable Entries[] {bytes, rows, reserved}) {
            if (entries != null) {
                arrays.add(entries.array());
            }
        }
        return arrays;
    }

    /** Looks for damage. */
    void problems(Chunks chunks, long frames, List<String> problems) throws IOException {
        Entries.Span span = new Entries.Span();
        for (long row = 0; rows != null && row < Math.min(frames, rows.count()); row++) {
            try {
                of(chunks, row, span);
            } catch (AtomfluxException e) {
                problems.add(String.valueOf(e.getMessage()));
                return;
            }
        }
    }
}
