package io.atomflux.artifact;

import io.atomflux.artifact.catalog.CatalogStorage;
import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.SimpleStorage;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.spi.Location;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store of artifacts: a value or a typed object, with its files, metadata and provenance, under a key.
 *
 * <pre>{@code
 * ArtifactStore results = ArtifactStore.open("results");
 * results.put("water/300K/energies", NdArray.of(energies)).block();
 * NdArray back = results.get("water/300K/energies", NdArray.class).block();
 * }</pre>
 *
 * <p>Every change is one instant for all processes: a reader sees the old or the new artifact, never a part of one, and so
 * does the store after a crash. Files that were replaced or deleted stay readable for those who hold the {@link Artifact}
 * for the retention (ten minutes unless set), then they are swept.
 *
 * <p>All publishers are cold; opening does no I/O; keys given as text are parts between slashes, see {@link ArtifactKey},
 * and a bad one fails at the call. Reading where there is no store is an error; the first change makes it.
 *
 * <p>Signals {@link io.atomflux.error.StoreNotFoundException}, {@link io.atomflux.error.ReadOnlyStoreException} and the
 *     errors of the storage, by every method that reads or changes
 */
public interface ArtifactStore {

    /**
     * Opens the store of a path or URI, e.g. {@code results}, {@code results.lmdb}, {@code redis://host} or {@code
     * memory://name}; a query gives options, e.g. {@code results?layout=isf&readonly=true}.
     *
     * <p>The layout of a folder is looked at when something is first subscribed; one that is missing or empty gets that of
     * Atomflux, made by the first change. A named store in memory lives as long as the process, and is shared in it.
     *
     * @throws io.atomflux.error.NoBackendException if nothing on the class path serves it
     * @throws io.atomflux.error.InvalidOptionException if an option is unknown or malformed
     */
    static ArtifactStore open(String location) {
        return open(location, ArtifactOptions.none());
    }

    /** Opens a store with options; see {@link #open(String)}. */
    static ArtifactStore open(String location, ArtifactOptions options) {
        return Opening.open(Location.parse(location), options);
    }

    /** Opens the store of a path, taken literally; see {@link #open(String)}. */
    static ArtifactStore open(Path path) {
        return open(path, ArtifactOptions.none());
    }

    /** Opens the store of a path with options; see {@link #open(String)}. */
    static ArtifactStore open(Path path, ArtifactOptions options) {
        return Opening.open(Location.of(path), options);
    }

    /** Opens the store of a URI; see {@link #open(String)}. */
    static ArtifactStore open(URI uri) {
        return open(uri, ArtifactOptions.none());
    }

    /** Opens the store of a URI with options; see {@link #open(String)}. */
    static ArtifactStore open(URI uri, ArtifactOptions options) {
        return Opening.open(Location.of(uri), options);
    }

    /** Makes a store of a storage; closing it closes that. */
    static ArtifactStore of(ArtifactStorage storage) {
        return of(storage, ArtifactOptions.none());
    }

    /** Makes a store of a storage with options; {@code layout} and settings by name mean nothing here. */
    static ArtifactStore of(ArtifactStorage storage, ArtifactOptions options) {
        return Opening.store(Objects.requireNonNull(storage, "storage"), options);
    }

    /**
     * Makes a store of the least storage there can be; one process at a time may change it.
     *
     * @param name for messages
     */
    static ArtifactStore of(SimpleStorage storage, String name, ArtifactOptions options) {
        SimpleCatalog catalog = new SimpleCatalog(Objects.requireNonNull(storage, "storage"), name);
        return of(CatalogStorage.of(catalog, new SimpleFiles(storage, catalog)), options);
    }

    /** Makes a store of the least storage there can be; one process at a time may change it. */
    static ArtifactStore of(SimpleStorage storage) {
        return of(storage, storage.getClass().getSimpleName(), ArtifactOptions.none());
    }

    /** Makes a store that lives in memory, as long as it is used. */
    static ArtifactStore inMemory() {
        return inMemory(ArtifactOptions.none());
    }

    /** Makes a store that lives in memory, with options. */
    static ArtifactStore inMemory(ArtifactOptions options) {
        return of(MemoryStorage.create("memory://"), options);
    }

    /**
     * Opens a store, works with it, and closes it on completion, error and cancellation alike.
     *
     * @param work contains every use of the store, which is closed when the returned mono ends
     * @return cold; opens one store per subscription; the result comes after the close completed
     */
    static <T> Mono<T> with(
            String location,
            ArtifactOptions options,
            Function<? super ArtifactStore, ? extends Mono<? extends T>> work) {
        return Mono.usingWhen(Mono.fromSupplier(() -> open(location, options)), work, ArtifactStore::close);
    }

    /**
     * Puts a value under a key; replaces what is there, keeps its generation counting.
     *
     * @param value plain values, {@code NdArray}, {@code Bytes}, maps and lists of these, structures and rows, a {@code
     *     Path} to a folder; what the codecs of the store accept
     * @throws IllegalArgumentException if no codec accepts it, naming where in it
     */
    Mono<PutResult> put(String key, Object value);

    /**
     * Puts a value under a key as told.
     *
     * <p>A key may be an artifact and a sub-store at once: {@code a} and {@code a/b} do not know each other.
     *
     * @signals {@link io.atomflux.error.ArtifactExistsException} in mode {@link PutMode#FAIL}; {@link
     *     io.atomflux.error.ArtifactConflictException} if another generation stands than the options expect
     */
    Mono<PutResult> put(String key, Object value, PutOptions options);

