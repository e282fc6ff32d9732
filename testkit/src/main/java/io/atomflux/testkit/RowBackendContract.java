package io.atomflux.testkit;

import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link RowBackend} must do; extend it in the backend's tests.
 *
 * <p>A capability the backend declares is tested; one it lacks is tested to be refused. Every call is made on a parallel
 * thread of Reactor under {@link BlockHoundGuard}, so that a backend which blocks fails. Nothing of it can be overridden
 * but the hooks below.
 *
 * @param <R> the kind of rows: {@code Row} or {@code BlobRow}
 */
@Timeout(120)
public abstract class RowBackendContract<R extends KeyedRow<R>> {

    static {
        BlockHoundGuard.install();
    }

    /** For subclasses. */
    protected RowBackendContract() {}

    /**
     * Opens a handle; the contract closes it.
     *
     * @param place a name made of letters, digits and hyphens; the same name is the same place, another one a place
     *     where nothing is yet
     * @param group a group at that place, or empty for the default one; never given without {@code Capability.GROUPS}
     * @return a backend that may write
     */
    protected abstract RowBackend<R> open(String place, Optional<String> group);

    /**
     * Builds a row this backend can hold; the same seed gives equal rows, different seeds unequal ones.
     *
     * <p>All rows have at least three keys in common, such as those of {@link Samples#row} and {@link Samples#blobRow}.
     */
    protected abstract R row(int seed);

    /** Builds keys to update any of the rows with; different seeds give unequal ones. */
    protected R changes(int seed) {
        R row = row(seed);
        return row.only(row.keys().subList(row.size() - 2, row.size()));
    }

    /**
     * Returns keys that can be dropped from any of the rows, at least one.
     *
     * <p>All but the first, so that no row runs out of keys; fewer where every row of a format has some keys.
     */
    protected List<String> droppableKeys() {
        List<String> keys = row(0).keys();
        return keys.subList(1, keys.size());
    }

    /** Returns rows at the borders of what can be stored; those not {@link #representable} are left out. */
    @SuppressWarnings("unchecked")
    protected List<R> specialRows() {
        if (row(0) instanceof BlobRow) {
            return (List<R>) Samples.blobRowsOfEveryKind();
        }
        List<Row> rows = new java.util.ArrayList<>(Samples.rowsOfEveryKind());
        rows.addAll(Samples.rowsOfHostileKeys());
        rows.addAll(Samples.molecules());
        return (List<R>) rows;
    }

    /** Tells whether this backend's format can hold a row without loss; all of them, unless overridden. */
    protected boolean representable(R row) {
        return true;
    }

    /**
     * Fails if anything is still open: transactions, cursors, permits, buffers, files.
     *
     * <p>Called after each test, when all handles were closed.
     */
    protected void leakCheck() {}

    /**
     * Fails if a running stream or call holds something still, while handles are open: permits, readers, transactions.
     *
     * <p>Called after cancellations, when all that was cancelled must be given back; may wait a little for it.
     */
    protected void quiescenceCheck() {}

    /** Reading one row. */
    @Nested
    final class Getting extends GetFacet<R> {
        Getting() {
            super(RowBackendContract.this);
        }
    }

    /** Reading many rows. */
    @Nested
    final class Streaming extends StreamFacet<R> {
        Streaming() {
            super(RowBackendContract.this);
        }
    }

    /** Changing rows. */
    @Nested
    final class Writing extends WriteFacet<R> {
        Writing() {
            super(RowBackendContract.this);
        }
    }

    /** Many at once. */
    @Nested
    final class Concurrency extends ConcurrencyFacet<R> {
        Concurrency() {
            super(RowBackendContract.this);
        }
    }

    /** Versions of rows and the history of the store. */
    @Nested
    final class Following extends FollowFacet<R> {
        Following() {
            super(RowBackendContract.this);
        }
    }

    /** Keeping the rows of another store, and being kept. */
    @Nested
    final class Caching extends CacheFacet<R> {
        Caching() {
            super(RowBackendContract.this);
        }
    }

    /** Opening, groups, clearing, removing, closing. */
    @Nested
    final class Lifecycle extends LifecycleFacet<R> {
        Lifecycle() {
            super(RowBackendContract.this);
        }
    }
}
