package io.atomflux.artifact.spi;

import java.nio.file.Path;
import reactor.core.publisher.Flux;

/**
 * Turns raw data of other programs into values under keys, for {@code ArtifactImports}.
 *
 * @param <T> what it reads them from, e.g. a {@link Path}
 */
@FunctionalInterface
public interface Importer<T> {

    /** Streams what to put; one item is put before the next is asked for. */
    Flux<Item> read(T source);

    /**
     * A value and its key.
     *
     * @param key parts between slashes
     * @param value as {@code ArtifactStore.put} takes it
     */
    record Item(String key, Object value) {}
}
