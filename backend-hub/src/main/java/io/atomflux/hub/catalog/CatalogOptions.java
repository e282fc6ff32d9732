package io.atomflux.hub.catalog;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How datasets are found.
 *
 * @param cacheFolder the hub's cache folder (by default {@code ~/.cache/huggingface/hub}), read if it is there and written
 *     only when a download is asked for; empty for none
 * @param offline whether only the cache folder is asked
 * @param partialConversions whether a conversion of the hub that holds only the first rows of a split is accepted
 */
public record CatalogOptions(Optional<Path> cacheFolder, boolean offline, boolean partialConversions) {

    /** Returns options without a cache folder. */
    public static CatalogOptions uncached() {
        return new CatalogOptions(Optional.empty(), false, false);
    }

    /** Returns options with a cache folder. */
    public static CatalogOptions cachedIn(Path folder) {
        return new CatalogOptions(Optional.of(folder), false, false);
    }

    /** Returns the same, with or without asking the hub. */
    public CatalogOptions offline(boolean only) {
        return new CatalogOptions(cacheFolder, only, partialConversions);
    }
}
