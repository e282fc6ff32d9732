package io.atomflux.adapter;

import io.atomflux.spi.RowBackend;
import io.atomflux.value.KeyedRow;
import java.util.OptionalLong;
import reactor.core.publisher.Mono;

/**
 * The backends a concatenation is put together from; which they are may change from call to call.
 *
 * @param <R> the kind of rows
 */
public interface SourceList<R extends KeyedRow<R>> {

    /** Returns the kind of rows of every source. */
    Class<R> rowType();

    /** Returns how messages name the whole. */
    String name();

    /**
     * Looks which sources there are now; does not open them.
     *
     * @param sizes whether {@link Sources#size} will be asked, so that it pays to find out what is cheap to know
     * @return cold; one element
     */
    Mono<Sources<R>> now(boolean sizes);

    /**
     * Looks which sources there are now, for a call that reads one row: sizes are of use up to where that is.
     *
     * @param index of the row in the whole; a negative one counts from the end
     * @return cold; one element
     */
    default Mono<Sources<R>> nowForRow(long index) {
        return now(true);
    }

    /**
     * Tells whether a stream of all rows takes each source as it is when its turn comes, so that it begins at once; else
     * all sizes are asked first, and a source that becomes shorter meanwhile fails the stream.
     */
    default boolean takesSourcesAsTheyCome() {
        return false;
    }

    /** Releases everything; called once, when no call runs any more. */
    Mono<Void> close();

    /**
     * The sources of one moment, in order. Safe for several threads.
     *
     * @param <R> the kind of rows
     */
    interface Sources<R extends KeyedRow<R>> {

        int count();

        RowBackend<R> get(int index);

        /** Returns how many rows a source has, where that is known without asking it, and was right at this moment. */
        default OptionalLong size(int index) {
            return OptionalLong.empty();
        }

        /** Takes note of what a source answered after this moment. */
        default void learn(int index, long size) {}

        /** Tells whether a source that could not be found still belongs to the list. */
        default Mono<Boolean> isThere(int index) {
            return Mono.just(true);
        }
    }
}
