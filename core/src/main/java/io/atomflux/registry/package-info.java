/**
 * From a location to a backend, or from a pattern of file names to one store over the backends of all files that fit.
 *
 * <p>Start at {@link io.atomflux.registry.Registry}. May import {@code io.atomflux.adapter}, {@code spi},
 * {@code value} and {@code error}.
 */
@NullMarked
package io.atomflux.registry;

import org.jspecify.annotations.NullMarked;
