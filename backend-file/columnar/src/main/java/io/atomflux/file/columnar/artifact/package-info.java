/**
 * Arrays of artifacts as Zarr: codec {@code zarr}.
 *
 * <p>Put this artefact on the class path and choose the codec by its id. May import {@code io.atomflux.artifact.spi}, {@code
 * io.atomflux.artifact.codec}, {@code io.atomflux.file.columnar.tree} and {@code .zarr}, {@code io.atomflux.value} and {@code
 * io.atomflux.error}.
 */
@NullMarked
package io.atomflux.file.columnar.artifact;

import org.jspecify.annotations.NullMarked;
