package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import java.io.IOException;
import java.util.Optional;

/**
 * One running stream of rows of a blocking backend; used by one thread at a time, not always the same.
 *
 * @param <R> the kind of rows
 */
public interface BlockingReader<R extends KeyedRow<R>> extends AutoCloseable {

    /**
     * Reads the next rows of the request; see {@link RowReader#next}.
     *
     * @return a batch, or empty when all rows were read
     */
    Optional<Batch<R>> next(long maxBytes) throws IOException;

    @Override
    void close() throws IOException;
}
