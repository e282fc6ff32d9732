package io.atomflux.artifact;

import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.value.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an artifact without reading its files.
 *
 * @param key its key
 * @param generation 1 when made, one more with each replacement
 * @param type tag of its data class; empty for a plain value
 * @param descriptor the object's fields, plain values; empty for a plain value
 * @param codec how the value is kept; empty if it has none but its descriptor and files
 * @param metadata provenance under the names of {@link Provenance}, and what the caller added
 * @param files ordered by name
 * @param payloads URLs of payloads it refers to
 */
public record Manifest(
        String key,
        long generation,
        Optional<String> type,
        Map<String, @Nullable Object> descriptor,
        Optional<CodecReference> codec,
        Map<String, @Nullable Object> metadata,
        List<FileEntry> files,
        List<String> payloads) {

    public Manifest {
        files = List.copyOf(files);
        payloads = List.copyOf(payloads);
    }

    /**
     * Writes it as JSON in UTF-8, values as {@link io.atomflux.codec.Json} has them: NaN, arrays and bytes come back as they
     * were.
     *
     * @throws io.atomflux.error.LimitExceededException if it is larger than 4 MiB
     */
    public Bytes toJson() {
        return ManifestJson.write(this);
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is damaged, saying where; also if it names a file outside of its artifact
     */
    public static Manifest ofJson(Bytes json) {
        return ManifestJson.read(json);
    }

    /** Returns this under another key. */
    public Manifest withKey(String other) {
        return new Manifest(other, generation, type, descriptor, codec, metadata, files, payloads);
    }

    /**
     * Names a codec and what it needs for reading.
     *
     * @param id its name
     * @param version it wrote
     * @param parameters plain values
     */
    public record CodecReference(String id, int version, Map<String, @Nullable Object> parameters) {}
}
