package io.atomflux;

/**
 * An element of a view with the position of its row.
 *
 * @param position zero-based position in the store, at the moment the stream began
 * @param value the element
 * @param <T> the kind of element
 */
public record Indexed<T>(long position, T value) {}
