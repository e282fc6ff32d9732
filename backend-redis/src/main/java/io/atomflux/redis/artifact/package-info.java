/**
 * Artifacts in Redis: a catalog in one sorted set and one hash, files in parts, locks with leases.
 *
 * <p>Start at {@link io.atomflux.redis.artifact.RedisArtifactProvider}, which is found by itself. May import {@code
 * io.atomflux.redis}, {@code io.atomflux.artifact.spi}, {@code io.atomflux.artifact.catalog}, {@code io.atomflux.spi},
 * {@code io.atomflux.value} and {@code io.atomflux.error} only.
 */
@NullMarked
package io.atomflux.redis.artifact;

import org.jspecify.annotations.NullMarked;
