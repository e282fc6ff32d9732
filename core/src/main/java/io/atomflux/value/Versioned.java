package io.atomflux.value;

/**
 * A row with the version it had when read.
 *
 * @param row the row; possibly the reserved one
 * @param version its version
 * @param <R> the kind of row
 */
public record Versioned<R>(R row, Version version) {}
