package io.atomflux.artifact.spi;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Turns values into files and back. Codecs form a closed registry: a manifest names one by id, never a class.
 *
 * <p>Those on the class path are found by {@link java.util.ServiceLoader}; further ones are given when a store is opened.
 */
public interface ArtifactCodec {

    /** Returns its name in manifests, e.g. {@code npy}; lower case letters, digits and dashes. */
    String id();

    /** Returns the version it writes; it reads all up to it. */
    int version();

    /** Tells whether it can keep a value exactly, looking at its type and at most a little of its content. */
    boolean accepts(Object value);

    /** Returns the names of the options it understands on writing and reading, for messages. */
    default Set<String> options() {
        return Set.of();
    }

    /**
     * Writes a value as files.
     *
     * @param options by name; unknown ones are refused
     * @return parameters that reading needs, kept in the manifest: plain values only
     * @signals {@link io.atomflux.error.UnsupportedDataException} if the value is not representable, naming where in it
     */
    Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options);

    /**
     * Reads a value back, equal to what was written.
     *
     * @param parameters what writing answered
     * @param wanted the type the caller asked for; a codec that can answer several forms looks at it, others answer theirs
     * @param options by name, e.g. {@code columns}; unknown ones are refused
     * @signals {@link io.atomflux.error.CorruptDataException} naming the file
     */
    Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options);
}
