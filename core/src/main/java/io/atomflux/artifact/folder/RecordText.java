package io.atomflux.artifact.folder;

import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.codec.Json;
import io.atomflux.value.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record as JSON, for people and for making a lost index again: {@code record} with version 1, {@code key}, {@code revision},
 * {@code identity}, {@code terms} as pairs of field and bytes, {@code fileSet}, and {@code manifest}: JSON of its own as a
 * text, or bytes if it is none.
 */
final class RecordText {

    private static final long VERSION = 1;

    private RecordText() {}

    static String of(StoredRecord record) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("record", VERSION);
        fields.put("key", record.key());
        fields.put("revision", record.revision());
        fields.put("identity", record.identity().orElse(null));
        List<Object> terms = new ArrayList<>();
        record.terms().forEach(term -> terms.add(List.of(term.field(), term.value())));
        fields.put("terms", terms);
        fields.put("fileSet", record.fileSet().orElse(null));
        fields.put("manifest", manifest(record.manifest()));
        return Json.write(fields) + "\n";
    }

    private static Object manifest(Bytes manifest) {
        String text = new String(manifest.toArray(), StandardCharsets.UTF_8);
        return Bytes.ofText(text).equals(manifest) ? text : manifest;
    }

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException if it is damaged, saying how
     */
    static StoredRecord read(String json) {
        if (!(Json.read(json) instanceof Map<?, ?> fields)
                || !Long.valueOf(VERSION).equals(fields.get("record"))) {
            throw new IllegalArgumentException("no record of version " + VERSION);
        }
        List<Term> terms = new ArrayList<>();
        for (Object term : needed(fields, "terms", List.class)) {
            if (!(term instanceof List<?> pair) || pair.size() != 2 || !(pair.get(1) instanceof Bytes value)) {
                throw new IllegalArgumentException("a term that is no pair of field and bytes");
            }
            terms.add(new Term(String.valueOf(pair.get(0)), value));
        }
        Object manifest = fields.get("manifest");
        return new StoredRecord(
                needed(fields, "key", String.class),
                needed(fields, "revision", String.class),
                Optional.ofNullable((String) fields.get("identity")),
                terms,
                manifest instanceof Bytes bytes ? bytes : Bytes.ofText(needed(fields, "manifest", String.class)),
                Optional.of(needed(fields, "fileSet", String.class)));
    }

    private static <T> T needed(Map<?, ?> fields, String name, Class<T> type) {
        Object value = fields.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("no " + name);
        }
        return type.cast(value);
    }
}
