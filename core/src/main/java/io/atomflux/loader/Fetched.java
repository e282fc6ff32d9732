package io.atomflux.loader;

import io.atomflux.value.Row;
import org.jspecify.annotations.Nullable;

/**
 * What came of reading one sample: a row, which may be reserved, or why there is none.
 *
 * @param row what was read; null if it does not decode, or was not read yet
 * @param problem why it does not decode; null if it does
 * @param source number of the source
 * @param position position in the store of that source
 * @param slot where it stands in the epoch
 * @param atoms how many atoms it has, where they are counted; else 0
 */
record Fetched(@Nullable Row row, @Nullable Throwable problem, int source, long position, long slot, int atoms) {

    Fetched with(@Nullable Row otherRow, @Nullable Throwable otherProblem) {
        return new Fetched(otherRow, otherProblem, source, position, slot, atoms);
    }

    Fetched withAtoms(int count) {
        return new Fetched(row, problem, source, position, slot, count);
    }
}
