/**
 * Artifacts in a local folder: an index of our own, and files published by renaming.
 *
 * <p>May import {@code io.atomflux.artifact.catalog}, {@code .spi}, {@code io.atomflux.adapter}, {@code io.atomflux.spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.folder;

import org.jspecify.annotations.NullMarked;
