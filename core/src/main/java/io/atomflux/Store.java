package io.atomflux;

import io.atomflux.spi.Capability;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.Change;
import io.atomflux.value.Key;
import io.atomflux.value.Patch;
import io.atomflux.value.Revision;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import io.atomflux.value.Slice;
import io.atomflux.value.Version;
import io.atomflux.value.Versioned;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One collection of rows at one location and group.
 *
 * <p>Rows have positions from 0; where an index is taken, negative ones count from the end. Everything returned is cold:
 * nothing happens before somebody subscribes, and each subscription does it anew. Reads never block the subscribing
 * thread (single gets may, where {@code inlineReads} was asked for). A write is published at one instant: whoever reads
 * sees all of it or nothing, also after a crash, and when it completes it survives a kill of this process where {@code
 * Capability.DURABLE} says so. A cancelled write is whole or absent. What a store does not offer is missing in {@link
 * #capabilities()} and refused before any I/O.
 *
 * <p>Any operation may signal {@code StoreClosedException}, {@code StoreNotFoundException}, {@code StoreIoException} and
 * {@code CorruptDataException}; writes may signal {@code ReadOnlyStoreException}, {@code
 * UnsupportedStoreOperationException}, {@code StoreFullException} and {@code StoreBusyException}. All are free to use
 * from any thread.
 *
 * <p>Rows arrive on the few threads that also read them. An operator that blocks there, e.g. {@code map(row ->
 * db.get(0).block())}, holds one; as many such streams as there are threads wait for each other for ever. Compose with
 * {@code concatMap} or {@code flatMap}, or put {@code publishOn(Schedulers.boundedElastic())} before it.
 *
 * @param <E> elements: {@code Atoms}, {@code Row} or {@code BlobRow}
 */
public sealed interface Store<E> permits StoreFacade {

    /**
     * Reads one element.
     *
     * @return cold; the element, or empty if the row is reserved
     * @signals RowOutOfBoundsException if there is no such row when subscribed
     */
    Mono<E> get(long index);

    /**
     * Reads some keys of one row, and only those; values of raw rows are {@code Bytes}.
     *
     * @return cold; the row without the keys it lacks, or empty if it is reserved
     * @signals RowOutOfBoundsException if there is no such row when subscribed
     */
    Mono<Row> get(long index, String key, String... more);

    /** Reads some keys of one row; no keys give a row without values, never all keys. See {@link #get(long, String, String...)}. */
    Mono<Row> get(long index, Collection<String> keys);

    /** Reads one typed key of one row; empty if the row is reserved, lacks it or has a null there. */
    <V> Mono<V> get(long index, Key<V> key);

    /**
     * Reads one row with its version, to be given to {@link #set(long, Object, Version)} and the like.
     *
     * @return cold; the element, or empty if the row is reserved
     */
    Mono<Versioned<E>> getVersioned(long index);

    /** Selects all rows. */
    RowView<E> rows();

    /** Selects rows {@code start} to {@code stop - 1}, with Python's rules for negative and large numbers. */
    RowView<E> rows(long start, long stop);

    /**
     * Selects a slice, e.g. {@code "::10"} or {@code "-100:"}.
     *
     * @throws IllegalArgumentException if the text is no slice
     */
    RowView<E> rows(String slice);

    /** Selects a slice. */
    RowView<E> rows(Slice slice);

    /** Selects listed rows, in the order given; they may repeat, negative ones count from the end. */
    RowView<E> rowsAt(long... indices);

    /** Selects one key of all rows; values of any type. */
    ColumnView<Object> column(String key);

    /** Selects one key of all rows, whose values are of a type. */
    <V> ColumnView<V> column(String key, Class<V> type);

    /** Selects one key of all rows. */
    <V> ColumnView<V> column(Key<V> key);

    /** Selects some keys of all rows; a row lacks those it does not have. */
    RowView<Row> columns(String key, String... more);

    /** Selects some keys of all rows; no keys give rows without values. */
    RowView<Row> columns(Collection<String> keys);

    /** Counts the rows, reserved ones included; cold. */
    Mono<Long> size();

    /** Lists the keys of one row; none if it is reserved. Cold. */
    Mono<List<String>> keys(long index);

    /** Describes the keys of one row; without columns if it is reserved. Cold. */
    Mono<Schema> schema(long index);

    /** Describes the keys of all rows, by reading each once; cold. */
    Mono<Schema> schema();

    /**
     * Adds a row at the end.
     *
     * @return cold; the new size
     */
    Mono<Long> append(E row);

    /**
     * Adds rows at the end, at one instant.
     *
     * @return cold; the new size; without rows the size as it is, and the store exists afterwards
     */
    Mono<Long> extend(List<E> rows);

    /**
     * Adds a stream of rows at the end, in batches, each at one instant.
     *
     * <p>A batch has at most 4096 rows and about 4 MiB, fewer where the backend takes fewer at one instant, less where the heap
     * is below 128 MB.
     *
     * @return cold; the new size; takes rows from the stream no faster than they are written
     * @signals PartialWriteException if the stream or a batch fails; tells how many rows are in the store
     */
    Mono<Long> extend(Publisher<? extends E> rows);

    /**
     * Adds a row before a position; later rows move up.
     *
     * @param index where; clamped to 0 and the size, as Python's {@code list.insert} does
     * @return cold; empty
     */
    Mono<Void> insert(long index, E row);

    /**
     * Replaces a whole row.
     *
     * @return cold; empty
     * @signals RowOutOfBoundsException if there is no such row
     */
    Mono<Void> set(long index, E row);

    /**
     * Replaces a whole row if it still has a version.
     *
     * @return cold; empty
     * @signals VersionConflictException if it was changed since
     */
    Mono<Void> set(long index, E row, Version version);

    /**
     * Writes some keys of a row and keeps the others; a reserved row becomes a written one.
     *
     * @return cold; empty
     * @throws IllegalArgumentException at the call, if elements cannot have such a key
     * @signals RowOutOfBoundsException if there is no such row
     */
    Mono<Void> update(long index, Patch patch);

    /** Writes some keys of a row if it still has a version; see {@link #update(long, Patch)}. */
    Mono<Void> update(long index, Patch patch, Version version);

    /**
     * Deletes a row; later rows move down.
     *
     * @return cold; empty
     * @signals RowOutOfBoundsException if there is no such row
     */
    Mono<Void> delete(long index);

    /** Deletes a row if it still has a version; see {@link #delete(long)}. */
    Mono<Void> delete(long index, Version version);

    /** Takes keys away from all rows; rows that lack them stay as they are. Cold; empty. */
    Mono<Void> drop(String key, String... more);

    /** Takes keys away from all rows; see {@link #drop(String, String...)}. */
    Mono<Void> drop(Collection<String> keys);

    /**
     * Adds reserved rows at the end.
     *
     * @return cold; the new size
     * @throws IllegalArgumentException at the call, if the number is negative
     */
    Mono<Long> reserve(long count);

    /** Deletes all rows of this group; the store stays. Cold; empty. */
    Mono<Void> clear();

    /** Removes this group's store altogether; other groups stay. Cold; empty. */
    Mono<Void> remove();

    /** Lists the groups at this location, sorted; empty where the backend has none. Cold. */
    Flux<String> groups();

    /** Follows the changes from now on; cold, never completes. See {@link #changes(Revision)}. */
    Flux<Change> changes();

    /**
     * Follows the changes after a revision; a gap is a change of its own, not an error.
     *
     * @return cold; never completes
     */
    Flux<Change> changes(Revision from);

    /**
     * Looks for damage: contradictions of the layout, and cells that do not decode.
     *
     * @return cold; one sentence for each problem; empty if all is well
     */
    Flux<String> verify();

    /**
     * Mends damage that {@link #verify} finds, as far as nothing whole is lost by it, e.g. what a writer of another program
     * left when it was killed.
     *
     * @return cold; one sentence for each thing mended; empty if nothing was to be done or can be
     * @signals ReadOnlyStoreException if the store was opened for reading
     */
    Flux<String> repair();

    /** Tells how the columns are stored: types, chunks, codecs; cold; empty where rows are not kept by columns. */
    Flux<StoredColumn> storage();

    /**
     * Tells one content of this store from another, as the entity tag of HTTP does: the text differs whenever rows may have
     * changed since, whoever changed them.
     *
     * @return cold; one text, safe to keep; empty where the store cannot tell
     */
    Mono<String> etag();

    /**
     * Tells how many neighbouring rows are read together at little more cost than one of them, e.g. those in a chunk of a compressed
     * file: who may choose the order of rows keeps so many together.
     *
     * @return cold; 1 to 4096; empty where rows lie by themselves, or that is not known
     */
    Mono<Integer> blockRows();

    /**
     * Takes a lease on this store: a lock by name that one holds at a time, of all who open the store, in whichever process. It
     * hinders nobody's reads and writes; who agree on a name exclude each other, e.g. recorders.
     *
     * <p>Files are locked beside themselves, and freed at once when their process ends; servers free the lease of one that
     * died after ten seconds. Where the backend offers no leases, only this process takes part.
     *
     * @param name any text
     * @param wait longest wait
     * @return cold; a lease to be released, which renews itself until then. Cancelling gives up waiting
     * @throws IllegalArgumentException at the call, if the wait is negative
     * @signals StoreBusyException if another held it all the time
     */
    Mono<LeaseLock.Lease> lease(String name, Duration wait);

    /** Takes a lease, waiting just as long as a holder that died may still seem to hold it; see {@link #lease(String, Duration)}. */
    Mono<LeaseLock.Lease> lease(String name);

    /** Returns what this store offers beyond reading. */
    Set<Capability> capabilities();

    /** Returns how many rows one change may write; changes of more are refused before any I/O. */
    long maxAtomicRows();

    /** Returns how messages name this store: location and group, without credentials. */
    String name();

    /** Returns this store with every change refused; closing either closes both. */
    Store<E> readOnly();

    /** Looks at this store as structures; closing either closes both. */
    AtomsIO atoms();

    /** Looks at this store as typed values; closing either closes both. */
    ObjectIO objects();

    /** Looks at this store as raw bytes; closing either closes both. */
    BlobIO blobs();

    /**
     * Closes what opening this store opened.
     *
     * @return cold; empty. Waits for running calls and open streams; repeats complete with the first outcome. Forgetting
     *     to close loses nothing that was acknowledged
     */
    Mono<Void> close();
}
