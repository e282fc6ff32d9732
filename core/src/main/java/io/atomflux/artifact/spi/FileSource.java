package io.atomflux.artifact.spi;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The files of one version of an artifact. */
public interface FileSource {

    /** Returns what there is, ordered by name. */
    List<FileEntry> entries();

    /**
     * Reads a whole file, verifying size and SHA-256 on the way.
     *
     * @signals {@link io.atomflux.error.CorruptDataException} naming the file, at its end if only the hash differs; {@link
     *     io.atomflux.error.ArtifactNotFoundException} if the artifact has no such file
     */
    Flux<ByteBuffer> read(String name);

    /** Reads a part of a file, which no hash can verify. */
    Flux<ByteBuffer> read(String name, long offset, long length);

    /**
     * Gives a folder on this machine that holds all files, for programs that need paths: the stored ones where the storage
     * has folders (do not write to them), else a verified temporary copy. Valid, and not swept, until closed.
     */
    Mono<LocalFiles> local();

    /** A folder that is valid until it is closed. */
    interface LocalFiles {
        Path path();

        Mono<Void> close();
    }
}
