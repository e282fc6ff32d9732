package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.value.Bytes;
import java.util.Objects;

/** Makes storages that live in the memory of this process. */
public final class MemoryStorage {

    private MemoryStorage() {}

    /**
     * Makes an empty storage that exists as long as it is used; closing it ends it.
     *
     * @param name for messages
     */
    public static ArtifactStorage create(String name) {
        MemoryCatalog catalog = new MemoryCatalog(Objects.requireNonNull(name, "name"));
        catalog.make(Bytes.ofText(Ids.random()));
        return CatalogStorage.of(catalog, new MemoryFiles(name));
    }
}
