package io.atomflux.artifact.spi;

import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.nio.file.Path;
import java.util.Set;

/** Makes storages for locations; found by {@link java.util.ServiceLoader}. */
public interface ArtifactStorageProvider {

    /** Returns the artefact this provider comes with, e.g. {@code atomflux-backend-redis}. */
    String artifact();

    /** Returns the name of the layout, e.g. {@code folder}, {@code evaluator} or {@code isf}; asked for by {@code layout=}. */
    String layout();

    /** Returns the URI schemes it serves, in lower case; may be empty. */
    Set<String> schemes();

    /** Returns the file suffixes it serves, with dot, in lower case; may be empty. */
    Set<String> suffixes();

    /**
     * Tells whether a folder that exists holds this layout; looks at names of files only, quickly. Called on a thread that
     * may block.
     */
    boolean detects(Path folder);

    /**
     * Makes a storage; does no I/O.
     *
     * @param location its query was merged into the settings of the options
     * @throws io.atomflux.error.InvalidOptionException if an option is unknown or malformed
     */
    ArtifactStorage open(Location location, OpenOptions options);
}
