package io.atomflux.file.columnar.tree;

import java.util.Objects;

/**
 * The value of an attribute that points to a group or an array of the same file; only HDF5 has such.
 *
 * @param path where it points to, parts joined by {@code /}; empty for the root
 */
public record Reference(String path) {
    public Reference {
        Objects.requireNonNull(path, "path");
    }
}
