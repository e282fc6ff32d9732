package io.atomflux.testkit;

import io.atomflux.Store;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/**
 * What every writable store must do as seen through a facade; see its three kinds {@link AtomsStoreContract}, {@link
 * ObjectStoreContract} and {@link BlobStoreContract}.
 *
 * @param <E> elements: {@code Atoms}, {@code Row} or {@code BlobRow}
 */
@Timeout(120)
public abstract sealed class StoreContract<E> permits AtomsStoreContract, ObjectStoreContract, BlobStoreContract {

    static {
        BlockHoundGuard.install();
    }

    StoreContract() {}

    /**
     * Opens a store; the contract closes it.
     *
     * @param place a name made of letters, digits and hyphens; the same name is the same place, another one a place
     *     where nothing is yet
     */
    abstract Store<E> openStore(String place);

    /** Builds an element this store can hold; the same seed gives equal elements, different seeds unequal ones. */
    abstract E element(int seed);

    /** Returns an element as keys and values. */
    abstract Row fields(E element);

    /** Returns an element of keys and values. */
    abstract E ofFields(Row fields);

    abstract Store<E> concat(Store<E> first, Store<E> second);

    /** Tells whether elements exist for reserved rows. */
    abstract boolean showsReserved();

    final boolean isRaw() {
        return fields(element(0)).get("calc.energy") instanceof Bytes;
    }

    /** Tells whether this store's format can hold an element without loss; all of them, unless overridden. */
    protected boolean representable(E element) {
        return true;
    }

    /**
     * Fails if anything is still open: transactions, cursors, permits, buffers, files.
     *
     * <p>Called after each test, when all stores were closed.
     */
    protected void leakCheck() {}

    /**
     * Fails if a running stream or call holds something still, while stores are open: permits, readers, transactions.
     *
     * <p>Called after cancellations, when all that was cancelled must be given back; may wait a little for it.
     */
    protected void quiescenceCheck() {}

    final List<E> elements(int from, int to) {
        return java.util.stream.IntStream.range(from, to)
                .mapToObj(this::element)
                .toList();
    }

    /** Rows and views of rows. */
    @Nested
    final class Rows extends RowViewFacet<E> {
        Rows() {
            super(StoreContract.this);
        }
    }

    /** Columns. */
    @Nested
    final class Columns extends ColumnViewFacet<E> {
        Columns() {
            super(StoreContract.this);
        }
    }

    /** Changes through the facade and its views. */
    @Nested
    final class Changes extends StoreWriteFacet<E> {
        Changes() {
            super(StoreContract.this);
        }
    }

    /** Demand and cancellation. */
    @Nested
    final class Demand extends DemandFacet<E> {
        Demand() {
            super(StoreContract.this);
        }
    }
}
