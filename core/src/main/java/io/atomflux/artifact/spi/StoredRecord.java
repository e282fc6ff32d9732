package io.atomflux.artifact.spi;

import io.atomflux.value.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * One version of an artifact as a storage keeps it.
 *
 * @param key the artifact's key as text, see {@link ArtifactKey}
 * @param revision an id of this version, never used again; what conditional changes compare
 * @param identity what no two records of a storage share at one time; empty if duplicates are allowed
 * @param terms what {@link ArtifactStorage#lookup} finds it by
 * @param manifest the manifest as JSON in UTF-8; a storage does not look into it
 * @param fileSet id of its set of files; empty if it has none
 */
public record StoredRecord(
        String key,
        String revision,
        Optional<String> identity,
        List<Term> terms,
        Bytes manifest,
        Optional<String> fileSet) {

    public StoredRecord {
        terms = List.copyOf(terms);
    }
}
