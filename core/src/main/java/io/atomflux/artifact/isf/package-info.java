/**
 * Databases of results in nested folders as the In Silico Framework keeps them: tuple keys, loaders, metadata.
 *
 * <p>May import {@code io.atomflux.artifact}, its {@code spi}, {@code catalog} and {@code codec}, {@code io.atomflux.codec}, {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.isf;

import org.jspecify.annotations.NullMarked;
