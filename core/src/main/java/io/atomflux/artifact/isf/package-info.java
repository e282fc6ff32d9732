/**
 * Databases of results in nested folders as the In Silico Framework 0.5 keeps them: keys of several parts, loaders, metadata,
 * managed folders, arrays that grow.
 *
 * <p>Start at {@link io.atomflux.artifact.isf.IsfDatabase}. The folders as a storage for {@link
 * io.atomflux.artifact.ArtifactStore} come by way of {@link io.atomflux.artifact.isf.IsfStorageProvider}: one folder per key,
 * published by renaming it as a whole, with what this library knows beyond the framework in hidden files that the framework
 * ignores.
 *
 * <p>May import the facades, {@code io.atomflux.artifact}, its {@code spi} and {@code codec}, {@code io.atomflux.codec}, {@code
 * .spi}, {@code .value} and {@code .error}.
 */
@NullMarked
package io.atomflux.artifact.isf;

import org.jspecify.annotations.NullMarked;
