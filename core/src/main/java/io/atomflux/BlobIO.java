package io.atomflux;

import io.atomflux.adapter.Adapters;
import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.registry.Registry;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.CacheOptions;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store of raw bytes: rows of byte strings by byte-string keys, given as text.
 *
 * <pre>{@code
 * BlobIO db = BlobIO.open("cache.lmdb");
 * db.append(BlobRow.of(Map.of(Bytes.ofText("k"), Bytes.of((byte) 1)))).block();
 * }</pre>
 */
public final class BlobIO extends StoreFacade<BlobRow, BlobRow> {

    private BlobIO(RowBackend<BlobRow> backend) {
        super(backend, RowMapping.BLOBS);
    }

    /**
     * Opens a store by path or URI, e.g. {@code md.lmdb}, {@code frames.xyz} or {@code memory://name}; a query gives
     * options, e.g. {@code md.lmdb?group=train&readonly=true}.
     *
     * <p>Does no I/O: a missing place shows when something is subscribed.
     *
     * <p>A path that is a pattern, e.g. {@code data/*.xyz}, {@code run?/md.traj} or {@code mix/*.{xyz,lmdb}}, opens all files
     * that fit as one store for reading, in the order of their paths as text: see {@link
     * io.atomflux.spi.Location#isPattern}. A file of exactly this name wins; a {@code Path} is never a pattern.
     *
     * @throws IllegalArgumentException if a pattern is malformed
     * @throws io.atomflux.error.NoBackendException if no backend on the class path serves it
     * @throws io.atomflux.error.InvalidOptionException if an option is unknown or malformed
     * @throws io.atomflux.error.InvalidNameException if a group's name is refused
     */
    public static BlobIO open(String location) {
        return open(location, OpenOptions.none());
    }

    /** Opens a store by path or URI with options; see {@link #open(String)}. */
    public static BlobIO open(String location, OpenOptions options) {
        return of(Registry.open(Location.parse(location), options));
    }

    /** Opens the store of a file; see {@link #open(String)}. */
    public static BlobIO open(Path path) {
        return open(path, OpenOptions.none());
    }

    /** Opens the store of a file with options; see {@link #open(String)}. */
    public static BlobIO open(Path path, OpenOptions options) {
        return of(Registry.open(Location.of(path), options));
    }

    /** Opens the store of a URI; see {@link #open(String)}. */
    public static BlobIO open(URI uri) {
        return open(uri, OpenOptions.none());
    }

    /** Opens the store of a URI with options; see {@link #open(String)}. */
    public static BlobIO open(URI uri, OpenOptions options) {
        return of(Registry.open(Location.of(uri), options));
    }

    /** Looks at a backend of either kind of rows; closing the result closes it. */
    public static BlobIO of(RowBackend<?> backend) {
        return new BlobIO(Adapters.blobs(backend));
    }

    /** Looks at a blocking backend of either kind of rows, run on a pool of its own; closing the result closes it. */
    public static BlobIO of(BlockingRowBackend<?> backend) {
        return of(Bridge.over(backend, BridgeOptions.defaults()));
    }

    /** Puts the rows of several stores behind each other, for reading; closing the result closes them. */
    public static BlobIO concat(BlobIO... stores) {
        return new BlobIO(concatenated(List.of(stores)));
    }

    /**
     * Keeps rows of this store in another one once they were read; see {@link #cached(BlobIO, CacheOptions)}.
     *
     * @throws io.atomflux.error.UnsupportedStoreOperationException if {@code by} cannot keep a cache
     */
    public BlobIO cached(BlobIO by) {
        return cached(by, CacheOptions.defaults());
    }

    /**
     * Returns this store, for reading, with its rows kept in another one once they were read.
     *
     * <p>A row is asked of this store once, however many ask for it at the same time; only of rows that suddenly are less than half
     * as long as those before may streams side by side ask for some twice, since batches end by their bytes. A second reading asks
     * this store for nothing. The cache may be shared between processes, each of which asks for itself, goes on where it was after
     * a kill, and is deleted and filled anew when this store changed. Row i stands at i + 1 of {@code by}, which holds nothing
     * else; its row 0 tells what is cached.
     *
     * @param by where rows are kept, e.g. an LMDB file: empty, or a cache of this store
     * @return closing it closes both stores. Streams and reads may signal {@code ForeignDataException} if {@code by} holds
     *     something else, and {@code StoreChangedException} if this store changed meanwhile
     * @throws io.atomflux.error.UnsupportedStoreOperationException if {@code by} cannot keep a cache
     */
    public BlobIO cached(BlobIO by, CacheOptions options) {
        return new BlobIO(cachedBackend(by, options));
    }

    /**
     * Opens a store, works with it, and closes it on completion, error and cancellation alike.
     *
     * @param location where the store is
     * @param work contains every use of the store, which is closed when the returned mono ends
     * @return cold; opens one store per subscription; the result comes after the close completed
     */
    public static <T> Mono<T> with(String location, Function<? super BlobIO, ? extends Mono<? extends T>> work) {
        return Mono.usingWhen(Mono.fromSupplier(() -> open(location)), work, BlobIO::close);
    }

    /** Opens a store, streams from it, and closes it on completion, error and cancellation alike. */
    public static <T> Flux<T> withMany(
            String location, Function<? super BlobIO, ? extends Publisher<? extends T>> work) {
        return Flux.usingWhen(Mono.fromSupplier(() -> open(location)), work, BlobIO::close);
    }

    @Override
    public BlobIO readOnly() {
        return new BlobIO(readOnlyBackend());
    }
}
