package io.atomflux.file.columnar;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a group that another program made: what that has once for all rows must be the same in new ones, and rows that do
 * not tell their step and time get the next.
 */
final class H5mdForeignRows implements FramesEdit {

    private final FramesEdit rows;
    private final Frames before;
    private final Chunks chunks;
    private final String store;
    private final List<String> fixedKeys;
    private final List<String> goingOn; // keys that do so by themselves
    private Row fixed = Row.empty();
    private Row last = Row.empty();
    private Row beforeLast = Row.empty();

    /**
     * Wraps changes.
     *
     * @param before the rows before any change
     * @param fixed keys whose values all rows share
     * @param goingOn keys of steps and times
     */
    H5mdForeignRows(
            FramesEdit rows, Frames before, Chunks chunks, String store, List<String> fixed, List<String> goingOn)
            throws IOException {
        this.rows = rows;
        this.before = before;
        this.chunks = chunks;
        this.store = store;
        this.fixedKeys = fixed;
        this.goingOn = goingOn;
        if (before.size() > 0) {
            this.fixed = old(0, fixed);
        }
        end(before.size());
    }

    private void end(long size) throws IOException {
        last = size > 0 && size <= before.size() ? old(size - 1, goingOn) : Row.empty();
        beforeLast = size > 1 && size <= before.size() ? old(size - 2, goingOn) : Row.empty();
    }

    private Row old(long position, List<String> keys) throws IOException {
        return keys.isEmpty()
                ? Row.empty()
                : before.read(chunks, Positions.list(position), Columns.of(keys))
                        .get(0);
    }

    @Override
    public long size() {
        return rows.size();
    }

    @Override
    public String holder() {
        return rows.holder();
    }

    @Override
    public void append(List<Row> added) throws IOException, RewriteNeeded {
        List<Row> told = new ArrayList<>(added.size());
        for (Row row : added) {
            Row rest = checked(row);
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            for (String key : goingOn) {
                all.put(key, rest.has(key) ? rest.get(key) : next(last.get(key), beforeLast.get(key), key));
            }
            beforeLast = last;
            last = Row.of(all);
            told.add(rest.merge(last));
        }
        rows.append(told);
    }

    /** Returns a row without what all rows have. */
    private Row checked(Row row) {
        if (row.isReserved()) {
            requireNothing();
        }
        for (String key : fixedKeys) {
            if (!row.has(key) || (before.size() > 0 && !Objects.equals(row.get(key), fixed.get(key)))) {
                throw new UnsupportedDataException(
                        store,
                        "key " + key,
                        "the file has it once for all rows, and the row %s (expected: what rows here have, or rows in another"
                                        .formatted(row.has(key) ? "has another" : "lacks it")
                                + " file)",
                        null);
            }
        }
        return fixedKeys.isEmpty() ? row : row.without(fixedKeys);
    }

    /** Returns what follows at the last distance. */
    private static Object next(@Nullable Object one, @Nullable Object before, String key) {
        if (one instanceof Long number) {
            return number + (before instanceof Long earlier ? number - earlier : 1);
        } else if (one instanceof Double number) {
            return number + (before instanceof Double earlier ? number - earlier : 1);
        } else if (one instanceof NdScalar scalar && scalar.plain() instanceof Number number) {
            double distance = before instanceof NdScalar earlier && earlier.plain() instanceof Number less
                    ? number.doubleValue() - less.doubleValue()
                    : 1;
            DType type = scalar.dtype();
            return NdScalar.of(NdArray.of(new double[] {number.doubleValue() + distance}, new int[0])
                    .as(type));
        }
        return key.equals(H5mdSurvey.STEP) ? (Object) 0L : (Object) 0.0;
    }

    @Override
    public void reserve(long count) throws IOException, RewriteNeeded {
        requireNothing();
        rows.reserve(count);
    }

    private void requireNothing() {
        if (!fixedKeys.isEmpty() || !goingOn.isEmpty()) {
            throw new UnsupportedDataException(
                    store,
                    "key " + (fixedKeys.isEmpty() ? goingOn : fixedKeys).get(0),
                    "each row of this file has it, and a reserved one has nothing (expected: rows, or another file)",
                    null);
        }
    }

    @Override
    public void put(long position, Row row) throws IOException, RewriteNeeded {
        Row rest = checked(row);
        List<String> lacking = goingOn.stream().filter(key -> !rest.has(key)).toList();
        rows.put(position, lacking.isEmpty() || position >= before.size() ? rest : rest.merge(old(position, lacking)));
    }

    @Override
    public void truncate(long size) throws IOException {
        rows.truncate(size);
        end(size);
    }

    @Override
    public void finish() throws IOException {
        rows.finish();
    }
}
