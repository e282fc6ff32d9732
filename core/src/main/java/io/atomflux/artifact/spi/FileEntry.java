package io.atomflux.artifact.spi;

import java.util.Optional;

/**
 * A file of an artifact as its manifest has it.
 *
 * @param name relative, parts separated by {@code /}
 * @param size in bytes
 * @param sha256 64 hexadecimal digits; empty in layouts of other programs, which keep none
 */
public record FileEntry(String name, long size, Optional<String> sha256) {}
