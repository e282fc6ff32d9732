package io.atomflux.artifact;

import io.atomflux.codec.Digest;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * When two objects of a data class are the same thing: equal identities, which are plain values compared by a SHA-256 over
 * their canonical form; a field that is not set (null) equals only one that is not set.
 */
public final class IdentityPolicy<T> {

    private static final IdentityPolicy<Object> KEEP_ALL = new IdentityPolicy<>(null);

    private final @Nullable Function<T, List<@Nullable Object>> values;

    private IdentityPolicy(@Nullable Function<T, List<@Nullable Object>> values) {
        this.values = values;
    }

    /** No two objects are the same thing; each put makes an artifact. */
    @SuppressWarnings("unchecked") // holds no T
    public static <T> IdentityPolicy<T> keepAll() {
        return (IdentityPolicy<T>) KEEP_ALL;
    }

    /** The same thing if these values are equal, in order; plain values. */
    public static <T> IdentityPolicy<T> fields(Function<T, List<@Nullable Object>> values) {
        return new IdentityPolicy<>(values);
    }

    /**
     * Returns the identity of an object as records have it: the SHA-256, in hexadecimal digits, of the line that {@link
     * Digest} writes for the row of {@code type} (the tag) and {@code identity} (the values), all NaN and both zeros being
     * one each; empty if its class has none.
     */
    public static <T> Optional<String> digest(ArtifactType<T> type, T object) {
        return Optional.ofNullable(type.identity().of(object)).map(values -> Canonical.hash(type.tag(), values));
    }

    /** Returns the values of an object's identity; null if it has none. */
    @Nullable
    List<@Nullable Object> of(T object) {
        return values == null ? null : values.apply(object);
    }
}
