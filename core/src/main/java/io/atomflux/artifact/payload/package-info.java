/**
 * Values kept outside rows and descriptors, referred to by URL and owned by a scope.
 *
 * <p>May import the facades, {@code io.atomflux.artifact}, its {@code spi}, {@code catalog} and {@code codec}, {@code io.atomflux.codec}, {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.payload;

import org.jspecify.annotations.NullMarked;
