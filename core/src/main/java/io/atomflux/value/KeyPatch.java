package io.atomflux.value;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An immutable patch to which keys can be added, each addition giving a new one; see {@link Patch}. */
public final class KeyPatch implements Patch {

    private final Map<String, @Nullable Object> changes;

    KeyPatch(Map<String, @Nullable Object> changes) {
        this.changes = changes;
    }

    /**
     * Returns this patch with one more key.
     *
     * @throws IllegalArgumentException if the value is of no type a store can hold; names key and type
     */
    public KeyPatch with(String key, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(changes);
        more.put(key, Values.of(key, value));
        return new KeyPatch(Collections.unmodifiableMap(more));
    }

    /** Returns this patch with one more metadata key. */
    public KeyPatch info(String name, @Nullable Object value) {
        return with("info." + name, value);
    }

    /** Returns this patch with one more calculator result. */
    public KeyPatch calc(String name, @Nullable Object value) {
        return with("calc." + name, value);
    }

    /** Returns this patch with one more per-atom array. */
    public KeyPatch array(String name, NdArray value) {
        return with("arrays." + name, value);
    }

    @Override
    public Map<String, @Nullable Object> changes() {
        return changes;
    }

    @Override
    public Row toRow() {
        return Row.of(changes);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof KeyPatch other && changes.equals(other.changes);
    }

    @Override
    public int hashCode() {
        return changes.hashCode();
    }

    @Override
    public String toString() {
        return "Patch" + changes;
    }
}
