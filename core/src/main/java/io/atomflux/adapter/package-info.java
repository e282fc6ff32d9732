/**
 * Turns one kind of backend into another: blocking into reactive, bytes into values and back, writable into read-only,
 * several into one, a
 * slow one into one that keeps what was read.
 *
 * <p>Start at {@link io.atomflux.adapter.Adapters}; {@link io.atomflux.adapter.Bridge} says how a blocking backend runs.
 * May import {@code io.atomflux.spi}, {@code codec}, {@code value} and {@code error}.
 */
@NullMarked
package io.atomflux.adapter;

import org.jspecify.annotations.NullMarked;
