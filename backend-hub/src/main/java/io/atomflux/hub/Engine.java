package io.atomflux.hub;

import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import reactor.core.publisher.Mono;

/** Reads the rows of a pinned dataset whose files are all of one format. */
interface Engine {

    /** Counts the rows; may have to look at every file. */
    Mono<Long> size();

    /** Reads one row; negative indices count from the end. */
    Mono<Row> get(long index, Columns columns);

    /** Tells how many neighbouring rows are fetched and decoded together, as {@code RowBackend.blockRows} does. */
    Mono<Integer> blockRows();

    /** Begins a stream. */
    RowReader<Row> reader(ReadRequest request);
}
