package io.atomflux.artifact.spi;

import io.atomflux.value.Bytes;
import reactor.core.publisher.Mono;

/**
 * The least a storage of one's own must do: keep bytes by name.
 *
 * <p>{@code ArtifactStore.of(SimpleStorage)} builds everything else on it; the index is kept in objects of the storage too,
 * and in memory as a whole, and only one process at a time may change the store. What is deleted is replaced by no bytes.
 */
public interface SimpleStorage {

    /**
     * Stores bytes under a name, replacing what is there, durable when it completes; a reader sees the old or the new ones.
     *
     * @param name letters, digits, dash and underscore, at most 128 characters
     */
    Mono<Void> store(String name, Bytes content);

    /** Returns the bytes of a name; empty if there are none. */
    Mono<Bytes> retrieve(String name);

    /** Tells whether a name has bytes. */
    Mono<Boolean> exists(String name);
}
