package io.atomflux.hub;

import io.atomflux.hub.parquet.ParquetFooter;
import java.util.Optional;

/**
 * One row group of a dataset.
 *
 * @param shard which file
 * @param index which of its row groups
 * @param first where in the file its first row is
 * @param rows how many it has
 * @param footer of the file; left out where the group is kept for long, as it may take a thousand times what the group does
 */
record Group(int shard, int index, long first, long rows, Optional<ParquetFooter> footer) {

    /** Returns the same without the footer. */
    Group alone() {
        return new Group(shard, index, first, rows, Optional.empty());
    }

    /**
     * A row.
     *
     * @param row where in the row group
     */
    record Spot(Group group, long row) {}
}
