package io.atomflux.artifact;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says how artifacts came about; its answer becomes part of their metadata.
 *
 * <p>Never fails a put: what cannot be told is left out.
 */
@FunctionalInterface
public interface Provenance {

    /** Name of the entry for the time of the put, nine integers as {@code time.struct_time} has them, UTC. */
    String TIME = "time";

    /** Name of the entry for the codec. */
    String CODEC = "dumper";

    /** Name of the entry for versions of libraries and the runtime, a map. */
    String VERSIONS = "module_versions";

    /** Name of the entry for the host's name. */
    String HOST = "hostname";

    /** Name of the entry for the commit of the caller's working copy. */
    String COMMIT = "full-revisionid";

    /** Name of the entry that tells whether the working copy had changes. */
    String DIRTY = "dirty";

    /** Returns plain values by name; called on a thread that may block, once for an opened store unless it says otherwise. */
    Map<String, @Nullable Object> collect();

    /** Tells whether to ask for each put anew. */
    default boolean changes() {
        return false;
    }

    /**
     * Tells versions of the runtime and of libraries on the class path (from the names of their files), the host's name,
     * and, if the working folder lies in a working copy of Git, its commit and whether it had changes. Nothing of the user,
     * of the environment or of paths.
     */
    static Provenance standard() {
        return StandardProvenance.ONE;
    }

    /** Tells nothing. */
    static Provenance none() {
        return Map::of;
    }
}
