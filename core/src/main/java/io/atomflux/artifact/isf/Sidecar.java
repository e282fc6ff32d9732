package io.atomflux.artifact.isf;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.codec.Json;
import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this library knows of a key and the framework has no place for, in a hidden file of the key's folder: hashes of the
 * files, the generation, the id of the version.
 *
 * <p>While a key is being renamed the file has two records, for the old and the new key; else one, which holds whatever the
 * folder is called, as whole databases may have been moved.
 */
final class Sidecar {

    static final String FILE = ".atomflux.json";

    private static final long VERSION = 1;

    private Sidecar() {}

    static String write(List<StoredRecord> records) {
        List<Object> entries = new ArrayList<>();
        for (StoredRecord record : records) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("key", record.key());
            entry.put("revision", record.revision());
            record.identity().ifPresent(identity -> entry.put("identity", identity));
            record.fileSet().ifPresent(set -> entry.put("files", set));
            entry.put(
                    "terms",
                    record.terms().stream()
                            .map(term -> List.of(term.field(), term.value()))
                            .toList());
            entry.put("manifest", record.manifest());
            entries.add(entry);
        }
        return Json.write(Map.of("version", VERSION, "records", entries));
    }

    /**
     * Reads the record of a key.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    static StoredRecord read(String text, String key) {
        if (!(Json.read(text) instanceof Map<?, ?> json)
                || !Long.valueOf(VERSION).equals(json.get("version"))
                || !(json.get("records") instanceof List<?> entries)
                || entries.isEmpty()) {
            throw new IllegalArgumentException(FILE + ": not of version " + VERSION);
        }
        StoredRecord found = null;
        for (Object entry : entries) {
            StoredRecord record = record(entry);
            if (found == null || !found.key().equals(key)) {
                found = record;
            }
        }
        Objects.requireNonNull(found);
        if (found.key().equals(key)) {
            return found;
        }
        return new StoredRecord(
                key,
                found.revision(),
                found.identity(),
                found.terms(),
                Manifest.ofJson(found.manifest()).withKey(key).toJson(),
                found.fileSet());
    }

    private static StoredRecord record(@Nullable Object value) {
        if (value instanceof Map<?, ?> entry
                && entry.get("key") instanceof String key
                && entry.get("revision") instanceof String revision
                && entry.get("manifest") instanceof Bytes manifest
                && entry.get("terms") instanceof List<?> list) {
            List<Term> terms = new ArrayList<>();
            for (Object item : list) {
                if (!(item instanceof List<?> pair)
                        || pair.size() != 2
                        || !(pair.get(0) instanceof String field)
                        || !(pair.get(1) instanceof Bytes bytes)) {
                    throw new IllegalArgumentException(FILE + ": a term is damaged");
                }
                terms.add(new Term(field, bytes));
            }
            return new StoredRecord(
                    key, revision, text(entry.get("identity")), terms, manifest, text(entry.get("files")));
        }
        throw new IllegalArgumentException(FILE + ": a record is damaged");
    }

    private static Optional<String> text(@Nullable Object value) {
        if (value == null) {
            return Optional.empty();
        } else if (value instanceof String text) {
            return Optional.of(text);
        }
        throw new IllegalArgumentException(FILE + ": " + value + " is no text");
    }
}
