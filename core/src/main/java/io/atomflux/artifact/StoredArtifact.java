package io.atomflux.artifact;

import io.atomflux.artifact.spi.FileSource;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Values;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A record that was read, with its manifest, if that is whole. */
final class StoredArtifact implements Artifact {

    private final Core core;
    private final StoredRecord record;
    private final Manifest manifest;
    private final @Nullable IllegalArgumentException damage;

    private StoredArtifact(
            Core core, StoredRecord record, Manifest manifest, @Nullable IllegalArgumentException damage) {
        this.core = core;
        this.record = record;
        this.manifest = manifest;
        this.damage = damage;
    }

    /** Reads a record; a damaged one gives an artifact that says so. */
    static StoredArtifact of(Core core, StoredRecord record, String prefix) {
        String key = record.key().substring(prefix.length());
        try {
            Manifest manifest = Manifest.ofJson(record.manifest());
            if (!manifest.key().equals(record.key())) {
                throw new IllegalArgumentException("key: %s (expected: %s)".formatted(manifest.key(), record.key()));
            }
            if (record.fileSet().isEmpty() && !manifest.files().isEmpty()) {
                throw new IllegalArgumentException("files: %d (expected: none, as it has no set of files)"
                        .formatted(manifest.files().size()));
            }
            return new StoredArtifact(core, record, manifest.withKey(key), null);
        } catch (IllegalArgumentException e) {
            Manifest nothing =
                    new Manifest(key, 1, Optional.empty(), Map.of(), Optional.empty(), Map.of(), List.of(), List.of());
            return new StoredArtifact(core, record, nothing, e);
        }
    }

    StoredRecord record() {
        return record;
    }

    @Override
    public String key() {
        return manifest.key();
    }

    @Override
    public Manifest manifest() {
        return manifest;
    }

    @Override
    public Optional<String> damage() {
        return Optional.ofNullable(damage).map(problem -> String.valueOf(problem.getMessage()));
    }

    /** Throws if its manifest is damaged. */
    StoredArtifact whole() {
        if (damage != null) {
            throw new CorruptDataException(core.name(), place(), String.valueOf(damage.getMessage()), damage);
        }
        return this;
    }

    private String place() {
        return "artifact \"" + key() + "\"";
    }

    @Override
    public <T> Mono<T> value(Class<T> type) {
        return value(type, Map.of());
    }

    @Override
    public <T> Mono<T> value(Class<T> type, Map<String, Object> options) {
        return Mono.defer(() -> {
            whole();
            Optional<Manifest.CodecReference> codec = manifest.codec();
            if (codec.isEmpty()) {
                return Mono.fromSupplier(() -> typed(described(type), type));
            }
            return core.reading(codec.get(), key())
                    .read(files(), codec.get().parameters(), type, options)
                    .map(value -> typed(value, type));
        });
    }

    /** Returns what an artifact without a codec is: an object of a known class, else its descriptor. */
    private Object described(Class<?> wanted) {
        ArtifactType<?> known = manifest.type().map(core::type).orElse(null);
        return known == null || wanted == Map.class ? manifest.descriptor() : read(known);
    }

    private <T> T typed(Object value, Class<T> type) {
        T typed = Values.as(value, type);
        if (typed == null) {
            throw new ValueTypeException(
                    place() + " of " + core.name(),
                    type.getSimpleName(),
                    value.getClass().getSimpleName());
        }
        return typed;
    }

    @Override
    public <T> Mono<T> object(ArtifactType<T> type) {
        return Mono.fromSupplier(() -> read(type));
    }

    /**
     * Reads the object.
     *
     * @throws CorruptDataException if the manifest, or the descriptor in it, is damaged
     * @throws ValueTypeException if it is of another class
     */
    <T> T read(ArtifactType<T> type) {
        whole();
        if (!manifest.type().equals(Optional.of(type.tag()))) {
            throw new ValueTypeException(
                    place() + " of " + core.name(),
                    "data class " + type.tag(),
                    manifest.type().map(tag -> "data class " + tag).orElse("a plain value"));
        }
        try {
            return type.read(manifest.descriptor());
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(core.name(), place(), "descriptor: " + e.getMessage(), e);
        }
    }

    @Override
    public FileSource files() {
        Mono<Boolean> stands = Mono.defer(() -> core.storage().load(record.key()))
                .map(now -> now.fileSet().equals(record.fileSet()))
                .defaultIfEmpty(false);
        return new ArtifactFiles(
                core.storage().files(), core.name(), key(), record.fileSet(), manifest.files(), stands);
    }

    @Override
    public String toString() {
        return "Artifact[%s, generation %d]".formatted(key(), manifest.generation());
    }
}
