package io.atomflux.artifact.spi;

import java.nio.ByteBuffer;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The least a storage of payloads must do: keep byte streams by scope and name. Four calls.
 *
 * <p>Scopes are parts between slashes, guarded as an {@link ArtifactKey}; names are one part. Neither holds {@code %},
 * {@code ?}, {@code #} or {@code ;}. A scope begins with its first payload and ends with its last; one whose first part is
 * {@code .atomflux} is of the store itself. A storage guards both again before they become a path.
 */
public interface PayloadStorage {

    /** Returns the place for messages, without credentials. */
    String name();

    /**
     * Stores a payload, durable and whole when it completes; returns its size. Readers see all of it or nothing; if the
     * content fails or is cancelled, nothing is there, or what was there before.
     *
     * <p>The content is requested in bounded amounts as it is stored.
     *
     * @signals {@link io.atomflux.error.StoreFullException}, {@link io.atomflux.error.StoreIoException}; errors of the content
     */
    Mono<Long> write(String scope, String name, Publisher<ByteBuffer> content);

    /**
     * Reads a payload, in bounded buffers.
     *
     * @signals {@link io.atomflux.error.ArtifactNotFoundException} if there is none
     */
    Flux<ByteBuffer> read(String scope, String name);

    /** Deletes a payload; tells whether there was one. */
    Mono<Boolean> delete(String scope, String name);

    /** Streams the payloads of one scope, not of those below it, ordered by name; with the empty text those of all scopes. */
    Flux<StoredPayload> list(String scope);
}
