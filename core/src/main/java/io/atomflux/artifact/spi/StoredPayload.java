package io.atomflux.artifact.spi;

import java.time.Instant;

/**
 * A payload as its storage sees it.
 *
 * @param scope the scope it is in
 * @param name its name in the scope
 * @param size in bytes
 * @param changed when it was written, by the storage's clock
 */
public record StoredPayload(String scope, String name, long size, Instant changed) {}
