/**
 * Tables of artifacts that are Parquet files: codec {@code parquet}, for reading.
 *
 * <p>Put this artefact on the class path. May import {@code io.atomflux.artifact.spi}, {@code io.atomflux.artifact.codec}, {@code
 * io.atomflux.hub.parquet}, {@code io.atomflux.hub.bytes}, {@code io.atomflux.value} and {@code io.atomflux.error}.
 */
@NullMarked
package io.atomflux.hub.artifact;

import org.jspecify.annotations.NullMarked;
