package io.atomflux.value;

import java.util.Objects;

/**
 * A moment in the history of a store, from which {@code changes} can go on.
 *
 * @param token opaque text, made by the backend; safe to keep in a file
 */
public record Revision(String token) {
    public Revision {
        Objects.requireNonNull(token, "token");
    }
}
