package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.SweepReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
 * @signals {@link io.atomflux.error.StoreNotFoundException}, {@link io.atomflux.error.ReadOnlyStoreException} and the
 *     errors of the storage, by every method that reads or changes
 */
public interface ArtifactStore {

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

    /** Streams the names directly below a prefix, ordered, each once; empty text for the top. */
    Flux<String> names(String prefix);

    /** Streams the artifacts at or below a prefix, ordered by key; empty text for all. Damaged ones are {@link Artifact#damage}. */
    Flux<Artifact> artifacts(String prefix);

    /** Returns the part of this store below a prefix, as a store with keys of its own. */
    ArtifactStore sub(String prefix);

    /** Returns this store without the right to change anything. */
    ArtifactStore readOnly();

    /** Streams what matches a query, ordered by key; each match says which values matched. */
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

    /** Reads everything and streams what is wrong: damaged manifests, missing or changed files, files of no artifact. */
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
