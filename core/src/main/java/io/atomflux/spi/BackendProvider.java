package io.atomflux.spi;

import java.util.Set;

/**
 * Makes backends for locations; found by {@link java.util.ServiceLoader}.
 *
 * <p>A scheme or suffix claimed by two providers is an error for whoever opens such a location.
 */
public interface BackendProvider {

    /** Returns the artefact this provider comes with, e.g. {@code atomflux-backend-memory}. */
    String artifact();

    /** Returns the URI schemes it serves, in lower case; may be empty. */
    Set<String> schemes();

    /** Returns the file suffixes it serves, with dot, in lower case, e.g. {@code .lmdb}; may be empty. */
    Set<String> suffixes();

    /**
     * Makes the backend of a location.
     *
     * <p>Does no I/O: a missing place shows when something is subscribed.
     *
     * @param location where the store is; its query was merged into the settings of the options
     * @param options how to open it
     * @return a backend of either kind of rows
     * @throws io.atomflux.error.InvalidOptionException if an option is unknown or malformed
     * @throws io.atomflux.error.InvalidNameException if the group's name is refused
     */
    RowBackend<?> open(Location location, OpenOptions options);
}
