package io.atomflux.hub;

import io.atomflux.hub.parquet.ParquetFooter;

/**
 * One row group of a dataset.
 *
 * @param shard which file
 * @param index which of its row groups
 * @param first where in the file its first row is
 * @param rows how many it has
 */
record Group(int shard, int index, long first, long rows, ParquetFooter footer) {

    /**
     * A row.
     *
     * @param row where in the row group
     */
    record Spot(Group group, long row) {}
}
