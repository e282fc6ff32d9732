package io.atomflux.artifact.spi;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Where the files of an artifact being made go. */
public interface FileSink {

    /**
     * Writes one file; its size and SHA-256 are taken while it passes.
     *
     * @param name relative, parts separated by {@code /}
     * @throws io.atomflux.error.InvalidNameException if the name is refused, see {@link ArtifactKey#fileName}
     */
    Mono<Void> write(String name, Publisher<ByteBuffer> content);

    /**
     * Gives a folder on this machine to write files to, for engines that need one; all regular files found in it when the
     * work completes belong to the artifact. The folder is the artifact's own where the storage has folders, else temporary.
     */
    Mono<Void> folder(Function<Path, Mono<Void>> work);
}
