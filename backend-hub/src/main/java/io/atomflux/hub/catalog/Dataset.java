package io.atomflux.hub.catalog;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files of one configuration and split at one commit.
 *
 * @param id {@code namespace/name}, after renames
 * @param revision the one asked for
 * @param commit 40 hexadecimal digits
 * @param configuration the one chosen
 * @param split the one or ones chosen
 * @param files in the order in which their rows follow each other; at least one, all of one format
 * @param features what the card says of the columns, as JSON-like maps and lists; empty if it says nothing
 * @param declaredRows how many rows the card declares; may be wrong
 */
public record Dataset(
        String id,
        String revision,
        String commit,
        String configuration,
        String split,
        List<DataFile> files,
        Optional<Object> features,
        OptionalLong declaredRows) {
    public Dataset {
        files = List.copyOf(files);
    }
}
