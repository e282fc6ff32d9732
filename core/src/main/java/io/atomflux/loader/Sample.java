package io.atomflux.loader;

import io.atomflux.value.Row;

/**
 * One sample of an epoch.
 *
 * @param row what was read
 * @param source number of the source
 * @param position position in the store of that source
 * @param slot where it stands in the epoch
 */
record Sample(Row row, int source, long position, long slot) {}
