package io.atomflux.artifact.mltraq;

/** What to do where an experiment of the same name or id is persisted already. */
public enum IfExists {
    /** Refuse with {@link io.atomflux.error.ArtifactExistsException}, and change nothing. */
    FAIL,
    /** Put this one in its place. */
    REPLACE
}
