package io.atomflux.adapter;

import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Slice;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of which sources a stream reads, one run of rows of one source after the other; for one stream.
 *
 * <p>Either positions, which are cut into runs that lie in one source each, or everything, whose runs are the sources.
 */
final class ConcatPlan<R extends KeyedRow<R>> {

    private final SourceList.Sources<R> sources;
    private final long @Nullable [] offsets;
    private final Positions positions;
    private long done;

    private ConcatPlan(SourceList.Sources<R> sources, long @Nullable [] offsets, Positions positions) {
        this.sources = sources;
        this.offsets = offsets;
        this.positions = positions;
    }

    static <R extends KeyedRow<R>> ConcatPlan<R> ofAll(SourceList.Sources<R> sources) {
        return new ConcatPlan<>(sources, null, Positions.range(0, 0));
    }

    /**
     * Makes a plan for positions.
     *
     * @param offsets for source i, the position of its first row; the last entry is the total
     */
    static <R extends KeyedRow<R>> ConcatPlan<R> of(
            SourceList.Sources<R> sources, long[] offsets, Positions positions) {
        return new ConcatPlan<>(sources, offsets, positions);
    }

    SourceList.Sources<R> sources() {
        return sources;
    }

    /**
     * Rows of one source.
     *
     * @param source which one
     * @param rows which of its rows
     * @param offset the position of its first row in the whole
     * @param count how many there must be; empty if as many as there are
     */
    record Run(int source, Selection rows, long offset, OptionalLong count) {}

    /**
     * Returns the next run, or null if there is none.
     *
     * @param emitted how many rows came so far
     */
    @Nullable
    Run next(long emitted) {
        long[] known = offsets;
        if (known == null) {
            return done == sources.count() ? null : new Run((int) done++, Selection.ALL, emitted, OptionalLong.empty());
        }
        if (done == positions.count()) {
            return null;
        }
        int source = sourceOf(known, positions.at(done));
        long end = done + 1;
        while (end < positions.count() && positions.at(end) >= known[source] && positions.at(end) < known[source + 1]) {
            end++;
        }
        Selection within = within(positions.part(done, end), known[source]);
        OptionalLong count = OptionalLong.of(end - done);
        done = end;
        return new Run(source, within, known[source], count);
    }

    private static int sourceOf(long[] offsets, long position) {
        int found = Arrays.binarySearch(offsets, position);
        int source = found < 0 ? -found - 2 : found;
        while (offsets[source + 1] == position) {
            source++; // empty sources share their first position with the next one
        }
        return source;
    }

    /** Selects positions, at least one, that are counted from an offset. */
    static Selection within(Positions part, long offset) {
        long first = part.at(0) - offset;
        long last = part.at(part.count() - 1) - offset;
        if (part.isRange()) {
            return Selection.ALL.slice(Slice.of(first, last + 1));
        }
        long step = part.count() == 1 ? 1 : part.at(1) - part.at(0);
        if (step != 0 && last - first == step * (part.count() - 1) && even(part, step)) {
            long stop = last + step;
            return Selection.ALL.slice(
                    new Slice(OptionalLong.of(first), stop < 0 ? OptionalLong.empty() : OptionalLong.of(stop), step));
        }
        long[] list = part.toArray();
        for (int i = 0; i < list.length; i++) {
            list[i] -= offset;
        }
        return Selection.ALL.pick(list);
    }

    private static boolean even(Positions part, long step) {
        for (long i = 1; i < part.count(); i++) {
            if (part.at(i) - part.at(i - 1) != step) {
                return false;
            }
        }
        return true;
    }
}
