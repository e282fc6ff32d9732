package io.atomflux.artifact.spi;

/**
 * A file of a set as the storage sees it.
 *
 * @param name relative, parts separated by {@code /}
 * @param size in bytes
 */
public record StoredFile(String name, long size) {}
