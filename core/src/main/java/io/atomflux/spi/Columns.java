package io.atomflux.spi;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Which keys of a row to read: all of them, or listed ones; listing none reads no values. */
public final class Columns {

    /** All keys. */
    public static final Columns ALL = new Columns(Optional.empty());

    private final Optional<List<String>> keys;

    private Columns(Optional<List<String>> keys) {
        this.keys = keys;
    }

    /** Returns the listed keys in order, each once. */
    public static Columns of(Collection<String> keys) {
        return new Columns(Optional.of(List.copyOf(new LinkedHashSet<>(keys))));
    }

    /** Returns the listed keys, or empty for all. */
    public Optional<List<String>> keys() {
        return keys;
    }

    /** Tells whether all keys are wanted. */
    public boolean isAll() {
        return keys.isEmpty();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Columns other && keys.equals(other.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }

    @Override
    public String toString() {
        return keys.map(List::toString).orElse("all keys");
    }
}
