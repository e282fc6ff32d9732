package io.atomflux.value;

import java.util.Objects;

/**
 * Names one state of one row; only compared, never read.
 *
 * @param token opaque, made by the backend; no two states of a row share one
 */
public record Version(Bytes token) {
    public Version {
        Objects.requireNonNull(token, "token");
    }
}
