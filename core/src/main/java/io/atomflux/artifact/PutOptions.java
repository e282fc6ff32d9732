package io.atomflux.artifact;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** How to put an artifact; immutable. */
public final class PutOptions {

    private static final PutOptions NONE = new PutOptions(
            PutMode.REPLACE, Optional.empty(), Map.of(), Map.of(), OptionalLong.empty(), Optional.empty());

    private final PutMode mode;
    private final Optional<String> codec;
    private final Map<String, Object> codecOptions;
    private final Map<String, Object> metadata;
    private final OptionalLong generation;
    private final Optional<String> key;

    private PutOptions(
            PutMode mode,
            Optional<String> codec,
            Map<String, Object> codecOptions,
            Map<String, Object> metadata,
            OptionalLong generation,
            Optional<String> key) {
        this.mode = mode;
        this.codec = codec;
        this.codecOptions = codecOptions;
        this.metadata = metadata;
        this.generation = generation;
        this.key = key;
    }

    /** Replaces what is there, with the codec the store chooses. */
    public static PutOptions none() {
        return NONE;
    }

    /** Sets what to do where there is one already. */
    public PutOptions mode(PutMode value) {
        return new PutOptions(Objects.requireNonNull(value, "mode"), codec, codecOptions, metadata, generation, key);
    }

    /** Chooses the codec by its id, e.g. {@code npz}. */
    public PutOptions codec(String id) {
        return new PutOptions(mode, Optional.of(id), codecOptions, metadata, generation, key);
    }

    /** Hands an option to the codec. */
    public PutOptions codecOption(String name, Object value) {
        return new PutOptions(mode, codec, with(codecOptions, name, value), metadata, generation, key);
    }

    /** Adds an entry to the metadata; a plain value. */
    public PutOptions metadata(String name, Object value) {
        return new PutOptions(mode, codec, codecOptions, with(metadata, name, value), generation, key);
    }

    /** Puts only if the artifact has this generation now; 0 for none. */
    public PutOptions ifGeneration(long value) {
        return new PutOptions(mode, codec, codecOptions, metadata, OptionalLong.of(value), key);
    }

    /** Chooses the key of a new object of a data class, in place of a random one. */
    public PutOptions key(String value) {
        return new PutOptions(mode, codec, codecOptions, metadata, generation, Optional.of(value));
    }

    public PutMode mode() {
        return mode;
    }

    public Optional<String> codec() {
        return codec;
    }

    public Map<String, Object> codecOptions() {
        return codecOptions;
    }

    public Map<String, Object> metadata() {
        return metadata;
    }

    public OptionalLong generation() {
        return generation;
    }

    public Optional<String> key() {
        return key;
    }

    private static Map<String, Object> with(Map<String, Object> map, String name, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(map);
        copy.put(name, Objects.requireNonNull(value, name));
        return Collections.unmodifiableMap(copy);
    }
}
