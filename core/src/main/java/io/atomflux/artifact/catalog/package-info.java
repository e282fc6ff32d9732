/**
 * Storages of artifacts made of an ordered map with atomic conditional commits, and an area of files.
 *
 * <p>Start at {@link io.atomflux.artifact.catalog.Catalog}, the map an engine offers, and {@code CatalogStorage}, which
 * makes an {@link io.atomflux.artifact.spi.ArtifactStorage} of one. For authors of storages.
 *
 * <p>May import {@code io.atomflux.artifact.spi}, {@code io.atomflux.adapter}, {@code io.atomflux.spi}, {@code io.atomflux.value}, {@code
 * io.atomflux.codec} and {@code io.atomflux.error} only.
 */
@NullMarked
package io.atomflux.artifact.catalog;

import org.jspecify.annotations.NullMarked;
