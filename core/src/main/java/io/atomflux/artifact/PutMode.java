package io.atomflux.artifact;

/** What to do where a key has an artifact already. */
public enum PutMode {
    /** Replace it. */
    REPLACE,
    /** Refuse with {@link io.atomflux.error.ArtifactExistsException}. */
    FAIL,
    /** Leave it as it is. */
    KEEP
}
