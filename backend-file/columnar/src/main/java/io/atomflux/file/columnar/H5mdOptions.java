package io.atomflux.file.columnar;

import java.util.Objects;

/**
 * What a new H5MD file says of where it comes from (H5MD 1.1, "H5MD metadata").
 *
 * @param authorName who made it; the document requires one
 * @param authorEmail how to reach the author; empty to leave it out
 * @param creatorName the program that made it
 * @param creatorVersion its version
 */
record H5mdOptions(String authorName, String authorEmail, String creatorName, String creatorVersion) {

    /** An unknown author who used this library. */
    static final H5mdOptions NONE = new H5mdOptions("unknown", "", "atomflux", version());

    H5mdOptions {
        Objects.requireNonNull(authorName, "authorName");
        Objects.requireNonNull(authorEmail, "authorEmail");
        Objects.requireNonNull(creatorName, "creatorName");
        Objects.requireNonNull(creatorVersion, "creatorVersion");
    }

    /** Takes what options of HDF5 say of it. */
    static H5mdOptions from(Hdf5Options options) {
        return new H5mdOptions(
                options.authorName().orElse(NONE.authorName),
                options.authorEmail().orElse(NONE.authorEmail),
                options.creator().orElse(NONE.creatorName),
                options.creatorVersion().orElse(options.creator().isPresent() ? "unknown" : NONE.creatorVersion));
    }

    private static String version() {
        String version = H5mdOptions.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}
