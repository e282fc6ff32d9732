package io.atomflux.artifact;

import java.util.List;

/**
 * An artifact that a query found.
 *
 * @param values what matched, one per criterion in the order of the query
 * @param object the object
 * @param artifact its artifact: key, manifest, files
 */
public record Match<T>(List<Object> values, T object, Artifact artifact) {

    public Match {
        values = List.copyOf(values);
    }
}
