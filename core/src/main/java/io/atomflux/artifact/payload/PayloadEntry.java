package io.atomflux.artifact.payload;

import java.time.Instant;

/**
 * A payload that is there.
 *
 * @param url where
 * @param length of the stored bytes
 * @param changed when it was written
 */
public record PayloadEntry(PayloadUrl url, long length, Instant changed) {}
