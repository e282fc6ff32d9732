package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import reactor.core.publisher.Mono;

/**
 * One running stream of rows; made for one subscription, asked for one batch at a time.
 *
 * @param <R> the kind of rows
 */
public interface RowReader<R extends KeyedRow<R>> {

    /**
     * Reads the next rows of the request, in its order, none skipped.
     *
     * @param maxBytes how large the batch may become; a single row may exceed it
     * @return cold, subscribed once and never while another is running; a batch, or empty when all rows were read
     * @signals RowOutOfBoundsException from the first batch, if the selection lists a row that is not there
     * @signals StoreChangedException if the order of the rows cannot be kept any more
     */
    Mono<Batch<R>> next(long maxBytes);

    /**
     * Releases what the stream holds.
     *
     * <p>Where the last batch was cancelled, what it is made of may still be under way on another thread: nothing may be begun,
     * or released a second time, by that.
     *
     * @return cold; empty. Called once, after the last {@link #next} ended or was cancelled
     */
    Mono<Void> close();
}
