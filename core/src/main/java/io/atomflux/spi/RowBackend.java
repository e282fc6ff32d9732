package io.atomflux.spi;

import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Versioned;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Rows kept by one store, addressed by position; never blocks.
 *
 * <p>An instance is cheap and does no I/O before something it returned is subscribed. Each write is published at one
 * instant: whoever reads sees all of it or nothing. See design rules in the contract kits of the test kit module.
 *
 * @param <R> the kind of rows: {@code Row} (typed values) or {@code BlobRow} (raw bytes)
 */
public interface RowBackend<R extends KeyedRow<R>> {

    /** The largest answer of {@link #blockRows}: so many rows are read well wherever they are. */
    int MOST_BLOCK_ROWS = 4096;

    /** Returns the kind of rows, {@code Row.class} or {@code BlobRow.class}. */
    Class<R> rowType();

    /** Returns how messages name the store: location and group, without credentials. */
    String name();

    /** Returns what this store offers beyond reading; empty for a read-only one. */
    Set<Capability> capabilities();

    /** Returns how many rows one write may change; writes of more are refused before any I/O. */
    default long maxAtomicRows() {
        return Long.MAX_VALUE;
    }

    /**
     * Counts the rows, reserved ones included.
     *
     * @return cold; one number, looked up anew for each subscription
     */
    Mono<Long> size();

    /**
     * Reads one row.
     *
     * @param index zero-based, or negative to count from the end
     * @param columns wanted keys; ones the row lacks are left out
     * @return cold; one row, the reserved one for a position never written
     * @signals RowOutOfBoundsException if there is no such row when subscribed
     */
    Mono<R> get(long index, Columns columns);

    /**
     * Starts a stream; does no I/O.
     *
     * @param request what to read
     * @return a reader for one subscription
     */
    RowReader<R> reader(ReadRequest request);

    /**
     * Reads one whole row with its version.
     *
     * @return cold; one element
     * @signals UnsupportedStoreOperationException without {@link Capability#VERSIONS}
     */
    default Mono<Versioned<R>> getVersioned(long index) {
        return Mono.error(() -> unsupported("getVersioned", "it keeps no versions"));
    }

    /**
     * Makes one change, whole or not at all.
     *
     * @return cold; the number of rows after the change
     * @signals ReadOnlyStoreException if the store cannot be written
     * @signals VersionConflictException if the write names a version the row no longer has
     */
    default Mono<Long> apply(Write<R> write) {
        return Mono.error(() -> new ReadOnlyStoreException(name(), write.operation()));
    }

    /**
     * Removes this group's store altogether; other groups stay.
     *
     * @return cold; empty
     */
    default Mono<Void> remove() {
        return Mono.error(() -> new ReadOnlyStoreException(name(), "remove"));
    }

    /**
     * Lists the groups at this location, sorted; empty where the backend has none.
     *
     * @return cold
     */
    default Flux<String> groups() {
        return Flux.empty();
    }

    /**
     * Follows the changes of this store.
     *
     * @param from the state after which to begin; empty for the state at subscription
     * @return cold; never completes by itself
     * @signals UnsupportedStoreOperationException without {@link Capability#CHANGES}
     */
    default Flux<Change> changes(Optional<Revision> from) {
        return Flux.error(() -> unsupported("changes", "it keeps no history"));
    }

    /**
     * Tells one content of this store from another, as the entity tag of HTTP does: the text differs whenever rows may have
     * changed since, whoever changed them, in whichever process; and is the same through every handle.
     *
     * <p>Rows that are read after a tag and before an equal one are the rows of that tag. It costs no more than looking up the
     * size does, a little more where a store is many files.
     *
     * @return cold; one text, safe to keep, without credentials; empty where the backend cannot tell
     */
    default Mono<String> etag() {
        return Mono.empty();
    }

    /**
     * Tells how many neighbouring rows are read together at little more cost than one of them, since they lie in one piece that is
     * decompressed, or fetched, as a whole: who may choose the order of rows keeps so many together, e.g. a loader that shuffles.
     *
     * <p>It need not be exact, and costs no more than looking up the size does. It depends on how the store is laid out alone, so that
     * processes that divide its rows among themselves agree on it.
     *
     * @return cold; 1 to {@link #MOST_BLOCK_ROWS}; empty where rows lie by themselves, or that is not known
     */
    default Mono<Integer> blockRows() {
        return Mono.empty();
    }

    /**
     * Lists the stores whose rows these are, in order, if this is put together from several, e.g. by a pattern of file
     * names; else only itself.
     *
     * @return cold; at least one, open as long as this is, and closed with it
     */
    default Flux<RowBackend<R>> parts() {
        return Flux.just(this);
    }

    /**
     * Looks for damage that reading rows one by one would not show: contradictions of the layout, orphans.
     *
     * @return cold; one sentence for each problem, bounded in number; empty if all is well or the backend has no layout
     *     of its own to check
     */
    default Flux<String> verify() {
        return Flux.empty();
    }

    /**
     * Mends damage that {@link #verify} finds, as far as nothing whole is lost by it, e.g. what a writer of another program
     * left when it was killed.
     *
     * @return cold; one sentence for each thing mended; empty if nothing was to be done or can be
     */
    default Flux<String> repair() {
        return Flux.empty();
    }

    /**
     * Tells how the columns are stored.
     *
     * @return cold; empty where rows are not kept by columns
     */
    default Flux<StoredColumn> storage() {
        return Flux.empty();
    }

    /**
     * Returns locks that all have who open this store, in whichever process, e.g. for one who wants to be its only recorder; they
     * hinder no read and no write.
     *
     * @return empty where the place of the store offers none; then only those of this process see each other
     */
    default Optional<LeaseLock> leases() {
        return Optional.empty();
    }

    /**
     * Forgets what a cache in front of the store keeps of rows, so that they are fetched anew when they are read; changes no row
     * of any store but the cache's own.
     *
     * @return cold; how many positions the cache had; 0 where there is none
     * @signals RowOutOfBoundsException if a listed row is not there
     */
    default Mono<Long> evict(Selection which) {
        return Mono.just(0L);
    }

    /**
     * Releases what this backend opened itself, not what it was given.
     *
     * @return cold; empty. Waits for running calls; repeats complete with the first outcome
     */
    Mono<Void> close();

    private UnsupportedStoreOperationException unsupported(String operation, String reason) {
        return new UnsupportedStoreOperationException(name(), operation, reason);
    }
}
