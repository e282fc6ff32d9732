package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.spi.FileSource;

/**
 * An object that was retrieved, and its artifact: one version of both, which stays as it is.
 *
 * @param key its key
 * @param object the object; immutable
 * @param artifact manifest and files
 */
public record StoredObject<T extends StoredData>(String key, T object, Artifact artifact) {

    /** Returns its files; {@link FileSource#local} gives them as a folder. */
    public FileSource files() {
        return artifact.files();
    }
}
