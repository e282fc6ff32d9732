package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.codec.Json;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Manifests as JSON, version 1:
 *
 * <pre>{@code
 * {"format": "atomflux-artifact", "version": 1, "key": "water/300K", "generation": 2, "type": "tag", "descriptor": {…},
 *  "codec": {"id": "npy", "version": 1, "parameters": {…}}, "metadata": {…},
 *  "files": [{"name": "value.npy", "size": 80, "sha256": "…"}], "payloads": ["…"]}
 * }</pre>
 *
 * <p>Type, codec and hashes are left out where there are none; members not known are passed over, so that later versions
 * may add some.
 */
final class ManifestJson {

    private static final String FORMAT = "atomflux-artifact";
    private static final long VERSION = 1;
    private static final int LARGEST = 4 << 20; // half of what the smallest of the storages takes
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private ManifestJson() {}

    static Bytes write(Manifest manifest) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("version", VERSION);
        json.put("key", manifest.key());
        json.put("generation", manifest.generation());
        manifest.type().ifPresent(type -> json.put("type", type));
        json.put("descriptor", manifest.descriptor());
        manifest.codec()
                .ifPresent(codec -> json.put(
                        "codec",
                        Map.of("id", codec.id(), "version", (long) codec.version(), "parameters", codec.parameters())));
        json.put("metadata", manifest.metadata());
        json.put("files", manifest.files().stream().map(ManifestJson::file).toList());
        json.put("payloads", manifest.payloads());
        Bytes bytes = Bytes.ofText(Json.write(json));
        if (bytes.length() > LARGEST) {
            throw new LimitExceededException(
                    "manifest of artifact \"%s\"".formatted(manifest.key()),
                    bytes.length(),
                    LARGEST,
                    "put large values into files, not into the descriptor or metadata");
        }
        return bytes;
    }

    private static Map<String, Object> file(FileEntry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", entry.name());
        json.put("size", entry.size());
        entry.sha256().ifPresent(hash -> json.put("sha256", hash));
        return json;
    }

    static Manifest read(Bytes bytes) {
        if (bytes.length() > 2 * LARGEST) {
            throw bad("manifest", bytes.length() + " bytes", "at most " + LARGEST);
        }
        Map<?, ?> json = object("manifest", Json.read(new String(bytes.toArray(), StandardCharsets.UTF_8)));
        if (!FORMAT.equals(json.get("format"))) {
            throw bad("format", json.get("format"), FORMAT);
        }
        if (integer("version", json.get("version")) > VERSION) {
            throw bad("version", json.get("version"), "at most " + VERSION + "; a newer Atomflux wrote it");
        }
        long generation = integer("generation", json.get("generation"));
        if (generation < 1) {
            throw bad("generation", generation, "1 or more");
        }
        try {
            return new Manifest(
                    ArtifactKey.parse(text("key", json.get("key"))).toString(),
                    generation,
                    Optional.ofNullable(json.get("type")).map(type -> text("type", type)),
                    members("descriptor", json.get("descriptor")),
                    Optional.ofNullable(json.get("codec")).map(codec -> codec(object("codec", codec))),
                    members("metadata", json.get("metadata")),
                    files(list("files", json.get("files"))),
                    list("payloads", json.get("payloads")).stream()
                            .map(url -> text("payload", url))
                            .toList());
        } catch (InvalidNameException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static Manifest.CodecReference codec(Map<?, ?> json) {
        return new Manifest.CodecReference(
                text("codec id", json.get("id")),
                Math.toIntExact(integer("codec version", json.get("version"))),
                members("codec parameters", json.get("parameters")));
    }

    private static List<FileEntry> files(List<?> json) {
        List<FileEntry> files = new ArrayList<>(json.size());
        Set<String> names = new HashSet<>();
        for (Object item : json) {
            Map<?, ?> file = object("file", item);
            String name = ArtifactKey.fileName(text("file name", file.get("name")));
            long size = integer("file size", file.get("size"));
            Optional<String> hash = Optional.ofNullable(file.get("sha256")).map(given -> text("sha256", given));
            if (size < 0 || !names.add(name)) {
                throw bad("file \"" + name + "\"", size < 0 ? size : "twice", "once, with a size");
            }
            if (hash.isPresent() && !SHA256.matcher(hash.get()).matches()) {
                throw bad("sha256 of \"" + name + "\"", hash.get(), "64 hexadecimal digits");
            }
            files.add(new FileEntry(name, size, hash));
        }
        return files;
    }

    private static Map<?, ?> object(String what, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw bad(what, value, "an object");
    }

    @SuppressWarnings("unchecked") // JSON has no other keys
    private static Map<String, @Nullable Object> members(String what, @Nullable Object value) {
        return (Map<String, @Nullable Object>) object(what, value);
    }

    private static List<?> list(String what, @Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw bad(what, value, "a list");
    }

    private static String text(String what, @Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw bad(what, value, "a text");
    }

    private static long integer(String what, @Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw bad(what, value, "an integer");
    }

    private static IllegalArgumentException bad(String what, @Nullable Object found, String expected) {
        String shown = String.valueOf(found);
        return new IllegalArgumentException("%s: %s (expected: %s)"
                .formatted(what, shown.length() > 80 ? shown.substring(0, 80) + "…" : shown, expected));
    }
}
