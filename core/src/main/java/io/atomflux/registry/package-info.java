/**
 * From a location to a backend.
 *
 * <p>Start at {@link io.atomflux.registry.Registry}. May import {@code io.atomflux.spi}, {@code adapter} and {@code error}.
 */
@NullMarked
package io.atomflux.registry;

import org.jspecify.annotations.NullMarked;
