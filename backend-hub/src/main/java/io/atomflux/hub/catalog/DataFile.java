package io.atomflux.hub.catalog;

import java.util.Optional;

/**
 * A file of a repository.
 *
 * @param path from the root of the repository
 * @param size in bytes, of the content
 * @param sha256 of the content, in lower-case hexadecimal digits, if the hub keeps it as a large file
 * @param oid the SHA-1 of its git blob
 * @param format how it is read
 */
public record DataFile(String path, long size, Optional<String> sha256, Optional<String> oid, Format format) {

    /** How the rows of a file are kept. */
    public enum Format {
        PARQUET,
        /** One JSON object on each line. */
        JSON_LINES
    }
}
