package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;

/**
 * What became of a put.
 *
 * @param key where the artifact is
 * @param action what was done
 * @param generation of the artifact that stands now: 1 when made, one more with each replacement
 */
public record PutResult(ArtifactKey key, Action action, long generation) {

    /** What was done. */
    public enum Action {
        /** Made new. */
        CREATED,
        /** Put in the place of an older one. */
        REPLACED,
        /** Not stored, as what is there stays. Files that were to be moved have not been touched. */
        KEPT_EXISTING
    }
}
