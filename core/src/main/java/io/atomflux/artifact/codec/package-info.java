/**
 * Codecs that need no library beyond core: values as files of an artifact.
 *
 * <p>May import the facades, {@code io.atomflux.artifact.spi}, {@code io.atomflux.codec}, {@code .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.codec;

import org.jspecify.annotations.NullMarked;
