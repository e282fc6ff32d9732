package io.atomflux.value;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys to write into a row, leaving its other keys as they are.
 *
 * <p>{@code Patch.calc("energy", -10.5).info("tag", "done")} sets {@code calc.energy} and {@code info.tag}.
 */
public sealed interface Patch permits KeyPatch {

    /** Returns the keys and values in order; unmodifiable. */
    Map<String, @Nullable Object> changes();

    /** Returns the changes as a row. */
    Row toRow();

    /** Sets one key. */
    static KeyPatch of(String key, @Nullable Object value) {
        return new KeyPatch(Map.of()).with(key, value);
    }

    /** Sets the keys of a map. */
    static KeyPatch of(Map<String, ? extends @Nullable Object> changes) {
        KeyPatch patch = new KeyPatch(Map.of());
        for (Map.Entry<String, ? extends @Nullable Object> change : changes.entrySet()) {
            patch = patch.with(change.getKey(), change.getValue());
        }
        return patch;
    }

    /** Sets a frame's metadata, key {@code info.} and the name. */
    static KeyPatch info(String name, @Nullable Object value) {
        return of("info." + name, value);
    }

    /** Sets a calculator result, key {@code calc.} and the name. */
    static KeyPatch calc(String name, @Nullable Object value) {
        return of("calc." + name, value);
    }

    /** Sets a per-atom array, key {@code arrays.} and the name. */
    static KeyPatch array(String name, NdArray value) {
        return of("arrays." + name, value);
    }
}
