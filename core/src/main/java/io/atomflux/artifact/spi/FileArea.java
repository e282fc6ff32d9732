package io.atomflux.artifact.spi;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Where a storage keeps files: sets of named byte streams, written once.
 *
 * <p>Life of a set: {@link #begin}, any number of {@link #write}, {@link #seal}; then a {@link RecordChange.Put} that names
 * it publishes it. A set that nobody publishes is discarded by its writer, or swept. Names are relative, parts separated by
 * {@code /}, and were guarded by {@link ArtifactKey#fileName}; a storage guards them again before they become a path.
 */
public interface FileArea {

    /** Begins a set and returns its id: 32 hexadecimal digits. */
    Mono<String> begin();

    /**
     * Writes one file of a set; returns its size.
     *
     * <p>The content is requested in bounded amounts as it is stored. If it fails or is cancelled, the set has no such file.
     *
     * @signals {@link io.atomflux.error.StoreFullException}, {@link io.atomflux.error.StoreIoException}; errors of the content
     */
    Mono<Long> write(String set, String name, Publisher<ByteBuffer> content);

    /** Makes all files of a set durable; nothing may be written to it afterwards. */
    Mono<Void> seal(String set);

    /**
     * Removes a set that was not published. One that is published stays, and that is no error; a commit that comes after it
     * finds {@link CommitOutcome#FILES_SWEPT}. So whoever does not know whether his commit was made may discard.
     */
    Mono<Void> discard(String set);

    /**
     * Reads a part of a file, in bounded buffers.
     *
     * @param length number of bytes; the stream ends earlier where the file does
     * @signals {@link io.atomflux.error.CorruptDataException} naming the file, if it is missing
     */
    Flux<ByteBuffer> read(String set, String name, long offset, long length);

    /** Returns the names and sizes of a set's files, ordered by name. */
    Mono<List<StoredFile>> list(String set);

    /**
     * Returns the folder that holds a set on this machine, for programs that read or (before {@link #seal}) write files
     * themselves; empty where files are kept otherwise.
     */
    Optional<Path> folder(String set);

    /**
     * Keeps a published set from being swept for some time, also when it is replaced or deleted meanwhile.
     *
     * @return an id for {@link #release}
     */
    Mono<String> hold(String set, Duration duration);

    /** Ends a hold; one that is unknown or over is no error. */
    Mono<Void> release(String set, String hold);
}
