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
 */
record Fetched(@Nullable Row row, @Nullable Throwable problem, int source, long position, long slot) {}
