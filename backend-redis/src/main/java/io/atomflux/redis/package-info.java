/**
 * Stores rows in Redis or a Redis cluster, in the layout of the Python package asebytes.
 *
 * <p>Start at {@code RedisProvider}, which {@code redis://}, {@code rediss://} and {@code
 * redis-cluster://} locations find by themselves, and {@code RedisOptions}. May import core, Reactor and
 * lettuce; nothing may import this package but users who give typed options.
 */
@NullMarked
package io.atomflux.redis;

import org.jspecify.annotations.NullMarked;
