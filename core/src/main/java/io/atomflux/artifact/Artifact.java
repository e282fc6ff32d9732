package io.atomflux.artifact;

import io.atomflux.artifact.spi.FileSource;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * One version of an artifact: its manifest, and its value and files, which are read when asked for.
 *
 * <p>What it shows never changes. After a replacement or deletion its files stay readable for the store's retention, and
 * beyond it while {@link FileSource#local} is open.
 */
public interface Artifact {

    /** Returns the key in the store it was found by. */
    String key();

    /** Returns the manifest. */
    Manifest manifest();

    /** Tells what is wrong with its manifest; empty if nothing. A damaged one has only its key. */
    Optional<String> damage();

    /**
     * Reads its value.
     *
     * @signals {@link io.atomflux.error.ValueTypeException} if it is of another type; {@link
     *     io.atomflux.error.UnsupportedDataException} if no codec of its id is known, naming what to add
     */
    <T> Mono<T> value(Class<T> type);

    /** Reads its value, handing options to the codec. */
    <T> Mono<T> value(Class<T> type, Map<String, Object> options);

    /**
     * Returns the object of a data class.
     *
     * @signals {@link io.atomflux.error.ValueTypeException} if it is of another class
     */
    <T> Mono<T> object(ArtifactType<T> type);

    /** Returns its files. */
    FileSource files();
}
