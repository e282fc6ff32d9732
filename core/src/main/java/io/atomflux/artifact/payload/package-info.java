/**
 * Values kept outside rows and descriptors, referred to by URL and owned by a scope.
 *
 * <p>Start at {@link io.atomflux.artifact.payload.PayloadStore}. A storage of one's own implements {@link
 * io.atomflux.artifact.spi.PayloadStorage}.
 *
 * <p>May import the facades, {@code io.atomflux.artifact}, its {@code spi}, {@code catalog} and {@code codec}, {@code io.atomflux.codec}, {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.payload;

import org.jspecify.annotations.NullMarked;
