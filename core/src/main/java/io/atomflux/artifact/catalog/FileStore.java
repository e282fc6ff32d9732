package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.StoredFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Named byte streams in sets, as an engine keeps them beside its {@link Catalog}.
 *
 * <p>It knows nothing of records: {@link CatalogStorage} decides which sets may be removed. Sets are named by 32 hexadecimal
 * digits; a set exists from its first file on. Names of files were guarded.
 */
public interface FileStore {

    /**
     * Writes one file of a set; returns its size.
     *
     * <p>Requests the content in bounded amounts as it is stored. Until it completes the set has no such file, nor after a
     * failure or a cancellation.
     *
     * @signals {@link IllegalStateException} if the set has a file of that name, or was sealed, as far as the engine can
     *     tell; {@link io.atomflux.error.StoreFullException}, {@link io.atomflux.error.StoreIoException}; errors of the content
     */
    Mono<Long> write(String set, String name, Publisher<ByteBuffer> content);

    /** Makes all files of a set durable. */
    Mono<Void> seal(String set);

    /**
     * Removes a set with all files, also those of writes that failed or were killed; one that is not there is no error, and
     * one that was removed halfway is removed to the end.
     *
     * @return the size of the files removed
     */
    Mono<Long> remove(String set);

    /**
     * Reads a part of a file, in bounded buffers.
     *
     * @param length number of bytes; the stream ends earlier where the file does
     * @signals {@link io.atomflux.error.CorruptDataException} naming the file, if it is missing
     */
    Flux<ByteBuffer> read(String set, String name, long offset, long length);

    /** Returns the names and sizes of a set's files, ordered by name; none if there is no such set. */
    Mono<List<StoredFile>> list(String set);

    /** Returns the folder that holds a set on this machine; empty where files are kept otherwise. */
    Optional<Path> folder(String set);

    /**
     * Returns the ids of sets of which anything is there, ordered.
     *
     * @param after only ids behind this one; empty for all
     * @param limit most ids, at least 1; fewer mean the end
     */
    Mono<List<String>> sets(String after, int limit);

    /** Closes what was opened; idempotent. */
    Mono<Void> close();
}