    /**
     * Puts an object of a data class: its identity decides whether it is there already, its replacement rule which of the
     * two is kept. The decision and the change are one instant, also against other processes.
     *
     * @param files files that belong to it; {@link Files#none()} if the class has none
     * @return the key: a new one of 32 hexadecimal digits, or that of the same thing stored before
     * @throws IllegalArgumentException if the object is not valid, or names files that are not given
     * @signals {@link io.atomflux.error.ArtifactConflictException} if the rule finds the two incompatible
     */
    <T> Mono<PutResult> put(ArtifactType<T> type, T object, Files files);

    /** Puts an object of a data class as told; with a key, a new object gets that one. */
    <T> Mono<PutResult> put(ArtifactType<T> type, T object, Files files, PutOptions options);

    /** Returns the artifact of a key, its manifest read and nothing else; empty if there is none. */
    Mono<Artifact> find(String key);

    /** As {@link #find(String)}, but absence is an {@link io.atomflux.error.ArtifactNotFoundException}. */
    Mono<Artifact> require(String key);

    /** Returns the artifact that is the same thing as an object, by the identity of its data class; empty if there is none. */
    <T> Mono<Artifact> find(ArtifactType<T> type, T object);

    /**
     * Reads a value; empty if the key has none.
     *
     * @signals {@link io.atomflux.error.ValueTypeException} if it is of another type; {@link
     *     io.atomflux.error.CorruptDataException} naming the file whose size or hash is not the manifest's
     */
    <T> Mono<T> get(String key, Class<T> type);

    /** Reads a value, handing options to its codec, e.g. which columns; empty if the key has none. */
    <T> Mono<T> get(String key, Class<T> type, Map<String, Object> options);

    /** Tells whether a key has an artifact. */
    Mono<Boolean> exists(String key);

    /** Deletes an artifact; tells whether there was one. Its files are swept later. */
    Mono<Boolean> delete(String key);

    /** Deletes an artifact if it still has the generation told; tells whether there was one. */
    Mono<Boolean> delete(String key, long generation);

    /** Deletes all artifacts below a prefix, one after the other; the number deleted. Not one instant. */
    Mono<Long> deleteAll(String prefix);

    /**
     * Moves an artifact to a key that has none.
     *
     * @signals {@link io.atomflux.error.ArtifactNotFoundException}, {@link io.atomflux.error.ArtifactExistsException}
     */
    Mono<Void> rename(String from, String to);

    /** Streams all keys, ordered. */
    Flux<ArtifactKey> keys();

    /** Streams the keys at or below a prefix, ordered; {@code a} holds {@code a} and {@code a/b}, not {@code ab}. */
    Flux<ArtifactKey> keys(String prefix);

    /** Streams the names directly below a prefix, each once, in the order of the keys they begin; empty text for the top. */
    Flux<String> names(String prefix);

    /** Streams the artifacts at or below a prefix, ordered by key; empty text for all. Damaged ones are {@link Artifact#damage}. */
    Flux<Artifact> artifacts(String prefix);

    /** Returns the part of this store below a prefix, as a store with keys of its own. */
    ArtifactStore sub(String prefix);

    /** Returns this store without the right to change anything. */
    ArtifactStore readOnly();

    /** Streams what matches a query, ordered by key; each match says which values matched. Damaged artifacts match nothing. */
    <T> Flux<Match<T>> query(Query<T> query);

    /**
     * Returns what matches, grouped by the values that matched, groups and their members ordered by first key.
     *
     * <p>Holds all matches; use {@link #query} for what may be many.
     */
    <T> Mono<Map<List<Object>, List<Match<T>>>> queryGrouped(Query<T> query);

    /**
     * Returns the value of a key, or computes and puts it: one computation at a time for a key, in all processes together.
     *
     * <p>Those who ask meanwhile wait for the result without a thread. If the computing process dies, another one begins; if
     * the computation fails, its callers get the error, nothing is stored, and the next call begins anew.
     *
     * @param computation subscribed at most once by this call
     */
    <T> Mono<T> getOrCompute(String key, Class<T> type, Mono<T> computation);

    /** As the other, putting with options; {@code wait} bounds waiting for another process. */
    <T> Mono<T> getOrCompute(String key, Class<T> type, Mono<T> computation, PutOptions options, Duration wait);

    /**
     * Copies artifacts of another store into this one by the rules of {@link #put(ArtifactType, Object, Files)}: known data
     * classes keep or replace, references between them follow their new keys, and what a chosen artifact refers to comes
     * with it. The other store is not changed.
     *
     * @param chosen which ones
     * @return which key became which
     */
    Mono<Map<String, String>> copyFrom(ArtifactStore source, Predicate<Artifact> chosen);

    /** Reads everything and streams what is wrong: damaged manifests, missing, changed or foreign files, references to nothing. */
    Flux<Finding> verify();

    /** Removes files nobody can need any more, see the retention; happens also now and then while putting. */
    Mono<SweepReport> sweep();

    /** Returns the id of this store, the same for ever, see {@link StoreRegistry}. */
    Mono<String> id();

    /** Returns the place for messages, without credentials. */
    String name();

    /** Closes what was opened; idempotent. Sub-stores share with the store they come from. */
    Mono<Void> close();

    /**
     * Something {@link #verify} found.
     *
     * @param key the artifact; empty text for none
     * @param file the file; null if the artifact as a whole is meant
     * @param problem in words
     */
    record Finding(String key, @Nullable String file, String problem) {}
}
