package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.codec.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside an object that Evaluator's layout has no place for. It counts only as long as the object's text and its
 * files are those it was written for: whoever changes them otherwise makes a new version, of which nothing is known.
 *
 * @param revision of the record
 * @param generation of the artifact
 * @param text SHA-256 of the object's JSON
 * @param set of files; empty if there is none
 * @param metadata of the manifest
 * @param files of the manifest, with hashes
 * @param modified when each file was changed last, in milliseconds, beside its name
 */
record Sidecar(
        String revision,
        long generation,
        String text,
        Optional<String> set,
        Map<String, @Nullable Object> metadata,
        List<FileEntry> files,
        Map<String, Long> modified) {

    static Sidecar of(
            String revision, Manifest manifest, byte[] json, Optional<String> set, Map<String, Long> modified) {
        return new Sidecar(
                revision, manifest.generation(), sha256(json), set, manifest.metadata(), manifest.files(), modified);
    }

    byte[] write() {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        out.put("version", 1L);
        out.put("revision", revision);
        out.put("generation", generation);
        out.put("text", text);
        set.ifPresent(id -> out.put("set", id));
        out.put("metadata", metadata);
        List<Object> entries = new ArrayList<>();
        for (FileEntry file : files) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("name", file.name());
            one.put("size", file.size());
            one.put("modified", modified.get(file.name()));
            file.sha256().ifPresent(hash -> one.put("sha256", hash));
            entries.add(one);
        }
        out.put("files", entries);
        return Json.write(out).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads one; empty if it is damaged, as it holds nothing that an object cannot do without. */
    @SuppressWarnings("unchecked") // JSON has no other keys
    static Optional<Sidecar> read(byte[] json) {
        try {
            Map<String, @Nullable Object> in =
                    (Map<String, @Nullable Object>) Json.read(new String(json, StandardCharsets.UTF_8));
            if (in == null || !Long.valueOf(1).equals(in.get("version"))) {
                return Optional.empty();
            }
            List<FileEntry> files = new ArrayList<>();
            Map<String, Long> modified = new LinkedHashMap<>();
            for (Object item : (List<?>) Required.field("files", in.get("files"))) {
                Map<String, @Nullable Object> file = (Map<String, @Nullable Object>) item;
                String name = (String) Required.field("name", file.get("name"));
                files.add(new FileEntry(
                        name, (Long) Required.field("size", file.get("size")), Optional.ofNullable((String)
                                file.get("sha256"))));
                modified.put(name, (Long) Required.field("modified", file.get("modified")));
            }
            return Optional.of(new Sidecar(
                    (String) Required.field("revision", in.get("revision")),
                    (Long) Required.field("generation", in.get("generation")),
                    (String) Required.field("text", in.get("text")),
                    Optional.ofNullable((String) in.get("set")),
                    (Map<String, @Nullable Object>) Required.field("metadata", in.get("metadata")),
                    files,
                    modified));
        } catch (IllegalArgumentException | ClassCastException e) {
            return Optional.empty();
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
