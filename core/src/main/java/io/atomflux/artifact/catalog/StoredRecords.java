package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.value.Bytes;

/** Reads what a {@link CatalogStorage} keeps, for storages that mend their catalog. */
public final class StoredRecords {

    private StoredRecords() {}

    /**
     * Reads a record.
     *
     * @param store the place for messages
     * @throws io.atomflux.error.CorruptDataException if it is damaged
     */
    public static StoredRecord read(String store, String key, Bytes value) {
        return RecordFormat.read(store, key, value);
    }
}
