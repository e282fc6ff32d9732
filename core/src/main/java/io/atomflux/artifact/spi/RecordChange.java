package io.atomflux.artifact.spi;

import java.util.Optional;

/** One change that a storage makes as a whole, see {@link ArtifactStorage#commit}. */
public sealed interface RecordChange {

    /**
     * Puts a record under its key.
     *
     * @param expected the revision that must stand there now; empty if nothing may stand there
     */
    record Put(StoredRecord record, Optional<String> expected) implements RecordChange {}

    /**
     * Deletes a record.
     *
     * @param expected the revision that must stand there now
     */
    record Delete(String key, String expected) implements RecordChange {}

    /**
     * Moves a record to another key that has none; its set of files stays.
     *
     * @param record as it stands under the new key, with a new revision and the same set of files
     * @param from the key it has now
     * @param expected the revision that must stand there now
     */
    record Rename(StoredRecord record, String from, String expected) implements RecordChange {}
}
